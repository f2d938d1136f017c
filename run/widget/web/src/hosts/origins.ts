/** Who is around us: origins are compared whole, never by a part of their text. */

/** Whether an origin is among the sources, as in `frame_ancestors`: `https://host[:port]`, or `https://*.host` for any name under it. */
export function isAmong(origin: string, sources: readonly string[]): boolean {
  const known = originOf(origin);
  return known !== null && known === origin && sources.some((source) => source === known || isUnder(known, source));
}

function isUnder(origin: string, source: string): boolean {
  const [scheme, parent] = source.split("//*.");
  if (!scheme || !parent || !origin.startsWith(`${scheme}//`)) return false;
  const host = origin.slice(scheme.length + 2);
  return host.endsWith(`.${parent}`) && host.length > parent.length + 1;
}

/** The origin of an address, or null: an opaque one ("null") says nothing of who it is. */
export function originOf(address: string): string | null {
  try {
    const { origin } = new URL(address);
    return origin === "null" ? null : origin;
  } catch {
    return null;
  }
}

/**
 * The origin of the page that frames us, if the account allows it. Chromium and Safari tell it; elsewhere the address
 * that we were given or the referrer says it, which a message to an exact target then holds true.
 */
export function parentOrigin(page: Window, sources: readonly string[], said: string | null = null): string | null {
  if (page.parent === page) return null;
  const ancestors = page.location.ancestorOrigins as DOMStringList | undefined;
  const origin = ancestors?.[0] ?? said ?? originOf(page.document.referrer);
  return origin && isAmong(origin, sources) ? origin : null;
}

/** Hear what the parent itself says: its window and its exact origin, or it is nobody's business. */
export function onParentMessage(page: Window, origin: string, listener: (data: Record<string, unknown>, event: MessageEvent) => void): () => void {
  const hear = (event: MessageEvent): void => {
    if (event.source === page.parent && event.origin === origin && isRecord(event.data)) listener(event.data, event);
  };
  page.addEventListener("message", hear);
  return () => page.removeEventListener("message", hear);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Text that is there; null for anything else. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" && value ? value : null;
}
