"""The words that may be offered, by number: sorted, so that those with the same beginning are neighbours."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.prefixes import fold, rest_after

END = 0  # the end of the message
UNKNOWN = 1  # a word too rare, or too personal, to be offered
FIRST_WORD = 2
MOST_WORDS = 20_000
MOST_COMMON_WORDS = 8_000
MOST_LETTERS = 40
MOST_ACCENTED = 3
AFTER_ALL = "\U0010ffff"

# Never a placeholder, an address, a link or a number of more than three digits.
_PERSONAL = re.compile(r"[\[\]{}@\ud800-\udfff]|://|www\.|\d{4}|\d\D?\d\D?\d\D?\d")


class Vocabulary:
    """`words[0]` and `words[1]` stand for the end and for unknown words; the others are sorted by code points.

    `common` are the ids, rising, of the words that a word model may know: its cost grows with their number.
    """

    def __init__(self, words: Sequence[str], common: Sequence[int] | NDArray[np.int32] | None = None) -> None:
        self.words = list(words)
        self._accented = sorted((fold(word), word) for word in self.words if not word.isascii())
        self.common = np.array(range(len(self.words)) if common is None else common, np.int32)
        self._ids = {word: number for number, word in enumerate(self.words) if number >= FIRST_WORD}

    def __len__(self) -> int:
        return len(self.words)

    def id(self, word: str) -> int:
        return self._ids.get(word, UNKNOWN)

    def like(self, word: str) -> int:
        """The id of a word, however it was typed: in other case, or without its accents."""
        for other in (word, word.lower(), word.capitalize()):
            if (number := self._ids.get(other)) is not None:
                return number
        folded = fold(word)
        place = bisect_left(self._accented, (folded, ""))
        is_there = place < len(self._accented) and self._accented[place][0] == folded
        return self._ids.get(self._accented[place][1], UNKNOWN) if is_there else UNKNOWN

    def of_word_model(self) -> Vocabulary:
        """The common words alone, with ids of their own."""
        return Vocabulary([self.words[number] for number in self.common.tolist()])

    def accented(self, partial: str) -> set[str]:
        """Beginnings of words that are the partial one but for accents; at most 3."""
        folded = fold(partial)
        found: set[str] = set()
        for beginning, word in self._accented[bisect_left(self._accented, (folded, "")) :]:
            if not beginning.startswith(folded) or len(found) == MOST_ACCENTED:
                break
            found.add(word[: len(word) - len(rest_after(partial, word) or "")])
        return found

    def encode(self, words: Iterable[str]) -> list[int]:
        return [self._ids.get(word, UNKNOWN) for word in words]


def span(words: Sequence[str], beginning: str, low: int, high: int) -> tuple[int, int]:
    """Where between `low` and `high` the sorted words that begin so stand."""
    first = bisect_left(words, beginning, low, high)
    return first, bisect_left(words, beginning + AFTER_ALL, first, high)


def learn_vocabulary(messages: Iterable[tuple[str, Sequence[str]]], min_customers: int) -> Vocabulary:
    """The words of the messages (each with its customer's id) that were said to at least `min_customers` customers."""
    told: dict[str, set[str]] = defaultdict(set)
    counts: Counter[str] = Counter()
    for customer_id, words in messages:
        counts.update(words)
        for word in words:
            if len(told[word]) < min_customers:
                told[word].add(customer_id)
    kept = [word for word in counts if len(told[word]) >= min_customers and is_plain(word)]
    kept.sort(key=lambda word: (-counts[word], word))
    listed, common = sorted(kept[: MOST_WORDS - FIRST_WORD]), set(kept[: MOST_COMMON_WORDS - FIRST_WORD])
    places = [number for number, word in enumerate(listed, start=FIRST_WORD) if word in common]
    return Vocabulary(["", "", *listed], [END, UNKNOWN, *places])


def is_plain(word: str) -> bool:
    return len(word) <= MOST_LETTERS and not _PERSONAL.search(word)
