/** The agent's own settings, as they start and as they were kept. */
import type { Settings } from "../contract";
import type { Store } from "./environment";

const PLACE = "earpiece.settings";
const PAUSE = "earpiece.paused";

export const DEFAULT_SETTINGS: Settings = {
  locale: "en",
  theme: "auto",
  pace: "fast",
  speech: "brief",
  keymap: {
    accept: "Tab", "accept-word": "Ctrl+ArrowRight", "accept-at-end": "ArrowRight", hide: "Escape", next: "Alt+]",
    previous: "Alt+[", ask: "Alt+\\", "insert-1": "Alt+1", "insert-2": "Alt+2", "insert-3": "Alt+3", panel: "Alt+a",
  },
}; // prettier-ignore

/** What the page gives, and over it what the agent chose before. */
export function readSettings(given: Partial<Settings>, storage: Store): Settings {
  const kept = (storage.read(PLACE) ?? {}) as Partial<Settings>;
  const keymap = { ...DEFAULT_SETTINGS.keymap, ...given.keymap, ...kept.keymap };
  return { ...DEFAULT_SETTINGS, ...given, ...kept, keymap };
}

export function keepSettings(patch: Partial<Settings>, storage: Store): void {
  storage.write(PLACE, { ...(storage.read(PLACE) as object | null), ...patch });
}

/** Until when it was paused; null when that is over. */
export function readPause(now: number, storage: Store): number | null {
  const until = storage.read(PAUSE);
  return typeof until === "number" && until > now ? until : null;
}

export function keepPause(until: number | null, storage: Store): void {
  storage.write(PAUSE, until);
}
