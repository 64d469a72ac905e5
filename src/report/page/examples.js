// The browser of examples. All texts come from the run and are set as text, never as markup. Ranges are code points.
(() => {
  "use strict";
  const place = document.getElementById("browser");
  if (!place) return;
  const run = JSON.parse(document.getElementById("examples-data").textContent);
  const kRanks = 8;

  // The example, its kind of source, the sentence and the source that are chosen; methods that are not shown.
  const chosen = { example: 0, kind: 0, target: 0, source: null };
  const hidden = new Set();
  let matching = [];

  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const heading = (text) => make("h4", {}, text);
  const short = (number) => (number === null ? "–" : String(Number(number.toPrecision(3))));
  const signed = (number) => (number === null ? "–" : (number > 0 ? "+" : number < 0 ? "−" : "") + short(Math.abs(number)));
  const isPress = (event) => event.key === "Enter" || event.key === " ";

  // One of several buttons is pressed.
  const choice = (label, names, index, choose) => {
    const buttons = names.map((name, i) => {
      const button = make("button", { type: "button", "aria-pressed": String(i === index) }, name);
      button.addEventListener("click", () => choose(i));
      return button;
    });
    return make("div", { class: "choice", role: "group", "aria-label": label }, label + ":", ...buttons);
  };

  // ---- one method

  // The marks of a method for a target: sources by descending score, with their share of the largest.
  const marksOf = (kind, entry) => {
    const marks = [];
    const pairs = entry[2];
    for (let i = 0; i < pairs.length; i += 2) {
      const share = pairs[i + 1] / 1000;
      const [begin, end] = kind.sources[pairs[i]];
      marks.push({ source: pairs[i], begin, end, share, score: entry[1] === null ? null : entry[1] * share });
    }
    return marks;
  };

  const effectText = (target, source) =>
    target.effects ? "hidden alone: " + signed(target.effects[source] === null ? null : -target.effects[source]) : "";

  const tipOf = (target, mark) => {
    const effect = effectText(target, mark.source);
    return "score " + short(mark.score) + " (" + Math.round(100 * mark.share) + " % of the largest)" +
      (effect ? ", " + effect : "");
  };

  // The text between two borders for the strongest mark that covers it; white space at its start stays plain.
  const piece = (points, begin, end, mark, target) => {
    const text = points.slice(begin, end).join("");
    if (!mark) return [text];
    const words = text.trimStart() || text;
    const element = make("mark", { "data-source": mark.source, "data-tip": tipOf(target, mark) }, words);
    element.style.setProperty("--s", mark.share.toFixed(2));
    if (mark.source === chosen.source) element.classList.add("found");
    if (mark.share <= run.threshold) element.classList.add("plain");
    return [text.slice(0, text.length - words.length), element];
  };

  // Marks above the threshold, and the chosen source in any case.
  const drawContext = (box, points, kind, target, marks) => {
    const drawn = marks.filter((mark) => mark.share > run.threshold || mark.source === chosen.source);
    if (chosen.source !== null && !drawn.some((mark) => mark.source === chosen.source)) {
      const [begin, end] = kind.sources[chosen.source];
      drawn.push({ source: chosen.source, begin, end, share: 0, score: 0 });
    }
    const borders = new Set([0, points.length]);
    for (const mark of drawn) borders.add(mark.begin).add(mark.end);
    const sorted = Array.from(borders).sort((a, b) => a - b);
    const strength = (mark) => (mark.source === chosen.source ? 2 : mark.share);
    const nodes = [];
    let begin = 0;
    let owner = null;
    for (let i = 0; i + 1 < sorted.length; ++i) {
      let best = null;
      for (const mark of drawn) {
        const covers = mark.begin <= sorted[i] && sorted[i + 1] <= mark.end;
        if (covers && (!best || strength(mark) > strength(best))) best = mark;
      }
      if (best !== owner) {
        nodes.push(...piece(points, begin, sorted[i], owner, target));
        begin = sorted[i];
        owner = best;
      }
    }
    nodes.push(...piece(points, begin, points.length, owner, target));
    box.replaceChildren(...nodes);
    const found = box.querySelector(".found");
    if (found) box.scrollTop = found.offsetTop - box.clientHeight / 3;
  };

  // A short source is shown among its neighbours.
  const excerpt = (points, mark) => {
    const text = points.slice(mark.begin, mark.end).join("").trim();
    if (text.length >= 24) return [text];
    const before = points.slice(Math.max(0, mark.begin - 18), mark.begin).join("").trimStart();
    const after = points.slice(mark.end, mark.end + 18).join("").trimEnd();
    const space = /^\s/.test(points[mark.begin] || "") ? " " : "";
    return [make("i", {}, (mark.begin > 18 ? "…" : "") + before), space, make("b", {}, text),
      make("i", {}, after + (mark.end + 18 < points.length ? "…" : ""))];
  };

  const rankItem = (points, target, mark, rank) => {
    const button = make("button", { type: "button", "data-source": mark.source, "aria-pressed": "false" },
      make("span", {}, String(rank)), make("span", { class: "excerpt" }, ...excerpt(points, mark)),
      make("span", { class: "score" }, short(mark.score)));
    const effect = effectText(target, mark.source);
    if (effect) button.append(make("span", { class: "effect" }, effect));
    button.style.setProperty("--s", mark.share.toFixed(3));
    button.addEventListener("click", () => chooseSource(mark.source === chosen.source ? null : mark.source));
    return make("li", {}, button);
  };

  const dropsText = (pairs) => {
    const parts = [];
    for (let i = 0; i < pairs.length; i += 2) {
      parts.push("best " + pairs[i] + ": " + signed(pairs[i + 1] === null ? null : -pairs[i + 1]));
    }
    return parts.length ? "Hidden, its " + parts.join(", ") + " nats" : "";
  };

  let redraws = [];

  const methodCard = (points, kind, target, entry) => {
    const marks = marksOf(kind, entry);
    const card = make("div", { class: "method", "data-method": run.methods[entry[0]] },
      make("h5", {}, run.methods[entry[0]]));
    const drops = dropsText(entry[3]);
    if (drops) card.append(make("p", { class: "drops" }, drops));
    const ranks = make("ol", { class: "ranks", "aria-label": "Best sources by " + run.methods[entry[0]] },
      ...marks.slice(0, kRanks).map((mark, i) => rankItem(points, target, mark, i + 1)));
    const box = make("div", { class: "text context", tabindex: "0", role: "region",
      "aria-label": run.text + ", sources by " + run.methods[entry[0]] });
    card.append(marks.length ? ranks : make("p", { class: "drops" }, "No source has a positive score."), box);
    redraws.push(() => {
      drawContext(box, points, kind, target, marks);
      for (const button of ranks.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", String(Number(button.dataset.source) === chosen.source));
      }
    });
    return card;
  };

  const chooseSource = (source) => {
    chosen.source = source;
    for (const redraw of redraws) redraw();
  };

  // ---- one example

  const kindOf = (example) => example.kinds[Math.min(chosen.kind, example.kinds.length - 1)];
  const targetOf = (kind) => Math.min(chosen.target, kind.targets.length - 1);

  const responseOf = (example, kind) => {
    const points = Array.from(kind.response === undefined ? example.response : kind.response);
    const nodes = [];
    let written = 0;
    kind.targets.forEach((target, index) => {
      const begin = Math.max(target.range[0], written);
      const end = Math.max(target.range[1], begin);
      nodes.push(points.slice(written, begin).join(""));
      const sentence = make("span", { class: "sentence", role: "button", tabindex: "0", "data-target": index,
        "aria-pressed": String(index === targetOf(kind)) }, points.slice(begin, end).join(""));
      const choose = () => {
        chosen.target = index;
        chosen.source = null;
        drawExample(".sentence[data-target='" + index + "']");
      };
      sentence.addEventListener("click", choose);
      sentence.addEventListener("keydown", (event) => {
        if (!isPress(event)) return;
        event.preventDefault();
        choose();
      });
      nodes.push(sentence);
      written = end;
    });
    return make("div", { class: "text" }, ...nodes, points.slice(written).join(""));
  };

  const methodsOf = (example, kind) => {
    const index = targetOf(kind);
    if (index < 0) return make("p", {}, "The response has no sentence.");
    const target = kind.targets[index];
    const points = Array.from(kind.context === undefined ? example.context : kind.context);
    const shown = target.methods.filter((entry) => !hidden.has(entry[0]));
    return make("div", { class: "methods" }, ...shown.map((entry) => methodCard(points, kind, target, entry)));
  };

  const methodChoice = (kind) => {
    const target = kind.targets[Math.max(0, targetOf(kind))];
    const entries = target ? target.methods : [];
    const buttons = entries.map((entry) => {
      const button = make("button", { type: "button", "aria-pressed": String(!hidden.has(entry[0])) },
        run.methods[entry[0]]);
      button.addEventListener("click", () => {
        if (!hidden.delete(entry[0])) hidden.add(entry[0]);
        drawExample(".method-choice button:nth-child(" + (entries.indexOf(entry) + 1) + ")");
      });
      return button;
    });
    return make("div", { class: "choice method-choice", role: "group", "aria-label": "Methods" }, "Methods:", ...buttons);
  };

  const note = (kind) => {
    const target = kind.targets[Math.max(0, targetOf(kind))];
    const text = "Measured by ablation: what the sentence's log-probability gains or loses when a method's best sources are " +
      "hidden" + (target && target.effects ? "; beside a source, the same of its logit-probability when that one is hidden alone." :
        ". The effect of each source alone was not measured (method leave_one_out).");
    return make("p", { class: "small" }, text);
  };

  const steps = (position) => {
    const button = (text, step) => {
      const element = make("button", { type: "button" }, text);
      element.disabled = matching[position + step] === undefined;
      element.addEventListener("click", () => choosePosition(position + step, null));
      return element;
    };
    return make("div", { class: "steps" }, make("span", {}, "Example " + (position + 1) + " of " + matching.length),
      make("span", {}, button("Previous", -1), " ", button("Next", 1)));
  };

  const view = make("div", { class: "shown-example" });

  // Draws it anew and gives the focus back to what the selector names.
  const drawExample = (focus) => {
    redraws = [];
    if (matching.length === 0) {
      view.replaceChildren(make("p", {}, "No example matches."));
      return;
    }
    const example = run.examples[chosen.example];
    const kind = kindOf(example);
    const choices = make("div", { class: "choices" });
    if (example.kinds.length > 1) {
      choices.append(choice("Sources", example.kinds.map((other) => other.name + "s"), example.kinds.indexOf(kind), (i) => {
        chosen.kind = i;
        chosen.source = null;
        drawExample(".choices button:nth-of-type(" + (i + 1) + ")");
      }));
    }
    choices.append(methodChoice(kind));
    view.replaceChildren(steps(matching.indexOf(chosen.example)), heading("Question"),
      make("div", { class: "text" }, example.query), heading("Response: choose a sentence"), responseOf(example, kind),
      choices, heading(run.text + ": " + kind.count + " " + kind.name + " sources"), methodsOf(example, kind), note(kind));
    for (const redraw of redraws) redraw();
    const target = focus && view.querySelector(focus);
    if (target) target.focus();
  };

  // ---- the list

  const list = make("ul", { class: "example-list", role: "listbox", "aria-label": "Examples" });
  const status = make("span", { role: "status" });

  const choosePosition = (position, focus) => {
    if (matching[position] === undefined) return;
    chosen.example = matching[position];
    chosen.target = 0;
    chosen.source = null;
    Array.from(list.children).forEach((item, i) => {
      item.setAttribute("aria-selected", String(i === position));
      item.tabIndex = i === position ? 0 : -1;
    });
    const item = list.children[position];
    list.scrollTop = Math.min(list.scrollTop, item.offsetTop - list.offsetTop);
    list.scrollTop = Math.max(list.scrollTop, item.offsetTop - list.offsetTop + item.offsetHeight - list.clientHeight);
    if (focus === "list") item.focus({ preventScroll: true });
    drawExample();
  };

  const listItem = (index, position) => {
    const example = run.examples[index];
    const item = make("li", { role: "option", tabindex: "-1", "aria-selected": "false" }, example.query.slice(0, 120),
      make("small", {}, example.id + (run.sets.length > 1 ? " · " + run.sets[example.set] : "")));
    item.addEventListener("click", () => choosePosition(position, "list"));
    return item;
  };

  list.addEventListener("keydown", (event) => {
    const position = matching.indexOf(chosen.example);
    const to = { ArrowDown: position + 1, ArrowUp: position - 1, Home: 0, End: matching.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choosePosition(to, "list");
  });

  const sets = make("select", {}, make("option", { value: "" }, "all"),
    ...run.sets.map((name, i) => make("option", { value: String(i) }, name)));
  const search = make("input", { type: "search" });

  const filter = () => {
    const word = search.value.trim().toLowerCase();
    const has = (text) => text.toLowerCase().includes(word);
    matching = [];
    run.examples.forEach((example, index) => {
      if (sets.value !== "" && example.set !== Number(sets.value)) return;
      if (word && ![example.id, example.query, example.response, example.context].some(has)) return;
      matching.push(index);
    });
    list.replaceChildren(...matching.map(listItem));
    status.textContent = matching.length + (matching.length === 1 ? " example" : " examples");
    if (matching.length === 0) drawExample();
    else choosePosition(Math.max(0, matching.indexOf(chosen.example)), null);
  };

  sets.addEventListener("change", filter);
  search.addEventListener("input", filter);
  const toolbar = make("div", { class: "toolbar" });
  if (run.sets.length > 1) toolbar.append(make("label", {}, "Data set ", sets));
  toolbar.append(make("label", {}, "Search ", search), status);
  place.append(toolbar, make("div", { class: "browser" }, list, view));
  place.hidden = false;
  filter();
})();
