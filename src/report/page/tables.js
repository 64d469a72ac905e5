// Tables sort by the buttons in their headers; without this script they have none.
(() => {
  "use strict";
  const valueOf = (row, column, kind) => {
    const cell = row.cells[column];
    if (kind === "text") return cell.textContent;
    return cell.dataset.value === undefined ? NaN : Number(cell.dataset.value);
  };

  // What has no value comes last, whatever the direction.
  const compare = (a, b, kind, sign) => {
    if (kind === "text") return sign * a.localeCompare(b, "en", { numeric: true });
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return sign * (a - b);
  };

  const sort = (table, head, direction) => {
    const kind = head.dataset.sort;
    const column = head.cellIndex;
    const sign = direction === "ascending" ? 1 : -1;
    const rows = Array.from(table.tBodies[0].rows);
    rows.sort((a, b) => compare(valueOf(a, column, kind), valueOf(b, column, kind), kind, sign));
    for (const other of head.parentNode.cells) other.setAttribute("aria-sort", other === head ? direction : "none");
    table.tBodies[0].append(...rows);
  };

  const addButton = (table, head) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    // The largest numbers and the first letters are what one looks for first.
    const [first, second] =
      head.dataset.sort === "number" ? ["descending", "ascending"] : ["ascending", "descending"];
    button.addEventListener("click", () => {
      sort(table, head, head.getAttribute("aria-sort") === first ? second : first);
    });
  };

  for (const table of document.querySelectorAll("table.sortable")) {
    for (const head of table.tHead.rows[0].cells) addButton(table, head);
  }

  // What is folded is opened for printing.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    for (const element of opened) element.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const element of opened) element.open = false;
  });
})();
