/** How a message came about: the part of the message-sent record that only the field side can count. No DOM. */
import type { Augmentation, SentRecord } from "../contract";
import { charactersOf, savedKeystrokes } from "./keystrokes";

export interface Chosen {
  readonly setId: string | null;
  readonly suggestionId: string | null;
}

export interface MessageRecord {
  /** Something could be answered from now on. */
  begins(): void;
  /** A key of the agent's, whatever it did; not one that accepted something, and not the one that sends. */
  key(): void;
  /** The text is this now. What came otherwise than by typing (pasted, or put there by the page) saved no key by our doing. */
  changed(text: string, isTyped: boolean): void;
  /** An accepted completion, suggestion or other text; one key. The field has `text` now. */
  inserted(text: string, piece: string, how: Augmentation, chosen: Chosen): void;
  /** A completion came up. */
  presented(): void;
  /** The text as it is known; "" when there is no message under way. */
  readonly text: string;
  /** The record of the message that was sent, and a new one begun; null when nothing was written. */
  sent(text?: string): SentRecord | null;
  /** What was written will not be sent from here. */
  dropped(): void;
}

interface Facts {
  text: string;
  keys: number;
  edits: number;
  kinds: Augmentation[];
  chosen: Chosen | null;
  presented: number;
  accepted: number;
  insertedUntil: number; // where the last inserted text ends
  actedAt: number | null;
}

const fresh = (): Facts => ({ text: "", keys: 0, edits: 0, kinds: [], chosen: null, presented: 0, accepted: 0, insertedUntil: 0, actedAt: null });

/** `now` gives milliseconds. */
export function createRecord(now: () => number): MessageRecord {
  let facts = fresh();
  let begunAt = now();

  const act = (): void => void (facts.actedAt ??= now());
  function came(kind: Augmentation): void {
    if (facts.kinds.at(-1) !== kind) facts.kinds.push(kind);
  }
  function taken(text: string): SentRecord {
    const characters = charactersOf(text);
    const actedAt = facts.actedAt ?? now();
    return {
      augmentation_types: facts.kinds,
      edit_count: facts.edits,
      key_count: facts.keys,
      sent_character_count: characters,
      saved_keystroke_count: savedKeystrokes(characters, facts.keys),
      presented_completion_count: facts.presented,
      accepted_completion_count: facts.accepted,
      time_to_action_ms: Math.max(0, Math.round(actedAt - begunAt)),
      crafting_time_ms: Math.max(0, Math.round(now() - actedAt)),
      ...(facts.chosen && { set_id: facts.chosen.setId, suggestion_id: facts.chosen.suggestionId }),
    };
  }

  return {
    get text() {
      return facts.text;
    },
    begins: () => void (facts.text || (begunAt = now())),
    key() {
      act();
      facts.keys++;
    },
    changed(text, isTyped) {
      if (text === facts.text) return;
      act();
      if (!isTyped) facts.keys += Math.max(0, charactersOf(text) - charactersOf(facts.text));
      const same = commonBeginning(facts.text, text);
      if (same < Math.min(facts.insertedUntil, facts.text.length)) facts.edits++;
      facts.insertedUntil = Math.min(facts.insertedUntil, Math.max(same, text.length - facts.text.length + facts.insertedUntil));
      if (text.length > same) came("FREEHAND");
      facts.text = text;
    },
    inserted(text, piece, how, chosen) {
      act();
      came(how);
      facts.keys++;
      facts.accepted += Number(how === "PHRASE_AUTOCOMPLETE");
      facts.insertedUntil = text.lastIndexOf(piece) + piece.length;
      if (how !== "PHRASE_AUTOCOMPLETE") facts.chosen ??= chosen;
      facts.text = text;
    },
    presented: () => void facts.presented++,
    sent(text = facts.text) {
      if (!text.trim()) return null;
      if (text !== facts.text) this.changed(text, false);
      const record = taken(text);
      facts = fresh();
      begunAt = now();
      return record;
    },
    dropped: () => void (facts = fresh()),
  };
}

function commonBeginning(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at < most && one[at] === other[at]) at++;
  return at;
}
