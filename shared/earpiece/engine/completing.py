"""The rest of the sentence: word by word along the likeliest words, as far as it is worth showing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from earpiece.engine.offers import OfferPolicy, Path, choose
from earpiece.engine.sentences import Sentences
from earpiece.engine.vocabulary import FIRST_WORD, span
from earpiece.engine.word_mixture import Outlook, Place

MOST_WORDS = 14
MOST_KEYS = 4000
MOST_CHARACTERS = 2000  # of a draft that is still completed
OTHER_CASE = 0.05  # how likely letters are typed otherwise than the word has them
STEP = 0.999
_LAST_WORD = re.compile(r"\S+\Z")
_CURLED = str.maketrans("'\"", "’”")
_STRAIGHT = str.maketrans("‘’“”", "''\"\"")
_List = tuple[Sequence[str], int, int]


@dataclass(frozen=True, slots=True)
class Completion:
    """Text to append to what was typed, and how likely it is to be right."""

    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class _Found:
    """A word and its weight; `typed` is what was typed of it, in the word's case; `share` what that case is worth."""

    weight: float
    word: str
    typed: str
    share: float


@dataclass(frozen=True, slots=True)
class _Step:
    """A word of the walk: the likeliest at a place, beside `total`, the weight of all that may stand there."""

    place: Place
    outlook: Outlook
    found: _Found
    total: float

    @property
    def rest(self) -> str:
        return self.found.word[len(self.found.typed) :]

    @property
    def chance(self) -> float:
        """Of just this word."""
        return self.found.weight / self.total


@dataclass(frozen=True, slots=True)
class _Walked:
    """How far a walk has come: `begin` characters with the chance `before`, and `end` of them after a step."""

    begin: int
    before: float
    step: _Step | None

    @property
    def end(self) -> int:
        return self.begin + (len(self.step.rest) if self.step else 0)

    @property
    def after(self) -> float:
        return self.before * (self.step.chance if self.step else 1.0)


class Completing:
    """The completions of one turn: the same draft has the same, whatever was asked before. Safe for many threads."""

    def __init__(self, sentences: Sentences) -> None:
        self.sentences = sentences
        # Plain values, which are no work for the collector: a text and its probability.
        self._found: dict[OfferPolicy, dict[str, tuple[str, float] | None]] = {}

    def complete(self, typed: str, policy: OfferPolicy) -> Completion | None:
        """The text most worth showing, None where nothing is."""
        if len(typed) > MOST_CHARACTERS:
            return None
        known = self._found.setdefault(policy, {})
        if typed not in known:
            if len(known) > MOST_KEYS:
                known.clear()
            known[typed] = self._complete(typed, policy)
        found = known[typed]
        return Completion(*found) if found else None

    def _complete(self, typed: str, policy: OfferPolicy) -> tuple[str, float] | None:
        plain = typed if typed.isascii() else unicodedata.normalize("NFC", typed)
        done, partial = split_draft(plain)
        text, walked = walk(self.sentences, done, partial, policy.least_chance)
        choice = choose(Path(text, list(_stops_to_choose_from(walked, policy))), policy)
        return (text[: choice.length], round(choice.chance, 4)) if choice else None


def split_draft(typed: str) -> tuple[list[str], str]:
    """The whole words, and the beginning of one that stands at the end."""
    last = _LAST_WORD.search(typed)
    partial = last.group() if last else ""
    return typed[: len(typed) - len(partial)].split(), partial


def walk(sentences: Sentences, done: Sequence[str], partial: str, least: float) -> tuple[str, Sequence[_Walked]]:
    """The likeliest text after these whole words, as far as it is right with at least that chance, word by word."""
    place, text, chance = sentences.at(done), "", 1.0
    walked: list[_Walked] = []
    for number in range(MOST_WORDS):
        outlook = sentences.outlook(place, number)
        if number:
            chance *= 1 - outlook.end  # a space follows only where the message goes on
            text += " "
        step = _step(place, outlook, partial) if chance >= least else None
        walked.append(_Walked(len(text), chance, step))
        if step is None:
            break
        text, chance = text + step.rest, walked[-1].after
        if chance < least:
            break
        place, partial = sentences.after(place, step.found.word), ""
    return text, walked


