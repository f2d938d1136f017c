/**
 * Completes from a pack alone, as `shared/earpiece/engine/pack_completing.py` says: the same rules in the same order,
 * so that both pass the vectors of `tests/samples/packs`. Lengths that rules speak of count code points, as there;
 * positions are UTF-16.
 */
import type { PackBody } from "../contract";
import { fold, splitDraft, strip, typedCases } from "./text";

const VERSION = 2;
const MOST_WORDS = 14;
const MOST_ALTERNATIVES = 5;
const STEP = 0.999;

type Tree = readonly [unlisted: number, listed: readonly number[], later?: Readonly<Record<string, Tree>>];

interface Body extends PackBody {
  readonly unit: number;
  readonly policy: { readonly price: number; readonly least_chance: number; readonly allowed_share: number; readonly least_characters: number };
  readonly match: Readonly<Record<"other_case" | "unlisted_first_letter" | "unlisted_next_letter", number>> & {
    readonly goes_on?: number; // packs of before have none of these
    readonly ends?: string;
    readonly due_within_over?: number;
  };
  readonly after: readonly string[];
  readonly begun?: string;
  readonly words: readonly string[];
  readonly places: Tree;
  readonly replies: readonly (readonly [text: string, weight: number])[];
  readonly refused: readonly string[];
}

/** What completes a draft with no request. */
export interface Completing {
  /** The text to append to what was typed, or null where nothing is worth showing. */
  complete(draft: string): string | null;
  /** Whether the draft has left what the pack knows well enough: ask for one with `wants_pack`. */
  isDue(draft: string): boolean;
  /** At most five texts to append, the offered one first, then other words that may stand here; for an agent who asks. */
  alternatives(draft: string): readonly string[];
}

/** A word of a place with its weight, or its chance; `typed` is what was typed of it, in the word's case. */
interface Left {
  readonly word: string;
  readonly typed: string;
  readonly weight: number;
}

interface Listed {
  readonly words: readonly Left[]; // without the end of the message
  readonly end: number;
}

/** Where a text may stop: at this position, that many characters, right with that chance. */
type Stop = readonly [at: number, characters: number, chance: number];
interface Path {
  readonly text: string;
  readonly stops: readonly Stop[];
  readonly isCut: boolean; // what would come next is not known
}

