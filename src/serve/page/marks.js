// Texts with marked parts. Offsets are code points, as the server counts; nothing is ever inserted as markup.

export function element(name, attributes, text) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** The code points of a text: what JavaScript counts are halves of them, sometimes. */
export function pointsOf(text) {
  return Array.from(text);
}

export function pointCount(text) {
  return pointsOf(text).length;
}

function slice(points, begin, end) {
  return points.slice(begin, end).join("");
}

/**
 * Fills `place` with the text, and makes an element of each span by `make(span, text)`. Spans are in order; of two that
 * overlap the second loses what they share.
 */
export function fillWithSpans(place, text, spans, make) {
  const points = pointsOf(text);
  const parts = [];
  let done = 0;
  for (const span of spans) {
    const begin = Math.max(span.begin, done);
    if (begin >= span.end) continue;
    if (begin > done) parts.push(document.createTextNode(slice(points, done, begin)));
    parts.push(make(span, slice(points, begin, span.end)));
    done = span.end;
  }
  parts.push(document.createTextNode(slice(points, done, points.length)));
  place.replaceChildren(...parts);
}

/** Shows documents with the sources marked, each as strongly as its share beside the largest. */
export function showDocuments(place, documents, sources) {
  const largest = Math.max(...sources.map((source) => source.share), 0);
  place.replaceChildren(
    ...documents.map((shown, index) => {
      const article = element("article", { class: "shown" });
      const id = "shown-" + index;
      article.append(element("h3", { id }, shown.name));
      const text = element("div", { class: "text", tabindex: "0", role: "region", "aria-labelledby": id });
      const here = sources.map((source, rank) => ({ ...source, rank })).filter((source) => source.document === index);
      here.sort((a, b) => a.begin - b.begin);
      fillWithSpans(text, shown.text, here, (source, words) => {
        const mark = element("mark", { id: "source-" + source.rank, title: percent(source.share) + " of the support" }, words);
        mark.style.setProperty("--strength", String(largest > 0 ? source.share / largest : 0));
        return mark;
      });
      article.append(text);
      return article;
    })
  );
}

export function percent(share) {
  return share >= 0.0095 ? Math.round(share * 100) + " %" : "< 1 %";
}

const kMostListed = 12;

/** Lists the best sources, best first; returns how many are left out. `onChoice(rank)` is called when one is chosen. */
export function showRanking(place, sources, onChoice) {
  place.replaceChildren(
    ...sources.slice(0, kMostListed).map((source, rank) => {
      const button = element("button", { type: "button", "data-rank": String(rank) });
      button.append(
        element("span", { class: "share" }, percent(source.share)),
        element("span", { class: "quote" }, source.text.trim() || "(white space)"),
        element("span", { class: "where" }, source.name)
      );
      const meter = element("span", { class: "meter", "aria-hidden": "true" });
      meter.style.setProperty("--strength", String(source.share));
      button.append(meter);
      button.addEventListener("click", () => onChoice(rank));
      const item = element("li");
      item.append(button);
      return item;
    })
  );
  return Math.max(sources.length - kMostListed, 0);
}
