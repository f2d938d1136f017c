"""The next word in the account's whole replies: those that begin as typed, by their weight in this context.

Replies are sorted by their folded text, so that what was typed is a range found by bisection.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.prefixes import fold
from earpiece.engine.vocabulary import AFTER_ALL, END, Vocabulary

MOSTLY = 0.6  # of the weight of all that begin so: it is worth looking along the words


@dataclass(frozen=True, slots=True)
class Following:
    """Next words with their weights (not summed up), the weight of all, and of how many replies they are."""

    words: NDArray[np.int32]
    weights: NDArray[np.float32]
    mass: float
    count: int


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

    def likeliest(self, done: str, depth: int, weights: NDArray[np.float32], likely: float) -> Sequence[int]:
        """The words still to come along which most of the weight goes of all that begin so.

        As far as they have more than `likely` of the weight of all replies.
        The replies are sorted: who has more than half of the weight has the middle of it.
        """
        low, high = self._range(done)
        sums = np.cumsum(weights[low:high])
        if low == high or sums[-1] <= likely:
            return ()
        least = max(likely, MOSTLY * float(sums[-1]))
        middle = low + int(sums.searchsorted(sums[-1] / 2))
        words: list[int] = self._words[self._offsets[middle] + depth : self._offsets[middle + 1] - 1].tolist()
        text, end = self._folded[middle], len(done)
        for number in range(len(words)):
            end = text.index(" ", end) + 1
            first, last = self._range(text[:end], low, high)
            if sums[last - low - 1] - (sums[first - low - 1] if first > low else 0) <= least:
                return words[:number]
        return words

    def _range(self, done: str, low: int = 0, high: int | None = None) -> tuple[int, int]:
        low = bisect_left(self._folded, done, low, high)
        return low, bisect_left(self._folded, done + AFTER_ALL, low, high)

    def after(self, done: str, depth: int, weights: NDArray[np.float32]) -> Following | None:
        """The words after `depth` words, `done` being those folded, a space after each; `weights` by `order`."""
        low, high = self._range(done)
        if low == high:
            return None
        of_range = weights[low:high]
        mass = float(of_range.sum())
        return Following(self._words[self._offsets[low:high] + depth], of_range, mass, high - low) if mass > 0 else None
