/** Why a call came to nothing, as a value that survives a crossing between windows and workers. */
import type { Failure } from "../contract";

type Kind = Failure["kind"];

// The slugs that say more than their status (`shared/earpiece/domain/errors.py`); they are never reworded.
const BY_SLUG: Readonly<Record<string, Kind>> = {
  "account-suspended": "refused",
  "account-deleted": "refused",
  "insufficient-scope": "refused",
  "not-found": "unknown",
  "rate-limited": "limited",
};
const PROBLEM = "urn:earpiece:problem:";

/** `reason` is for a developer: a slug or a status, never text of a person. */
export function failure(kind: Kind, reason: string = kind, retryAfterMs: number | null = null): Failure {
  return Object.assign(new Error(reason), { kind, retryAfterMs });
}

/** What was thrown, as a Failure; what is none (a bug, a closed port) reads as `kind`. */
export function asFailure(error: unknown, kind: Kind = "unavailable"): Failure {
  return isFailure(error) ? error : failure(kind, String(error));
}

/** The Failure that an answer other than 2xx and 304 stands for (RFC 9457). */
export async function failureOf(response: Response): Promise<Failure> {
  const { status } = response;
  const slug = await slugOf(response);
  // A 404 without our problem is a proxy's or an older server's, and says nothing of the conversation.
  const kind = BY_SLUG[slug] ?? (status === 401 ? "expired" : status === 429 ? "limited" : status < 500 && slug ? "refused" : "unavailable");
  return failure(kind, slug || `${status}`, status === 429 || status === 503 ? retryAfter(response) : null);
}

async function slugOf(response: Response): Promise<string> {
  if (!response.headers.get("content-type")?.includes("problem+json")) return "";
  const type: unknown = ((await response.json().catch(() => null)) as { type?: unknown } | null)?.type;
  return typeof type === "string" && type.startsWith(PROBLEM) ? type.slice(PROBLEM.length) : "";
}

/** Seconds, as our doors send it; null for a date, or nothing. */
function retryAfter(response: Response): number | null {
  const seconds = Number.parseFloat(response.headers.get("retry-after") ?? "");
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : null;
}

export function isFailure(error: unknown): error is Failure {
  return error instanceof Error && "kind" in error && "retryAfterMs" in error;
}
