// The page: documents and a question, the answer as it is written, and the sources of what is chosen in it.

import { Refusal, attribute, findModel, setToken, streamChat } from "./requests.js";
import { element, fillWithSpans, pointCount, pointsOf, showDocuments, showRanking } from "./marks.js";
import { extendSelection, selectedSpan } from "./selection.js";

const byId = (id) => document.getElementById(id);
const kMostSources = 40;
const kTitles = {
  at2: "AT2", average_attention: "Average attention", gradient: "Gradient", esm: "ESM (ablations)", leave_one_out: "Leave one out",
  sentence: "sentences", token: "tokens", word: "words", paragraph: "paragraphs", passage: "whole documents",
};
const kExample = {
  documents: [
    { name: "lighthouse.txt", text: "The lighthouse of Sandvik was built in 1874. Its lamp burned whale oil at first. In 1911 an engineer named Ida Holm replaced it with an electric one. The keeper's house is a museum today." },
    { name: "ferry.txt", text: "The ferry to Sandvik sails twice a day. A ticket costs nine crowns." },
  ],
  question: "Who gave the lighthouse an electric lamp, and when?",
};

// The answer on the screen: {question, documents, whole (with thoughts), text, thoughts, sentences by method and sources}.
let shown = null;
// What is chosen in it: {begin, end}.
let chosen = null;
let running = null;

function say(text, busy) {
  byId("status").textContent = text;
  byId("status").classList.toggle("busy", Boolean(busy));
  byId("answer-section").setAttribute("aria-busy", String(Boolean(busy)));
}

function complain(error) {
  if (error.name === "AbortError") return;
  if (error instanceof Refusal && error.status === 401) byId("token-form").hidden = false;
  let text = error.message;
  if (error instanceof Refusal && error.status === 429 && error.retryAfter) text += " (in about " + error.retryAfter + " s)";
  byId("problem").textContent = text;
  byId("problem").hidden = false;
}

/** Runs one request at a time: a new one ends the one before. */
async function exclusively(work) {
  if (running) running.abort();
  const mine = new AbortController();
  running = mine;
  byId("problem").hidden = true;
  try {
    await work(mine.signal);
  } catch (error) {
    if (running === mine) say(error.name === "AbortError" ? "Stopped." : "There is a problem.", false);
    complain(error);
  } finally {
    if (running === mine) {
      running = null;
      // The focus must not vanish with the button.
      if (document.activeElement === byId("stop")) byId("ask").focus();
      byId("stop").hidden = true;
    }
  }
}

// Documents

function numberDocuments() {
  const fields = [...byId("documents").children];
  fields.forEach((field, index) => {
    field.querySelector("legend").textContent = "Document " + (index + 1);
    field.querySelector(".remove").setAttribute("aria-label", "Remove document " + (index + 1));
    field.querySelector(".remove").hidden = fields.length === 1;
  });
}

function addDocument(given) {
  const field = byId("document-fields").content.firstElementChild.cloneNode(true);
  field.querySelector(".name").value = given.name;
  field.querySelector(".document-text").value = given.text;
  field.querySelector(".remove").addEventListener("click", () => {
    field.remove();
    numberDocuments();
    byId("add").focus();
  });
  byId("documents").append(field);
  numberDocuments();
  return field;
}

function writtenDocuments() {
  return [...byId("documents").children]
    .map((field, index) => ({
      name: field.querySelector(".name").value.trim() || "document " + (index + 1),
      text: field.querySelector(".document-text").value,
    }))
    .filter((written) => written.text.trim() !== "");
}

function showMode(mode) {
  const editing = mode === "edit";
  byId("documents").hidden = !editing;
  byId("add-row").hidden = !editing;
  byId("example").hidden = !editing;
  byId("shown-documents").hidden = editing;
  byId("edit").hidden = editing;
}

// Answer

function wish() {
  return { method: byId("method").value, sources: byId("sources").value, most: kMostSources, smallest_share: 0 };
}

function wishKey() {
  return byId("method").value + " " + byId("sources").value;
}

async function ask(signal) {
  const question = byId("question").value;
  const documents = writtenDocuments();
  shown = null;
  choose(null, []);
  byId("answer").replaceChildren();
  byId("answer-keys").hidden = true;
  byId("thoughts").hidden = true;
  byId("stop").hidden = false;
  say("The model reads …", true);
  let whole = "";
  const key = wishKey();
  let last = null;
  const body = { messages: [{ role: "user", content: question }], documents, citations: wish() };
  await streamChat(body, signal, (chunk) => {
    const delta = chunk.choices.length > 0 ? chunk.choices[0].delta.content : null;
    if (delta) {
      whole += delta;
      byId("answer").textContent = whole;
      say("The model writes …", true);
    }
    if (chunk.citations) last = chunk;
  });
  shown = { question, documents, whole, text: last.response, thoughts: last.thoughts || "", sentences: new Map([[key, last.citations]]) };
  showAnswer(last.citations);
}

function showAnswer(sentences) {
  const withSources = shown.documents.length > 0 || shown.thoughts ? [...shown.documents] : [{ name: "query", text: shown.question }];
  if (shown.thoughts) withSources.push({ name: "thoughts", text: shown.thoughts });
  shown.texts = withSources;
  byId("thoughts").hidden = !shown.thoughts;
  byId("thoughts-text").textContent = shown.thoughts;
  fillWithSpans(byId("answer"), shown.text, sentences, (sentence, words) => {
    const button = element("span", { class: "sentence", role: "button", tabindex: "0", "aria-pressed": "false" }, words);
    button.sentence = { begin: sentence.begin, end: sentence.end };
    return button;
  });
  byId("answer-keys").hidden = false;
  showMode("view");
  choose(sentences.length > 0 ? sentences[0] : null, sentences.length > 0 ? sentences[0].sources : []);
  const count = sentences.length + (sentences.length === 1 ? " sentence" : " sentences");
  say("The answer is complete: " + count + ". The sources of the first are shown.", false);
}

