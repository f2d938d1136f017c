import { describe, expect, it } from "vitest";
import type { Keymap } from "../../src/contract";
import { keyOf, troubleWith } from "../../src/view/key_choice";

const keymap: Keymap = {
  accept: "Tab", "accept-word": "Ctrl+ArrowRight", "accept-at-end": "ArrowRight", hide: "Escape", next: "Alt+]", previous: "Alt+[",
  ask: "Alt+\\", "insert-1": "Alt+1", "insert-2": "Alt+2", "insert-3": "Alt+3", panel: "Alt+a",
}; // prettier-ignore
const event = (key: string, more: Partial<KeyboardEvent> = {}) => ({ key, ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, ...more });

describe("a key for a name of the keyboard map", () => {
  it.each(["Enter", "Shift+Enter", "Shift+Tab", "Backspace", "Ctrl+v", "Ctrl+Shift+t", "Meta+c", "F5", "x", "Shift+X", " ", "ArrowUp", "Alt+ArrowLeft"])("is refused when it is %j", (key) => {
    expect(troubleWith(keymap, "accept", key)).toEqual({ kind: "reserved" });
  });

  it("is refused when another name has it", () => {
    expect(troubleWith(keymap, "accept", "Alt+1")).toEqual({ kind: "conflict", with: "insert-1" });
  });

  it.each(["Ctrl+ ", "Alt+]", "Ctrl+ArrowRight", "Alt+Shift+Enter", "Escape"])("may be %j when no other has it", (key) => {
    const free = { ...keymap, next: "Alt+n", "accept-word": "Alt+w", hide: "Alt+h" };

    expect(troubleWith(free, "accept", key)).toBeNull();
  });

  it("may stay what it is", () => {
    expect(troubleWith(keymap, "accept", "Tab")).toBeNull();
  });
});

describe("the name of a key", () => {
  it("has its modifiers before it in their order", () => {
    expect(keyOf(event("Enter", { shiftKey: true, altKey: true, ctrlKey: true }))).toBe("Ctrl+Alt+Shift+Enter");
  });

  it("is empty for a modifier alone", () => {
    expect(keyOf(event("Shift", { shiftKey: true }))).toBe("");
  });
});
