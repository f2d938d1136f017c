"""The next word in the account's whole replies: those that begin as typed, by their weight in this context.

Replies are sorted by their folded text, so that what was typed is a range found by bisection.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.ngrams import ranges
from earpiece.engine.prefixes import fold
from earpiece.engine.vocabulary import AFTER_ALL, END, Vocabulary

HEAVIEST = 200
DEEPER = 9.0  # how much more a place counts that agrees in one word more


@dataclass(frozen=True, slots=True)
class Following:
    """Next words with their weights (not summed up), the weight of all, and of how many replies they are."""

    words: NDArray[np.int32]
    weights: NDArray[np.float32]
    mass: float
    count: int


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words of the heaviest replies in one array, the three words before each, and the reply's weight."""

    words: NDArray[np.int32]
    before: NDArray[np.int32]
    weights: NDArray[np.float32]

    def after(self, history: Sequence[int]) -> Following | None:
        """What follows the last words anywhere in these replies; places that agree in more words count more."""
        places = np.nonzero(self.before[0] == history[-1])[0]
        if not len(places):
            return None
        weights, agree = self.weights[places], np.ones(len(places), np.bool_)
        for back in range(1, min(len(history), 3)):
            agree = agree & (self.before[back][places] == history[-1 - back])
            weights = weights * (1 + np.float32(DEEPER) * agree)
        return Following(self.words[places], weights, float(weights.sum()), len(places))


class ReplyWords:
    """All replies of an account by their words. `order[i]` is the place among the replies of the i-th when sorted."""

    def __init__(self, texts: Sequence[str], vocabulary: Vocabulary) -> None:
        listed = [(text.split(), place) for place, text in enumerate(texts)]
        rows = sorted(("".join(fold(word) + " " for word in words), place, words) for words, place in listed if words)
        self._folded = [folded for folded, _, _ in rows]
        self.order = np.array([place for _, place, _ in rows], np.int64)
        lines = [[*vocabulary.encode(words), END] for _, _, words in rows]
        sizes = np.array([len(line) for line in lines], np.int64)
        self._offsets = np.append(0, np.cumsum(sizes))
        self._words = np.array([word for line in lines for word in line], np.int32)
        self._before = _words_before(self._words, ranges(np.zeros(len(lines), np.int64), sizes), len(vocabulary))

    def after(self, done: str, depth: int, weights: NDArray[np.float32]) -> Following | None:
        """The words after `depth` words, `done` being those folded, a space after each; `weights` by `order`."""
        low = bisect_left(self._folded, done)
        high = bisect_left(self._folded, done + AFTER_ALL, low)
        if low == high:
            return None
        of_range = weights[low:high]
        mass = float(of_range.sum())
        return Following(self._words[self._offsets[low:high] + depth], of_range, mass, high - low) if mass > 0 else None

    def heaviest(self, weights: NDArray[np.float32]) -> Phrases:
        count = min(HEAVIEST, len(weights))
        best = np.argpartition(-weights, count - 1)[:count] if count else np.zeros(0, np.int64)
        sizes = self._offsets[best + 1] - self._offsets[best]
        places = ranges(self._offsets[best], sizes)
        return Phrases(self._words[places], self._before[:, places], np.repeat(weights[best], sizes))


def _words_before(words: NDArray[np.int32], within: NDArray[np.int64], start: int) -> NDArray[np.int32]:
    before = np.full((3, len(words)), start, np.int32)
    for back in (1, 2, 3):
        inside = np.nonzero(within >= back)[0]
        before[back - 1, inside] = words[inside - back]
        before[back - 1, np.nonzero(within < back - 1)[0]] = END  # nothing stands before the start
    return before
