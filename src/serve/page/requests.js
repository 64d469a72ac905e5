// What the page asks the server for.

let token = "";

export function setToken(value) {
  token = value;
}

/** A refusal by the server: `message` is for people, `status` is HTTP's. */
export class Refusal extends Error {
  constructor(status, message, retryAfter) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

async function request(path, options) {
  const headers = { ...(options.headers || {}) };
  if (token) headers.Authorization = "Bearer " + token;
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, "The server does not answer: is at2 serve still running?", null);
  }
  if (response.ok) return response;
  let message = "The server answered with status " + response.status + ".";
  try {
    message = (await response.json()).error.message;
  } catch {
    // The status has to do.
  }
  throw new Refusal(response.status, message, response.headers.get("Retry-After"));
}

function post(path, body, signal) {
  return request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });
}

/** The model, with its methods and kinds of sources. */
export async function findModel() {
  return (await (await request("/v1/models", {})).json()).data[0];
}

/** The attribution of a response that is there already. */
export async function attribute(body, signal) {
  return (await post("/v1/attribute", body, signal)).json();
}

/** Calls `onChunk` with each chunk of a streamed answer. */
export async function streamChat(body, signal, onChunk) {
  const reader = (await post("/v1/chat/completions", { ...body, stream: true }, signal)).body.getReader();
  const decoder = new TextDecoder();
  let waiting = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Refusal(0, "The answer broke off.", null);
    waiting += decoder.decode(value, { stream: true });
    const events = waiting.split("\n\n");
    waiting = events.pop();
    for (const event of events) {
      const text = event.replace(/^data: /, "");
      if (text === "[DONE]") return;
      const chunk = JSON.parse(text);
      if (chunk.error) throw new Refusal(0, chunk.error.message, null);
      onChunk(chunk);
    }
  }
}
