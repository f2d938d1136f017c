/** Signing in by sending the frame itself away and back: what it was asked for is kept for the way back, in this tab only. */
import { answerIn } from "./pkce";
import type { Answer, Attempt } from "./pkce";

// Ten frames of one tab share their storage: each keeps its own, under its state, and its last attempt under its query.
const KEPT = "earpiece:sign-in:";
const AGAIN_MS = 60_000; // one that comes back without an agent is not sent away at once again

interface Left {
  readonly attempt: Attempt;
  readonly query: string;
}

export interface Returned {
  readonly attempt: Attempt;
  readonly answer: Answer;
}

/**
 * Go away; true when the page is about to leave. False when it has just been, or nothing can be kept here: where a
 * browser denies a frame its storage, it denies the platform its cookies too, and only a window of its own helps.
 */
export function leave(page: Window, address: string, attempt: Attempt, now: number): boolean {
  try {
    const { sessionStorage: storage, location } = page;
    if (now - Number(storage.getItem(KEPT + location.search) ?? 0) < AGAIN_MS) return false;
    storage.setItem(KEPT + location.search, String(now));
    storage.setItem(KEPT + attempt.state, JSON.stringify({ attempt, query: location.search } satisfies Left));
  } catch {
    return false;
  }
  page.location.assign(address);
  return true;
}

/**
 * Back from signing in: the query that the frame had, put back into its address, and the answer. Null when the frame
 * did not leave, or the state is not the one it left with: then somebody else made this address.
 */
export function comeBack(page: Window, query: URLSearchParams): { query: URLSearchParams; returned: Returned } | null {
  const answer = answerIn(query);
  if (answer.kind === "none") return null;
  const left = takeUp(page, answer.state);
  if (left?.attempt?.state !== answer.state) return null;
  page.history.replaceState(null, "", page.location.pathname + left.query);
  return { query: new URLSearchParams(left.query), returned: { attempt: left.attempt, answer } };
}

/** A sign-in that succeeded: the next one may follow at any time. */
export function arrived(page: Window): void {
  try {
    page.sessionStorage.removeItem(KEPT + page.location.search);
  } catch {
    // Nothing was kept.
  }
}

function takeUp(page: Window, state: string): Left | null {
  try {
    const left = JSON.parse(page.sessionStorage.getItem(KEPT + state) ?? "null") as Left | null;
    page.sessionStorage.removeItem(KEPT + state);
    return left;
  } catch {
    return null;
  }
}