def _stops_to_choose_from(walked: Sequence[_Walked], policy: OfferPolicy) -> Iterator[tuple[int, float]]:
    """The places to stop, without those in words that are worth less, however they part, than what follows them."""
    whole = [one for one in walked if one.end >= policy.least_characters and one.after >= policy.least_chance]
    most = max((policy.value(one.after, one.end) for one in whole), default=0.0)
    for one in walked:
        if one.begin:
            yield one.begin, one.before
        if one.step and policy.value(one.before, one.end) >= max(most, 0.0):
            yield from ((one.begin + length, one.before * chance) for length, chance in _stops(one.step))


def _step(place: Place, outlook: Outlook, partial: str) -> _Step | None:
    """The likeliest word that begins so."""
    lists = _lists(place)
    total = 1 - outlook.end if not partial else outlook.unknown * place.turn.mixture.spelling.chance(partial)
    best: _Found | None = None
    for typed, share in _cases(place, partial):
        for words, first, shift in lists:
            low, high = span(words, typed, first, len(words)) if typed else (first, len(words))
            if low == high:
                continue
            chances = outlook.chances[low + shift : high + shift]
            total += share * float(chances.sum()) if partial else 0.0
            number = int(chances.argmax())
            weight = share * float(chances[number])
            if weight > (best.weight if best else 0.0):
                best = _Found(weight, words[low + number], typed, share)
    return _Step(place, outlook, best, total) if best and total > 0 else None


def _lists(place: Place) -> tuple[_List, _List]:
    """Sorted words, where they begin, and what to add to a place among them for its id."""
    vocabulary, extra = place.turn.mixture.vocabulary, place.turn.recent.extra
    return (vocabulary.words, FIRST_WORD, 0), (extra, 0, len(vocabulary))


def _cases(place: Place, partial: str) -> Sequence[tuple[str, float]]:
    """What was typed, and what else it may begin, with what that is worth."""
    if not partial:
        return [("", 1.0)]
    cases = typed_cases(partial)
    accented = sorted(place.turn.mixture.vocabulary.accented(partial) - set(cases))
    return [(cases[0], 1.0), *((other, OTHER_CASE) for other in [*cases[1:], *accented])]


def typed_cases(partial: str) -> list[str]:
    """What was typed first, then the same in other letters: case and quotes."""
    first = partial[:1].upper() + partial[1:]
    others = (partial.lower(), first, partial.capitalize(), partial.upper())
    return list(dict.fromkeys((partial, *others, partial.translate(_CURLED), partial.translate(_STRAIGHT))))


def _stops(step: _Step) -> Sequence[tuple[int, float]]:
    """The places in the rest after which the words part, and the chance that the text is right up to there."""
    found = step.found
    each = [_Begun(words, step.outlook, shift, found.typed, first) for words, first, shift in _lists(step.place)]
    begun = [one for one in each if one.count]
    stops: list[tuple[int, float]] = []
    last = -1.0
    for length in range(1, len(found.word) - len(found.typed) + 1):
        beginning = found.word[: len(found.typed) + length]
        chance = found.share * sum(one.narrow(beginning) for one in begun) / step.total
        if last >= 0 and chance < last * STEP:
            stops.append((length - 1, last))
        last = chance
        if sum(one.count for one in begun) == 1:
            break  # only this word is left: its letters part from no other
    return [*stops, (len(found.word) - len(found.typed), last)] if last >= 0 else stops


class _Begun:
    """Words of a sorted list with the same beginning, and their weights summed up."""

    def __init__(self, words: Sequence[str], outlook: Outlook, shift: int, typed: str, first: int) -> None:
        self._words, self._outlook, self._shift = words, outlook, shift
        self._low, self._high = span(words, typed, first, len(words)) if typed else (first, len(words))
        self._sums: Sequence[float] = ()
        self._first = 0

    @property
    def count(self) -> int:
        return self._high - self._low

    def narrow(self, beginning: str) -> float:
        """The weight of those that begin so; each beginning goes on from the one before."""
        if self._low == self._high:
            return 0.0
        self._low, self._high = span(self._words, beginning, self._low, self._high)
        if self._low == self._high:
            return 0.0
        if not self._sums:
            weights = self._outlook.chances[self._low + self._shift : self._high + self._shift]
            self._first, self._sums = self._low, [0.0, *np.cumsum(weights, dtype=np.float64).tolist()]
        return self._sums[self._high - self._first] - self._sums[self._low - self._first]
