/** Which key of the agent's map was pressed. No DOM. */
import type { KeyName, Keymap } from "../contract";

export type Pressed = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "altKey" | "shiftKey" | "metaKey">;

const CODES: Readonly<Record<string, string>> = { BracketRight: "]", BracketLeft: "[", Backslash: "\\" };
const MODIFIER = /^(Control|Alt|AltGraph|Shift|Meta|CapsLock|Dead)$/;

export interface KeyboardSide {
  readonly direction: "ltr" | "rtl";
  readonly isMac: boolean;
}

/** The name that the map gives to this key, or null. Arrows mean forwards and backwards in the text, not right and left. */
export function nameOf(pressed: Pressed, keymap: Keymap, side: KeyboardSide): KeyName | null {
  const told = written(pressed, side.direction);
  const names = Object.keys(keymap) as KeyName[];
  return names.find((name) => [keymap[name], ...aliases(name, keymap, side)].some((key) => told.includes(key.toLowerCase()))) ?? null;
}

/** A modifier alone types nothing. */
export function isModifier({ key }: Pick<Pressed, "key">): boolean {
  return MODIFIER.test(key);
}

/** Ctrl and an arrow belong to macOS itself. */
function aliases(name: KeyName, keymap: Keymap, { isMac }: KeyboardSide): readonly string[] {
  return isMac && name === "accept-word" && keymap[name] === "Ctrl+ArrowRight" ? ["Alt+ArrowRight"] : [];
}

/** As the map writes it; with Alt also by the key's place, because there it may give another letter. */
function written({ key, code, ctrlKey, altKey, shiftKey, metaKey }: Pressed, direction: "ltr" | "rtl"): readonly string[] {
  const before = `${ctrlKey ? "ctrl+" : ""}${altKey ? "alt+" : ""}${shiftKey ? "shift+" : ""}${metaKey ? "meta+" : ""}`;
  const swapped = direction === "rtl" ? key.replace(/^Arrow(Left|Right)$/, (_, to: string) => (to === "Left" ? "ArrowRight" : "ArrowLeft")) : key;
  const placed = CODES[code] ?? /^(?:Key|Digit)(.)$/.exec(code)?.[1];
  return [swapped, ...(altKey && placed ? [placed] : [])].map((one) => before + one.toLowerCase());
}
