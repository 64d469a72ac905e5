// What charts and coloured sources say on hovering is shown at once, and read by arrow keys in a chart that has the focus.
(() => {
  "use strict";
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("role", "status");
  document.body.append(tip);

  // What the tip is of.
  let owner = null;

  const hide = () => {
    owner = null;
    tip.classList.remove("shown");
  };

  const show = (element) => {
    owner = element;
    tip.textContent = element.dataset.tip;
    const box = element.getBoundingClientRect();
    const left = box.left + box.width / 2 - tip.offsetWidth / 2;
    const above = box.top - tip.offsetHeight - 8;
    tip.style.left = Math.max(4, Math.min(left, document.documentElement.clientWidth - tip.offsetWidth - 4)) + "px";
    tip.style.top = (above < 4 ? box.bottom + 8 : above) + "px";
    tip.classList.add("shown");
  };

  const choose = (chart, shape) => {
    const before = chart.querySelector(".current");
    if (before) before.classList.remove("current");
    shape.classList.add("current");
    shape.scrollIntoView({ block: "nearest", inline: "nearest" });
    show(shape);
  };

  const centre = (element) => {
    const box = element.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };

  // The nearest shape in that direction; how far it lies to the side decides only between equals.
  const next = (chart, current, [dx, dy]) => {
    const [x, y] = centre(current);
    let best = null;
    let least = Infinity;
    for (const shape of chart.querySelectorAll("[data-tip]")) {
      const [otherX, otherY] = centre(shape);
      const along = dx * (otherX - x) + dy * (otherY - y);
      const across = Math.abs(dy * (otherX - x)) + Math.abs(dx * (otherY - y));
      if (along > 0.5 && along + across / 100 < least) {
        least = along + across / 100;
        best = shape;
      }
    }
    return best;
  };

  const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  const makeReadable = (chart) => {
    for (const title of chart.querySelectorAll("* > title")) {
      title.parentNode.dataset.tip = title.textContent;
      // Else the browser would show it a second time.
      title.remove();
    }
    if (!chart.querySelector("[data-tip]")) return;
    chart.setAttribute("tabindex", "0");
    chart.setAttribute("aria-label", chart.getAttribute("aria-label") + " (arrow keys read the values)");
    chart.addEventListener("focus", () => {
      if (chart.matches(":focus-visible")) choose(chart, chart.querySelector(".current, [data-tip]"));
    });
    chart.addEventListener("blur", hide);
    chart.addEventListener("keydown", (event) => {
      const direction = directions[event.key];
      if (!direction) return;
      event.preventDefault();
      const current = chart.querySelector(".current");
      const shape = current ? next(chart, current, direction) : chart.querySelector("[data-tip]");
      if (shape) choose(chart, shape);
    });
  };

  for (const chart of document.querySelectorAll("svg.figure[role=img]")) makeReadable(chart);
  document.addEventListener("pointerover", (event) => {
    const element = event.target.closest("[data-tip]");
    if (element) show(element);
    else hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  // It goes with what it is of, in whichever area that scrolls.
  const follow = () => {
    if (!owner) return;
    if (owner.isConnected) show(owner);
    else hide();
  };
  window.addEventListener("scroll", follow, true);
})();
