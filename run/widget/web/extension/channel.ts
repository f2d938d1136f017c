/** The content script's line to the service worker, which Chrome ends when it likes: it is taken up again when needed. */
import type { Channel } from "../src/api/remote";
import type { Site } from "./configuration";

/** What the worker tells first: whose page this is. */
export interface Welcome {
  readonly kind: "welcome";
  readonly account: string;
  readonly site: Site;
}

export interface Line extends Channel {
  /** Whose page this is; null when the worker wants nothing of it. */
  readonly welcome: Promise<Welcome | null>;
  /** The extension was updated or removed: this script is an orphan. Or the site is no longer allowed. */
  onLost(listener: (why: "orphaned" | "refused") => void): void;
  close(): void;
}

/** `connect` is `chrome.runtime.connect`, which throws in an orphan. */
export function openLine(connect: () => chrome.runtime.Port, isOrphan: () => boolean): Line {
  const listeners = new Set<(message: unknown) => void>();
  const lost = new Set<(why: "orphaned" | "refused") => void>();
  let port: chrome.runtime.Port | null = null;
  let isWelcome = false;
  let welcomed: (welcome: Welcome | null) => void = () => undefined;
  const welcome = new Promise<Welcome | null>((resolve) => (welcomed = resolve));
  const hear = (message: unknown): void => {
    if ((message as Partial<Welcome>).kind === "welcome") {
      isWelcome = true;
      return welcomed(message as Welcome);
    }
    if ((message as { readonly kind?: string }).kind === "leave") return lost.forEach((tell) => tell("refused"));
    for (const listener of [...listeners]) listener(message);
  };
  const ended = (): void => {
    port = null;
    welcomed(null);
    if (isOrphan()) return lost.forEach((tell) => tell("orphaned"));
    if (!isWelcome) lost.forEach((tell) => tell("refused"));
    isWelcome = false;
  };
  const open = (): chrome.runtime.Port => {
    const opened = connect();
    opened.onMessage.addListener(hear);
    opened.onDisconnect.addListener(ended);
    return opened;
  };
  port = open();
  return {
    welcome,
    post: (message) => (port ??= open()).postMessage(message),
    onMessage(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onLost: (listener) => void lost.add(listener),
    close() {
      listeners.clear();
      lost.clear();
      port?.disconnect();
      port = null;
    },
  };
}
