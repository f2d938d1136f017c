"""The words that a pack lists at a place, with their chances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from earpiece.engine.completing import OTHER_CASE, typed_cases
from earpiece.engine.vocabulary import END, FIRST_WORD, UNKNOWN, span
from earpiece.engine.word_mixture import Outlook, Turn


@dataclass(frozen=True, slots=True)
class Listing:
    """Next words with their chances, best first, and the chance of all that are not listed."""

    words: Sequence[tuple[str, float]]
    unlisted: float

    def cut(self, most: int) -> Listing:
        """With that many words at most."""
        return Listing(self.words[:most], self.unlisted + sum(chance for _, chance in self.words[most:]))


def next_words(outlook: Outlook, turn: Turn, most: int, least: float) -> Listing:
    """What may come next; "" is the end of the message."""
    kept = np.flatnonzero(outlook.chances >= least)
    likely = zip(outlook.chances[kept].tolist(), kept.tolist(), strict=True)
    best = sorted((-chance, number) for chance, number in likely if number != UNKNOWN)[:most]
    vocabulary, extra = turn.mixture.vocabulary.words, turn.recent.extra
    words = [
        "" if number == END else vocabulary[number] if number < len(vocabulary) else extra[number - len(vocabulary)]
        for _, number in best
    ]
    chances = [-chance for chance, _ in best]
    return Listing(list(zip(words, chances, strict=True)), max(1 - sum(chances), 0.0))


def begun_words(outlook: Outlook, turn: Turn, partial: str, most: int, least: float) -> Listing:
    """The words that these letters begin, in any case; chances are those among all that begin so.

    A word in another case than the typed one has the chance of its own letters: who reads it weighs it by
    `OTHER_CASE`.
    """
    found = list(_begun(outlook, turn, partial))
    unknown = outlook.unknown * turn.mixture.spelling.chance(partial)
    total = unknown + sum(chance * share for chance, share, _ in found)
    if total <= 0:
        return Listing([], 1.0)
    best = sorted((-chance * share, word, chance) for chance, share, word in found if chance * share >= least * total)
    listed = [(word, chance / total) for _, word, chance in best[:most]]
    return Listing(listed, max(1 + sum(weight for weight, *_ in best[:most]) / total, 0.0))


def _begun(outlook: Outlook, turn: Turn, partial: str) -> Iterator[tuple[float, float, str]]:
    """Chance, share and word."""
    vocabulary, extra = turn.mixture.vocabulary.words, turn.recent.extra
    for number, case in enumerate(typed_cases(partial)):
        for words, first, shift in ((vocabulary, FIRST_WORD, 0), (extra, 0, len(vocabulary))):
            low, high = span(words, case, first, len(words))
            chances = outlook.chances[low + shift : high + shift].tolist()
            for chance, word in zip(chances, words[low:high], strict=True):
                yield chance, OTHER_CASE if number else 1.0, word
