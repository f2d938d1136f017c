"""How likely an unknown word begins with some letters: one letter after another, counted over words told too rarely."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

MOST_LETTERS = 120
COUNTED_LETTERS = 12
FLOOR = 0.05
OTHER_LETTERS = 30  # share what is left for letters not listed
OTHER = 0  # a letter not listed, and what stands before the first


class Spelling:
    """`chances[a, b]`: letter b after letter a, where letter i of `letters` has number i + 1."""

    def __init__(self, letters: str, chances: NDArray[np.float16]) -> None:
        self.letters, self.chances = letters, chances
        self._ids = {letter: number for number, letter in enumerate(letters, start=1)}

    def chance(self, beginning: str) -> float:
        before, chance = OTHER, 1.0
        for letter in beginning[: COUNTED_LETTERS * 2]:
            number = self._ids.get(letter, OTHER)
            chance *= float(self.chances[before, number]) / (1 if number else OTHER_LETTERS)
            before = number
        return chance


def learn_spelling(words: Iterable[str]) -> Spelling:
    listed = [word[:COUNTED_LETTERS] for word in words]
    common = Counter(letter for word in listed for letter in word).most_common(MOST_LETTERS)
    spelling = Spelling("".join(sorted(letter for letter, count in common if count > 1)), np.zeros((1, 1), np.float16))
    counts = np.full((len(spelling.letters) + 1,) * 2, FLOOR)
    for word in listed:
        before = OTHER
        for letter in word:
            number = spelling._ids.get(letter, OTHER)
            counts[before, number] += 1
            before = number
    spelling.chances = (counts / counts.sum(axis=1, keepdims=True)).astype(np.float16)
    return spelling
