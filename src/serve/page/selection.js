// What is selected in the answer, as code points of its text.

/** The selected span of `place` without white space at its ends, or null. */
export function selectedSpan(place, countPoints) {
  const selection = getSelection();
  if (selection.rangeCount === 0 || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!place.contains(range.startContainer) || !place.contains(range.endContainer)) return null;
  const words = range.toString();
  if (words.trim() === "") return null;
  const before = document.createRange();
  before.setStart(place, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const skipped = words.length - words.trimStart().length;
  const begin = countPoints(before.toString() + words.slice(0, skipped));
  return { begin, end: begin + countPoints(words.trim()) };
}

/**
 * Moves by a word in a sentence: with `extend` the selection grows or shrinks, else its begin goes there. A selection
 * begins with the sentence where there is none.
 */
export function extendSelection(sentence, direction, extend) {
  const selection = getSelection();
  const inside = selection.rangeCount > 0 && sentence.contains(selection.anchorNode);
  if (!inside) {
    selection.collapse(sentence.firstChild, 0);
    if (!extend) return;
  }
  selection.modify(extend ? "extend" : "move", direction, "word");
}