/** Shows the sources of a span of the answer. */
function choose(span, sources) {
  chosen = span && { begin: span.begin, end: span.end };
  for (const button of byId("answer").querySelectorAll(".sentence")) {
    const pressed = span !== null && button.sentence.begin === span.begin && button.sentence.end === span.end;
    button.setAttribute("aria-pressed", String(pressed));
  }
  byId("target").hidden = !span;
  byId("target").textContent = span && shown ? pointsOf(shown.text).slice(span.begin, span.end).join("") : "";
  byId("no-sources").hidden = sources.length > 0;
  byId("no-sources").textContent = span ? "No source stands out." : "They appear here when there is an answer.";
  if (shown) showDocuments(byId("shown-documents"), shown.texts, sources);
  const more = showRanking(byId("ranking"), sources, goToSource);
  byId("more-sources").hidden = more === 0;
  byId("more-sources").textContent = "And " + more + " more, marked in the documents.";
}

function goToSource(rank) {
  showMode("view");
  for (const mark of document.querySelectorAll("mark.chosen")) mark.classList.remove("chosen");
  const mark = byId("source-" + rank);
  if (!mark) return;
  mark.classList.add("chosen");
  mark.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

function attributionBody(ranges) {
  const body = { query: shown.question, documents: shown.documents, response: shown.whole, ...wish() };
  if (shown.thoughts) body.task = "thought";
  if (ranges) body.ranges = ranges;
  return body;
}

function citationsOf(reply) {
  return Object.values(reply.citations)[0];
}

async function showSentence(span, signal) {
  const key = wishKey();
  if (!shown.sentences.has(key)) {
    say("The sources are being computed …", true);
    shown.sentences.set(key, citationsOf(await attribute(attributionBody(null), signal)));
  }
  const sentence = shown.sentences.get(key).find((one) => one.begin === span.begin && one.end === span.end);
  finishChoice(span, sentence ? sentence.sources : []);
}

async function showSpan(span, signal) {
  say("The sources of the selection are being computed …", true);
  const [target] = citationsOf(await attribute(attributionBody([span]), signal));
  finishChoice(target, target.sources);
}

function finishChoice(span, sources) {
  choose(span, sources);
  const method = kTitles[byId("method").value] || byId("method").value;
  const best = sources.length > 0 ? ", the best in " + sources[0].name : "";
  say(sources.length + (sources.length === 1 ? " source" : " sources") + " by " + method + best + ".", false);
}

function isSentence(span) {
  return [...byId("answer").querySelectorAll(".sentence")].some(
    (button) => button.sentence.begin === span.begin && button.sentence.end === span.end
  );
}

function show(span) {
  if (!shown || !span) return;
  exclusively((signal) => (isSentence(span) ? showSentence(span, signal) : showSpan(span, signal)));
}

function useSelection() {
  const span = selectedSpan(byId("answer"), pointCount);
  if (shown && span) show(span);
}

function onAnswerKey(event) {
  if (!shown) return;
  if ((event.key === "ArrowRight" || event.key === "ArrowLeft") && event.target.sentence) {
    event.preventDefault();
    extendSelection(event.target, event.key === "ArrowRight" ? "forward" : "backward", event.shiftKey);
    const words = String(getSelection());
    if (words) say("Selected: " + words, false);
  } else if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    const span = selectedSpan(byId("answer"), pointCount);
    show(span || event.target.sentence);
  } else if (event.key === "Escape") {
    getSelection().removeAllRanges();
  }
}

// Start

function fillChoices(select, words) {
  select.replaceChildren(...words.map((word) => element("option", { value: word }, kTitles[word] || word)));
}

async function start() {
  try {
    const model = await findModel();
    byId("model").textContent = model.id;
    fillChoices(byId("method"), model.methods);
    fillChoices(byId("sources"), model.sources);
    byId("sources").value = "sentence";
    byId("token-form").hidden = true;
    byId("problem").hidden = true;
  } catch (error) {
    complain(error);
  }
}

byId("ask-form").addEventListener("submit", (event) => {
  event.preventDefault();
  exclusively(ask);
});
byId("question").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("ask-form").requestSubmit();
});
byId("stop").addEventListener("click", () => running && running.abort());
byId("edit").addEventListener("click", () => showMode("edit"));
byId("add").addEventListener("click", () => addDocument({ name: "", text: "" }).querySelector(".document-text").focus());
byId("example").addEventListener("click", () => {
  byId("documents").replaceChildren();
  kExample.documents.forEach(addDocument);
  byId("question").value = kExample.question;
});
byId("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  setToken(byId("token").value);
  start();
});
for (const id of ["method", "sources"]) byId(id).addEventListener("change", () => show(chosen));
byId("answer").addEventListener("mouseup", (event) => {
  const span = selectedSpan(byId("answer"), pointCount);
  if (span) useSelection();
  else if (event.target.sentence) show(event.target.sentence);
});
byId("answer").addEventListener("keydown", onAnswerKey);
byId("use-selection").addEventListener("click", useSelection);
document.addEventListener("selectionchange", () => {
  byId("use-selection").hidden = !(shown && selectedSpan(byId("answer"), pointCount));
});

addDocument({ name: "", text: "" });
start();
