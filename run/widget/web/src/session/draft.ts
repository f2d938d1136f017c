/** What of a draft leaves the page: the end of it, and no card number. */
import type { PackBody } from "../contract";
import { splitDraft } from "../completing/text";

const MOST_SENT = 300;

export interface SentDraft {
  readonly draft: string;
  readonly cursor: number;
  readonly offset: number; // of its beginning in the whole draft
}

/** The last 300 characters before the cursor, from the beginning of a word, and what follows them there. */
export function sentDraft(text: string, cursor: number): SentDraft {
  const from = Math.max(0, cursor - MOST_SENT);
  const space = from && text.slice(from, cursor).search(/\s/);
  const isHalf = (at: number): boolean => /[\udc00-\udfff]/.test(text.charAt(at)); // the second of a pair
  const begin = from + Math.max(0, space);
  const offset = isHalf(begin) ? begin + 1 : begin;
  const end = offset + MOST_SENT;
  const draft = text.slice(offset, isHalf(end) ? end - 1 : end);
  return { draft: withoutCards(draft), cursor: cursor - offset, offset };
}

/** A pack for what was sent, as one for the whole draft, whose words before are other ones, or more. */
export function forWholeDraft(pack: PackBody, { draft }: SentDraft, text: string, cursor: number): PackBody {
  return draft === text ? pack : { ...pack, after: splitDraft(text.slice(0, cursor))[0] };
}

/** Each digit of a card number (13 to 19 of them that pass Luhn's check) as a zero, so that every place stays. */
export function withoutCards(text: string): string {
  return text.replace(/\d(?:[ -]?\d){12,18}/g, (found) => (isCard(found) ? found.replace(/\d/g, "0") : found));
}

function isCard(found: string): boolean {
  const digits = [...found.replace(/\D/g, "")].reverse().map(Number);
  const sum = digits.reduce((all, digit, at) => all + (at % 2 ? (digit * 2) % 10 + (digit > 4 ? 1 : 0) : digit), 0);
  return sum % 10 === 0;
}
