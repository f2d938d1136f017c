/** What is offered after a draft, and what is left of it as the agent types on. No DOM. */
import type { Draft, Provenance } from "../contract";

export interface Offer {
  readonly base: string; // the draft that `text` goes on from
  readonly text: string;
  readonly about: Provenance;
  readonly id: string | null;
  readonly since: number; // when it came up: not what it has shrunk to
}

/** What is left once the draft has become this; null when it has gone another way, or there is nothing left. */
export function typedThrough(offer: Offer, draft: string): Offer | null {
  const whole = offer.base + offer.text;
  const goesOn = draft.startsWith(offer.base) && whole.startsWith(draft) && draft.length < whole.length;
  return goesOn ? { ...offer, base: draft, text: whole.slice(draft.length) } : null;
}

/** Only where the caret stands at the end, and nothing is composed or selected. */
export function isAtEnd({ text, start, end, isComposing }: Draft): boolean {
  return !isComposing && start === end && end === text.length;
}

/** The next word of a text, with the spaces and marks before it. */
export function nextWord(text: string): string {
  const words = new Intl.Segmenter(undefined, { granularity: "word" }).segment(text);
  let taken = "";
  for (const { segment, isWordLike } of words) {
    taken += segment;
    if (isWordLike) break;
  }
  return taken;
}
