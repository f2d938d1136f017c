/** Whether a key may be given to a name of the keyboard map. No DOM. */
import type { KeyName, Keymap } from "../contract";

export type KeyTrouble = { readonly kind: "conflict"; readonly with: KeyName } | { readonly kind: "reserved" };

// The browser's or the system's own, and what edits text: taking one of these takes something from the agent.
const RESERVED = /^(Enter|Shift\+(Tab|Enter)|Backspace|Delete|F\d+|Arrow(Up|Down)|(Ctrl|Meta)\+(Shift\+)?[acfhjklnoprstuvwxyz0-9+=-]|Alt\+(F4|Tab|ArrowLeft)|Ctrl\+(Shift\+)?Tab|(Shift\+)?.)$/iu;

/** What stands in the way of this key for this name, or null. */
export function troubleWith(keymap: Keymap, name: KeyName, key: string): KeyTrouble | null {
  if (RESERVED.test(key)) return { kind: "reserved" };
  const other = (Object.keys(keymap) as KeyName[]).find((one) => one !== name && keymap[one].toLowerCase() === key.toLowerCase());
  return other ? { kind: "conflict", with: other } : null;
}

/** The key's name as the keyboard map writes it, "Ctrl+Alt+Shift+Meta+Key"; "" for a modifier alone. */
export function keyOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "altKey" | "shiftKey" | "metaKey">): string {
  if (/^(Control|Alt|AltGraph|Shift|Meta|Dead)$/.test(event.key)) return "";
  return `${event.ctrlKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${event.shiftKey ? "Shift+" : ""}${event.metaKey ? "Meta+" : ""}${event.key}`;
}

const ARROWS: Readonly<Record<string, string>> = { ArrowLeft: "←", ArrowRight: "→" };

/** A key as it stands on a keyboard: "Alt+A", "Ctrl+→". */
export function shownKey(key: string): string {
  return key.replace(/Arrow\w+$/, (arrow) => ARROWS[arrow] ?? arrow).replace(/(^|\+)\p{Ll}$/u, (letter) => letter.toUpperCase());
}
