/** A window of its own to sign in, where a frame must not: what it tells is taken from itself and its exact origin only. */
import { isRecord, textOf } from "../origins";

const LOOK_MS = 500;
const ANSWER = "earpiece:sign-in";

/** What `read` finds in a message of the popup; null when it was blocked (no click before it), or closed without one. */
export function askInPopup<T>(page: Window, address: string, origin: string, read: (data: Record<string, unknown>) => T | null): Promise<T | null> {
  const popup = page.open(address, "_blank", "popup,width=480,height=640");
  if (!popup) return Promise.resolve(null);
  return new Promise((resolve) => {
    const settle = (found: T | null): void => {
      page.removeEventListener("message", hear);
      page.clearInterval(watch);
      if (!popup.closed) popup.close();
      resolve(found);
    };
    const hear = ({ source, origin: from, data }: MessageEvent): void => {
      const found = source === popup && from === origin && isRecord(data) ? read(data) : null;
      if (found !== null) settle(found);
    };
    page.addEventListener("message", hear);
    const watch = page.setInterval(() => popup.closed && settle(null), LOOK_MS);
  });
}

/** In the popup, back at our own page: pass the platform's answer to the frame that opened it. False when this is no such popup. */
export function handOver(page: Window, query: URLSearchParams): boolean {
  const opener = page.opener as Window | null;
  if (page.parent !== page || !opener || !query.has("state")) return false;
  opener.postMessage({ type: ANSWER, query: query.toString() }, page.location.origin);
  return true;
}

export function handedOver(data: Record<string, unknown>): URLSearchParams | null {
  const query = textOf(data["query"]);
  return data["type"] === ANSWER && query ? new URLSearchParams(query) : null;
}
