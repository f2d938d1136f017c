"""The rest of the sentence: word by word along the likeliest words, as far as it is worth showing.

What was offered at each key is remembered by turn, as far as the keys came one by one: a text that was shown and typed
into was not what the agent meant, and a text that stays need not be looked at again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from earpiece.engine.offers import Choice, OfferPolicy, Path, choose
from earpiece.engine.vocabulary import FIRST_WORD, span
from earpiece.engine.word_mixture import Outlook, Place, Turn

MOST_WORDS = 14
MOST_NEW_PLACES = 4  # at one key: what it costs is bounded, the next key goes further
MOST_KEYS = 4000
MOST_CHARACTERS = 4000  # of a draft that is still completed
OTHER_CASE = 0.05  # how likely letters are typed in another case than the word's
WALK_ON = 0.8  # of the least chance
STEP = 0.999


@dataclass(frozen=True, slots=True)
class Completion:
    """Text to append to what was typed, and how likely it is to be right."""

    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands before the agent after a key: the whole text with its completion, and the texts typed into before."""

    text: str = ""
    chance: float = 0.0
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    """One word of the walk: its rest, places to stop in it with their chances, and the chance of just this word."""

    word: str
    rest: str
    stops: Sequence[tuple[int, float]]
    chance: float


class Completing:
    """The completions of one turn. Safe for many threads: two at the same key do the same work twice."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self._shown: dict[tuple[str, OfferPolicy], Shown] = {}

    def complete(self, typed: str, policy: OfferPolicy) -> Completion | None:
        """The text most worth showing, None where nothing is."""
        if len(typed) > MOST_CHARACTERS:
            return None
        shown = self._shown.get((typed, policy))
        if shown is None:
            if len(self._shown) > MOST_KEYS:
                self._shown.clear()
            shown = self._shown[typed, policy] = self._show(typed, policy)
        rest = shown.text[len(typed) :]
        return Completion(rest, round(shown.chance, 4)) if rest else None

    def _show(self, typed: str, policy: OfferPolicy) -> Shown:
        before = self._shown.get((typed[:-1], policy)) if typed else None
        stays = before if before and len(before.text) > len(typed) and before.text.startswith(typed) else None
        refused = tuple(text for text in before.refused if text.startswith(typed)) if before else ()
        if stays and stays.text not in refused:
            refused += (stays.text,)
        path, choice = self._choose(typed, refused, policy)
        if choice.value > 0:
            return Shown(typed + path.text[: choice.length], choice.chance, refused)
        return Shown(stays.text, stays.chance, refused) if stays else Shown(refused=refused)

    def _choose(self, typed: str, refused: Sequence[str], policy: OfferPolicy) -> tuple[Path, Choice]:
        cut = max(typed.rfind(" "), typed.rfind("\n"), typed.rfind("\t")) + 1
        place, partial = self.turn.place(typed[:cut].split()), typed[cut:]
        path = walk(place, partial, policy)
        shortest = min((len(text) for text in refused if (typed + path.text).startswith(text)), default=None)
        choice = choose(path, shortest - len(typed) if shortest is not None else None, policy)
        if shortest is None or choice.value > 0:
            return path, choice
        # The likeliest is known to be wrong: what begins otherwise is the likelier for it.
        length = shortest - len(typed)
        left = 1 - policy.accepted * path.chance_of(length)
        other = walk(place, partial, policy, path.text[:length].split(" ")[0])
        return other, choose(other, None, policy, 1 / max(left, 0.05))


def walk(place: Place, partial: str, policy: OfferPolicy, avoided: str = "") -> Path:
    """The likeliest text from here. `avoided`: the first word's rest does not begin so."""
    text, chance, new_places = "", 1.0, 0
    stops: list[tuple[int, float]] = []
    least = policy.least_chance * WALK_ON
    for number in range(MOST_WORDS):
        new_places += not place.is_known
        if new_places > MOST_NEW_PLACES:
            break
        outlook = place.outlook()
        if number:
            chance *= 1 - outlook.end  # a space follows only where the message goes on
            text += " "
            stops.append((len(text), chance))
        step = _step(place, outlook, partial, avoided) if chance >= least else None
        if step is None:
            break
        stops += [(len(text) + length, chance * share) for length, share in step.stops]
        text, chance = text + step.rest, chance * step.chance
        place, partial, avoided = place.then(step.word), "", ""
    return Path(text, stops)