/** Reads a pack of version 2, throws RangeError for any other. What a place lists is looked up once, when it is needed. */
export function openPack(pack: PackBody): Completing {
  if (pack.version !== VERSION) throw new RangeError(`pack version ${pack.version}; this reads ${VERSION}`);
  const { unit, policy, match, after, begun = "", words, places, replies, refused: blocked } = pack as Body;
  const numbers = new Map(words.map((word, number) => [word, number]));
  const seen = new WeakMap<Tree, Listed>();
  const folded = (texts: readonly string[]): string[] => texts.map((text) => fold(strip(text)));
  const refused = folded(blocked);
  const allowed = refused.length ? folded(replies.map(([text]) => text)) : [];

  const then = (place: Tree, word: string): Tree | null => place[2]?.[numbers.get(word) ?? ""] ?? null;

  function placeOf(done: readonly string[], partial: string): Tree | null {
    if (after.some((word, at) => done[at] !== word) || !(done[after.length] ?? partial).startsWith(begun)) return null;
    return done.slice(after.length).reduce<Tree | null>((place, word) => place && then(place, word), places);
  }

  function listed(place: Tree): Listed {
    let known = seen.get(place);
    if (!known) {
      const all = place[1].flatMap((number, at, flat) =>
        at % 2 ? [] : [{ word: words[number]!, typed: "", weight: flat[at + 1]! / unit }],
      );
      known = { words: all.filter((one) => one.word), end: all.find((one) => !one.word)?.weight ?? 0 };
      seen.set(place, known);
    }
    return known;
  }

  /** The words that fit, and the weight of these and of all unlisted ones that may. */
  function leftAt(place: Tree, partial: string): [left: readonly Left[], total: number] {
    const { words: all, end } = listed(place);
    if (!partial) return [all, 1 - end];
    const left = typedCases(partial).flatMap((typed, number) =>
      all
        .filter(({ word }) => word.startsWith(typed))
        .map(({ word, weight }) => ({ word, typed, weight: weight * (number ? match.other_case : 1) })),
    );
    const before = place === places ? count(begun) : 0;
    const first = before ? 1 : match.unlisted_first_letter;
    const unlisted = (place[0] / unit) * first * match.unlisted_next_letter ** (count(partial) - (before || 1));
    return [left, weigh(left) + unlisted];
  }

  function walk(from: Tree | null, partial: string): Path {
    const stops: Stop[] = [];
    let text = "";
    let length = 0;
    let chance = 1;
    let place = from;
    for (let number = 0; number < MOST_WORDS && place; number++) {
      if (number) {
        chance *= 1 - listed(place).end;
        text += " ";
        stops.push([text.length, ++length, chance]);
      }
      const [left, total] = leftAt(place, partial);
      if (chance < policy.least_chance || !left.length || total <= 0) break;
      const best = heaviest(left);
      for (const [at, characters, weight] of stopsIn(best, left)) {
        stops.push([text.length + at, length + characters, (chance * weight) / total]);
      }
      const rest = best.word.slice(best.typed.length);
      text += rest;
      length += count(rest);
      chance = (chance * best.weight) / total;
      place = then(place, best.word);
      partial = "";
      if (!place && chance >= policy.least_chance && !match.ends?.includes(best.word.at(-1)!)) {
        text += " ";
        stops.push([text.length, ++length, chance * (match.goes_on ?? 0)]);
      }
    }
    return { text, stops, isCut: !place && chance >= policy.least_chance };
  }

  /** The most valuable stop, as the end of the text; 0 where none is worth more than nothing. */
  function choose(stops: readonly Stop[]): number {
    const { price, allowed_share: share, least_chance: least, least_characters: fewest } = policy;
    let most = 0;
    let best = 0;
    for (const [at, characters, chance] of stops) {
      const value = chance * (characters - 1 + price * share) - (1 - chance) * price * (1 - share);
      if (characters >= fewest && chance >= least && value > most) [most, best] = [value, at];
    }
    return best;
  }

  const offered = ({ text, stops }: Path): string => text.slice(0, choose(stops));

  function isRefused(draft: string): boolean {
    if (!refused.length) return false;
    const completed = fold(strip(draft));
    if (refused.includes(completed)) return true;
    return refused.some((text) => text.startsWith(completed)) && !allowed.some((text) => text.startsWith(completed));
  }

  function complete(draft: string): string | null {
    const [done, partial] = splitDraft(draft);
    const offer = offered(walk(placeOf(done, partial), partial));
    return offer && !isRefused(draft + offer) ? offer : null;
  }

  return {
    complete,
    isDue(draft) {
      const [done, partial] = splitDraft(draft);
      const place = placeOf(done, partial);
      if (!place) return true;
      if (place === places && (begun || !partial)) return false;
      const [left, total] = leftAt(place, partial);
      const isStrange = !!partial && total - weigh(left) > total * (match.due_within_over ?? 1);
      return isStrange || walk(place, partial).isCut;
    },
    alternatives(draft) {
      const [done, partial] = splitDraft(draft);
      const place = placeOf(done, partial);
      const first = complete(draft);
      if (!place) return [];
      const others = [...leftAt(place, partial)[0]]
        .sort((one, other) => other.weight - one.weight)
        .slice(0, MOST_ALTERNATIVES)
        .map(({ word, typed }) => word.slice(typed.length) + offered(walkOn(then(place, word))))
        .filter((text) => text && !first?.startsWith(text) && !isRefused(draft + text));
      return [...new Set(first ? [first, ...others] : others)].slice(0, MOST_ALTERNATIVES);
    },
  };

  /** What follows a word that the agent is asked about: the space before it is part of the text. */
  function walkOn(place: Tree | null): Path {
    const { text, stops, isCut } = walk(place, "");
    return { text: ` ${text}`, isCut, stops: stops.map(([at, characters, chance]) => [at + 1, characters + 1, chance]) };
  }
}

/** Where in the rest of the best word the others part from it, and the weight of those that have not. */
function stopsIn(best: Left, left: readonly Left[]): Stop[] {
  const stops: Stop[] = [];
  let fit = left.filter((one) => one.typed === best.typed);
  let [at, characters, last] = [0, 0, -1];
  for (const letter of best.word.slice(best.typed.length)) {
    const beginning = best.word.slice(0, best.typed.length + at + letter.length);
    fit = fit.filter((one) => one.word.startsWith(beginning));
    const weight = weigh(fit);
    if (last >= 0 && weight < last * STEP) stops.push([at, characters, last]);
    [at, characters, last] = [at + letter.length, characters + 1, weight];
  }
  return last >= 0 ? [...stops, [at, characters, last]] : stops;
}

function heaviest(left: readonly Left[]): Left {
  return left.reduce((best, one) => (one.weight > best.weight ? one : best));
}

function weigh(words: readonly Left[]): number {
  return words.reduce((sum, one) => sum + one.weight, 0);
}

/** Code points of a text. */
function count(text: string): number {
  return [...text].length;
}
