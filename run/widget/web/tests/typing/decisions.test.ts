import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../src/session/settings";
import { insertionOf } from "../../src/typing/insertion_place";
import { nameOf } from "../../src/typing/keys";
import { isAtEnd, nextWord, typedThrough } from "../../src/typing/offer";
import { nextSlot, slotsIn, unfilled } from "../../src/typing/slots";

const NO_SET = { setId: null, modelVersion: null, settingsVersion: null };
const offer = { base: "Than", text: "k you", about: NO_SET, id: null, since: 5 };
const draft = (text: string, start = text.length, end = start) => ({ text, start, end, isComposing: false });
const key = (written: string, code = "") => {
  const parts = written.split("+");
  const has = (one: string) => parts.slice(0, -1).includes(one);
  return { key: parts.at(-1)!, code, ctrlKey: has("Ctrl"), altKey: has("Alt"), shiftKey: has("Shift"), metaKey: has("Meta") };
};
const named = (written: string, code = "", side = { direction: "ltr" as "ltr" | "rtl", isMac: false }) =>
  nameOf(key(written, code), DEFAULT_SETTINGS.keymap, side);

describe("what is left of an offer", () => {
  it("shrinks as it is typed through, and keeps when it came up", () => {
    expect(typedThrough(offer, "Thank y")).toMatchObject({ base: "Thank y", text: "ou", since: 5 });
  });
  it.each(["Tha", "Thanx", "Thank you", "Thank you!", "than"])("is gone for %j", (text) => {
    expect(typedThrough(offer, text)).toBeNull();
  });
  it("is nowhere but at the end, with nothing selected or composed", () => {
    expect(isAtEnd(draft("Than"))).toBe(true);
    expect(isAtEnd(draft("Than", 2))).toBe(false);
    expect(isAtEnd(draft("Than", 0, 4))).toBe(false);
    expect(isAtEnd({ ...draft("Than"), isComposing: true })).toBe(false);
  });
  it.each([["k you", "k"], [" you for", " you"], [", dear Bob", ", dear"], ["!", "!"], ["’t do", "’t"]])("gives of %j the word %j", (text, word) => {
    expect(nextWord(text)).toBe(word);
  }); // prettier-ignore
});

describe("keys of the map", () => {
  it.each([["Tab", "accept"], ["Ctrl+ArrowRight", "accept-word"], ["Escape", "hide"], ["Alt+1", "insert-1"], ["Alt+A", "panel"]])("%s is %s", (written, name) => {
    expect(named(written)).toBe(name);
  }); // prettier-ignore
  it.each(["Shift+Tab", "Enter", "Ctrl+Tab", "Alt+Tab", "Meta+Escape", "a"])("%s is none of them", (written) => {
    expect(named(written)).toBeNull();
  });
  it("goes forwards to the left where the text does", () => {
    const side = { direction: "rtl" as const, isMac: false };
    expect(named("ArrowLeft", "", side)).toBe("accept-at-end");
    expect(named("ArrowRight", "", side)).toBeNull();
  });
  it("knows a key by its place where Alt makes another letter of it, and macOS's own arrow", () => {
    const side = { direction: "ltr" as const, isMac: true };
    expect(named("Alt+¡", "Digit1", side)).toBe("insert-1");
    expect(named("Alt+‘", "BracketRight", side)).toBe("next");
    expect(named("Alt+ArrowRight", "", side)).toBe("accept-word");
    expect(named("Alt+ArrowRight")).toBeNull();
  });
});

describe("where a chosen text goes", () => {
  it("takes the place of a draft that it goes on from, whatever its case", () => {
    expect(insertionOf(draft("i have "), "I have issued it.")).toEqual({ range: [0, 7], text: "I have issued it." });
  });
  it("stacks at the caret otherwise, apart by spaces", () => {
    expect(insertionOf(draft("Hi Bob", 3), "One moment.")).toEqual({ range: [3, 3], text: "One moment. " });
    expect(insertionOf(draft("Hi"), "One moment.")).toEqual({ range: [2, 2], text: " One moment." });
  });
  it("takes the place of what is selected", () => {
    expect(insertionOf(draft("Hi XX Bob", 3, 5), "One moment.").range).toEqual([3, 5]);
  });
});

describe("placeholders", () => {
  const text = "Dear {PERSON}, order {ORDER_ID} for {PERSON}.";
  it("are found once each, and those left are told", () => {
    expect(slotsIn(text)).toEqual(["{PERSON}", "{ORDER_ID}"]);
    expect(unfilled(["{PERSON}", "{ORDER_ID}"], "Dear Bob, order {ORDER_ID}.")).toEqual(["{ORDER_ID}"]);
    expect(slotsIn("{ not one } {} {a}")).toEqual([]);
  });
  it("are gone through from a place on, and then from the beginning", () => {
    const slots = slotsIn(text);
    expect(nextSlot(slots, text, 0)).toEqual([5, 13]);
    expect(nextSlot(slots, text, 13)).toEqual([21, 31]);
    expect(nextSlot(slots, text, 44)).toEqual([5, 13]);
    expect(nextSlot(slots, "all filled", 0)).toBeNull();
  });
});
