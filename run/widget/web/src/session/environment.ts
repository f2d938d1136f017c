/** What the session needs of a browser, so that it runs in a page, a frame, a worker and a test alike. */
import type { Disconnect } from "../contract";

export interface Environment {
  now(): number;
  random(): number;
  /** Run once after that many milliseconds, unless cancelled. */
  after(ms: number, run: () => void): Disconnect;
  newId(): string;
  isOnline(): boolean;
  /** Whether nobody sees the page. */
  isHidden(): boolean;
  /** Told when the connection comes or goes, the page is hidden or seen, or is about to go away. */
  onChange(listener: (what: "connection" | "visibility" | "unload") => void): Disconnect;
  /** Of this agent and browser: pause and settings. */
  readonly storage: Store;
  /** Of this tab: feedback not sent yet. */
  readonly tabStorage: Store;
}

/** JSON under a name; what cannot be kept (full, forbidden) is not, silently: nothing depends on it. */
export interface Store {
  read(name: string): unknown;
  write(name: string, value: unknown): void;
}

/** The environment of a page or a frame. */
export function browserEnvironment(page: Window & typeof globalThis = window): Environment {
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    after(ms, run) {
      const timer = page.setTimeout(run, ms);
      return () => page.clearTimeout(timer);
    },
    // A page without TLS has no randomUUID.
    newId: () => page.crypto.randomUUID?.() ?? Array.from(page.crypto.getRandomValues(new Uint32Array(4))).join("-"),
    isOnline: () => page.navigator.onLine !== false,
    isHidden: () => page.document.visibilityState === "hidden",
    onChange(listener) {
      const connection = (): void => listener("connection");
      const visibility = (): void => listener("visibility");
      const unload = (): void => listener("unload");
      const told = [
        [page, "online", connection],
        [page, "offline", connection],
        [page.document, "visibilitychange", visibility],
        [page, "pagehide", unload],
      ] as const;
      for (const [target, name, tell] of told) target.addEventListener(name, tell);
      return () => told.forEach(([target, name, tell]) => target.removeEventListener(name, tell));
    },
    storage: storeIn(() => page.localStorage),
    tabStorage: storeIn(() => page.sessionStorage),
  };
}

/** Storage of a browser; getting hold of it may throw already (blocked third-party storage). */
export function storeIn(storage: () => Pick<Storage, "getItem" | "setItem" | "removeItem">): Store {
  return {
    read(name) {
      try {
        return JSON.parse(storage().getItem(name) ?? "null") as unknown;
      } catch {
        return null;
      }
    },
    write(name, value) {
      try {
        if (value == null) storage().removeItem(name);
        else storage().setItem(name, JSON.stringify(value));
      } catch {
        // Full or forbidden: it lasts as long as the page.
      }
    },
  };
}
