"""The next word: an interpolated language model over words, with absolute discounting.

p(w|h) = max(c(h,w) − D, 0)/c(h) + D·n(h)/c(h) · p(w|h′), where n(h) counts the different words after h and h′ is h
without its oldest word (Ney, Essen and Kneser 1994). It is computed at training; serving only looks it up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ORDER = 5
DISCOUNT = 0.75
END = 0  # the end of the message is word 0
UNKNOWN = 1  # a word too rare, or too personal, to be offered
START = 2
FIRST_WORD = 3


@dataclass(frozen=True, slots=True)
class NextWords:
    """`keys` are hashes of histories, sorted; `offsets` where each one's words begin; words by falling probability."""

    words: Sequence[str]
    ids: Mapping[str, int]
    keys: NDArray[np.uint64]
    offsets: NDArray[np.int64]
    followers: NDArray[np.int32]
    probabilities: NDArray[np.float32]

    def after(self, said: Sequence[int]) -> Iterable[tuple[NDArray[np.int32], NDArray[np.float32]]]:
        """The words after a history and their probabilities, from the longest history that was seen to the shortest."""
        history = ([START] * (ORDER - 1) + list(said))[-(ORDER - 1) :]
        for length in range(ORDER - 1, -1, -1):
            key = _hash(history[len(history) - length :])
            place = int(np.searchsorted(self.keys, key))
            if place < len(self.keys) and self.keys[place] == key:
                span = slice(self.offsets[place], self.offsets[place + 1])
                yield self.followers[span], self.probabilities[span]

    def encode(self, words: Iterable[str]) -> list[int]:
        return [self.ids.get(word, UNKNOWN) for word in words]


def build(messages: Iterable[Sequence[str]], allowed: Iterable[str]) -> NextWords:
    """The model of these messages (each its words). Words outside `allowed` are never offered, nor what follows."""
    listed = ["", "\x00", "\x01", *sorted(set(allowed))]
    ids = {word: number for number, word in enumerate(listed) if number >= FIRST_WORD}
    counts: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for message in messages:
        line = [START] * (ORDER - 1) + [ids.get(word, UNKNOWN) for word in message] + [END]
        for place in range(ORDER - 1, len(line)):
            for length in range(ORDER):
                counts[tuple(line[place - length : place])][line[place]] += 1
    return _tables(listed, ids, _smooth(counts))


def _smooth(counts: Mapping[tuple[int, ...], Counter[int]]) -> dict[tuple[int, ...], list[tuple[int, float]]]:
    smoothed: dict[tuple[int, ...], dict[int, float]] = {}
    for history in sorted(counts, key=lambda one: (len(one), one)):
        seen = counts[history]
        total = seen.total()
        kept = DISCOUNT * len(seen) / total
        lower = smoothed[history[1:]] if history else {}
        floor = 1.0 / (len(counts[()]) + 1)
        smoothed[history] = {
            word: max(count - DISCOUNT, 0) / total + kept * lower.get(word, floor) for word, count in seen.items()
        }
    return {
        history: sorted(
            ((word, probability) for word, probability in found.items() if word != UNKNOWN),
            key=lambda item: (-item[1], item[0]),
        )
        for history, found in smoothed.items()
        # A history said once predicts only itself: leave it to the shorter ones.
        if (not history or counts[history].total() > 1) and UNKNOWN not in history
    }


def _tables(
    words: list[str], ids: dict[str, int], smoothed: Mapping[tuple[int, ...], list[tuple[int, float]]]
) -> NextWords:
    hashed = sorted((int(_hash(history)), found) for history, found in smoothed.items())
    sizes = [len(found) for _, found in hashed]
    pairs = [pair for _, found in hashed for pair in found]
    return NextWords(
        words=words,
        ids=ids,
        keys=np.array([key for key, _ in hashed], np.uint64),
        offsets=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        followers=np.array([word for word, _ in pairs], np.int32),
        probabilities=np.array([probability for _, probability in pairs], np.float32),
    )


def _hash(history: Sequence[int]) -> np.uint64:
    key = 0xCBF29CE484222325 ^ len(history)
    for word in history:
        key = ((key ^ word) * 0x9E3779B97F4A7C15 + (key >> 29)) & 0xFFFFFFFFFFFFFFFF
    return np.uint64(key)
