/** Why a call came to nothing, as a value that survives a crossing between windows and workers. */
import type { Failure } from "../contract";

type Kind = Failure["kind"];

const PROBLEM = "urn:earpiece:problem:";

/** `reason` is for a developer: a slug or a status, never text of a person. */
export function failure(kind: Kind, reason: string = kind, retryAfterMs: number | null = null): Failure {
  return Object.assign(new Error(reason), { kind, retryAfterMs });
}

/** What was thrown, as a Failure; what is none (a bug, a closed port) reads as `kind`. */
export function asFailure(error: unknown, kind: Kind = "unavailable"): Failure {
  return isFailure(error) ? error : failure(kind, String(error));
}

/** The Failure that an answer other than 2xx and 304 stands for (RFC 9457; the statuses of `earpiece/web/statuses.py`). */
export async function failureOf(response: Response): Promise<Failure> {
  const { status } = response;
  const slug = await slugOf(response);
  return failure(kindOf(status, slug), slug || `${status}`, retryAfter(response));
}

/** What is no problem of ours is a proxy's word, and says nothing of the conversation or the account. */
function kindOf(status: number, slug: string): Kind {
  if (status === 401) return "expired";
  if (status === 429) return "limited";
  if (!slug || status >= 500) return "unavailable";
  return status === 404 ? "unknown" : "refused";
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