@dataclass(frozen=True, slots=True)
class _Found:
    """A word and its weight; `typed` is what was typed of it, in the word's case; `share` what that case is worth."""

    weight: float
    word: str
    typed: str
    share: float


def _step(place: Place, outlook: Outlook, partial: str, avoided: str) -> _Step | None:
    """The likeliest word that begins so, with where its rest may stop and the chance of each."""
    lists = _lists(place)
    total = 1 - outlook.end if not partial else outlook.unknown * place.turn.mixture.spelling.chance(partial)
    best: _Found | None = None
    for typed, share in _cases(partial):
        for words, first, shift in lists:
            low, high = span(words, typed, first, len(words)) if typed else (first, len(words))
            if low == high:
                continue
            total += share * _sum(outlook, low + shift, high + shift) if partial else 0.0
            number = _likeliest(words, outlook, low, high, shift, typed + avoided if avoided else "")
            weight = share * float(outlook.chances[number + shift]) if number >= 0 else 0.0
            if weight > (best.weight if best else 0.0):
                best = _Found(weight, words[number], typed, share)
    if best is None or total <= 0:
        return None
    return _Step(best.word, best.word[len(best.typed) :], _stops(lists, outlook, best, total), best.weight / total)


_List = tuple[Sequence[str], int, int]


def _lists(place: Place) -> tuple[_List, _List]:
    """Sorted words, where they begin, and what to add to a place among them for its id."""
    vocabulary, extra = place.turn.mixture.vocabulary, place.turn.recent.extra
    return (vocabulary.words, FIRST_WORD, 0), (extra, 0, len(vocabulary))


def _cases(partial: str) -> Sequence[tuple[str, float]]:
    others = {partial.lower(), partial[:1].upper() + partial[1:], partial.upper()} - {partial}
    return [(partial, 1.0), *((other, OTHER_CASE) for other in sorted(others))]


def _sum(outlook: Outlook, low: int, high: int) -> float:
    return float(outlook.sums[high] - outlook.sums[low])


def _likeliest(words: Sequence[str], outlook: Outlook, low: int, high: int, shift: int, avoided: str) -> int:
    """The place of the likeliest word that does not begin as `avoided`; -1 for none."""
    chances = outlook.chances[low + shift : high + shift]
    if not avoided:
        return low + int(chances.argmax())
    first, last = span(words, avoided, low, high)
    before, after = chances[: first - low], chances[last - low :]
    best = [
        (float(part.max()), start + int(part.argmax())) for part, start in ((before, low), (after, last)) if len(part)
    ]
    return max(best, default=(0.0, -1))[1]


def _stops(lists: Sequence[_List], outlook: Outlook, found: _Found, total: float) -> Sequence[tuple[int, float]]:
    """The places in the rest after which the words part, and the chance that the text is right up to there."""
    spans = [(words, *span(words, found.typed, first, len(words)), shift) for words, first, shift in lists]
    stops: list[tuple[int, float]] = []
    last = -1.0
    for length in range(1, len(found.word) - len(found.typed) + 1):
        beginning = found.word[: len(found.typed) + length]
        spans = [(words, *span(words, beginning, low, high), shift) for words, low, high, shift in spans]
        chance = found.share * sum(_sum(outlook, low + shift, high + shift) for _, low, high, shift in spans) / total
        if last >= 0 and chance < last * STEP:
            stops.append((length - 1, last))
        last = chance
    return [*stops, (len(found.word) - len(found.typed), last)] if last >= 0 else stops
