// What the page asks of the server. Failures come in three kinds, each with its own cure.

/** The server cannot be reached, or cannot do it now: the same request may succeed later. */
export class Unreachable extends Error {}
/** The server does not know who we are any more. */
export class SignedOut extends Error {}
/** The server says no, and will say so again. */
export class Refused extends Error {}

const kPatienceMs = 15000;

export async function ask(method, path, body) {
  let response, answer;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : {"Content-Type": "application/json"},
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(kPatienceMs),
    });
    const text = await response.text();
    answer = text === "" ? {} : JSON.parse(text);
  } catch (error) {
    throw new Unreachable(String(error));
  }
  if (response.ok) return answer;
  const detail = answer.detail ?? response.statusText;
  if (response.status === 401 || response.status === 403) throw new SignedOut(detail);
  if (response.status >= 500 || response.status === 429 || response.status === 408)
    throw new Unreachable(detail);
  throw new Refused(detail);
}

export const get = (path) => ask("GET", "/v1/annotate/" + path);
export const post = (path, body) => ask("POST", "/v1/annotate/" + path, body);
export const imageAddress = (capture) => "/v1/annotate/images/" + encodeURIComponent(capture);
export const signAddress = (id) => "/signs/" + Number(id) + ".png";

/** A name for a request, like no other: sent twice under one name, it counts once. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
