/** Placeholders in what was inserted, which the agent must fill: `{PERSON}`. No DOM. */
import type { Range } from "../contract";

const SLOT = /\{[A-Z][A-Z0-9_]*\}/g;

export function slotsIn(text: string): readonly string[] {
  return [...new Set(text.match(SLOT) ?? [])];
}

/** Those of these that still stand in a text. */
export function unfilled(slots: readonly string[], text: string): readonly string[] {
  return slots.filter((slot) => text.includes(slot));
}

/** Where the next one is, from a place on and then from the beginning; null when all are filled. */
export function nextSlot(slots: readonly string[], text: string, from: number): Range | null {
  const places = slots.flatMap((slot) => placesOf(slot, text)).sort(([one], [other]) => one - other);
  return places.find(([start]) => start >= from) ?? places[0] ?? null;
}

function placesOf(slot: string, text: string): Range[] {
  const places: Range[] = [];
  for (let at = text.indexOf(slot); at >= 0; at = text.indexOf(slot, at + slot.length)) places.push([at, at + slot.length]);
  return places;
}
