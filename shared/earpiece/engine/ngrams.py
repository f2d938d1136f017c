"""The next word after the last ones: interpolated Kneser-Ney with three discounts (Chen and Goodman 1998), order 5.

Histories that begin a message are counted as they are. Long n-grams said once are dropped, their share goes to the
shorter histories, so that the probabilities still sum to one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONGEST = 4  # words of a history
LEAST_COUNTS = (0, 1, 1, 2, 2)  # of an n-gram to be kept, by the words before its last
_FACTOR = 0x9E3779B97F4A7C15
_BITS = 0xFFFFFFFFFFFFFFFF
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class NextWords:
    """`keys` are 32-bit hashes of histories, sorted; followers `offsets[i]:offsets[i + 1]` are of history i.

    A follower's probability is its own part; `backoff` of the shorter history's is added. `unigram` has V words.
    """

    unigram: NDArray[np.float32]
    keys: NDArray[np.uint32]
    offsets: NDArray[np.uint32]
    followers: Array
    probabilities: NDArray[np.float16]
    backoff: NDArray[np.float16]

    @property
    def start(self) -> int:
        """What stands before the first word of a message."""
        return len(self.unigram)

    def after(self, histories: Sequence[Sequence[int]]) -> tuple[NDArray[np.float32], list[list[float]]]:
        """Probabilities (N, V) after N histories, oldest word first, and what of them each length decided (N, LONGEST).

        A history counts as far back as it is known.
        """
        keys = [_keys(history) for history in histories]
        listed = np.array([key for of_row in keys for key in of_row], np.uint32)
        places = iter(zip(listed.tolist(), self.keys.searchsorted(listed).tolist(), strict=True))
        decided, left, said = [], [], []
        for row, of_row in enumerate(keys):
            known = self._known([next(places) for _ in of_row])
            backoffs = self.backoff[known].tolist()
            decided.append([1 - backoff for backoff in backoffs] + [0.0] * (LONGEST - len(known)))
            part = 1.0  # the longest history says its part first, and leaves the rest to the shorter ones
            for place, backoff in zip(reversed(known), reversed(backoffs), strict=True):
                said.append((row, place, part))
                part *= backoff
            left.append(part)
        found = np.multiply.outer(np.array(left, np.float32), self.unigram)
        if said:
            self._add(found, *map(np.array, zip(*said, strict=True)))
        return found, decided

    def likeliest(self, history: Sequence[int]) -> int | None:
        """The word that followed most often as far back as this history is known; a guess, for a tenth of the time."""
        keys = np.array(_keys(history), np.uint32)
        known = self._known(list(zip(keys.tolist(), self.keys.searchsorted(keys).tolist(), strict=True)))
        if not known:
            return None
        begin, end = self.offsets[known[-1] : known[-1] + 2].tolist()
        return int(self.followers[begin + int(self.probabilities[begin:end].argmax())])

    def _add(self, found: NDArray[np.float32], rows: Array, places: Array, parts: Array) -> None:
        """To these rows of `found` what the histories of these places say, times these parts; all in one go."""
        begins = self.offsets[places].astype(np.int64)
        sizes = self.offsets[places + 1] - begins
        at = ranges(begins, sizes)
        words = np.repeat(rows * len(self.unigram), sizes) + self.followers[at]
        np.add.at(found.ravel(), words, self.probabilities[at] * np.repeat(parts.astype(np.float32), sizes))

    def _known(self, places: Sequence[tuple[int, int]]) -> list[int]:
        """From keys and where they would stand: the histories, as far as they are known."""
        known = []
        for key, place in places:
            if place == len(self.keys) or self.keys[place] != key:
                break
            known.append(place)
        return known

    def arrays(self) -> dict[str, Array]:
        return {one.name: getattr(self, one.name) for one in fields(self)}


def _keys(history: Sequence[int]) -> list[int]:
    """Of its last word, of its last two, and so on."""
    state, keys = 0, []
    for word in history[: -LONGEST - 1 : -1]:
        state = _stir(state, word)
        keys.append(state >> 32)
    return keys


def next_words(arrays: Mapping[str, Array]) -> NextWords:
    """From arrays that may be memory maps."""
    return NextWords(**{one.name: np.asarray(arrays[one.name]) for one in fields(NextWords)})


@dataclass(frozen=True, slots=True)
class _Counted:
    """N-grams of one order: the hash of each one's history, its last word, its count, and how often it was said."""

    histories: NDArray[np.uint64]
    words: NDArray[np.int64]
    counts: NDArray[np.int64]
    said: NDArray[np.int64]


def build(messages: Sequence[Sequence[int]], word_count: int) -> NextWords:
    """The model of messages of word ids below `word_count`; 0 is the end and stands in no message."""
    orders = _count(messages, word_count)
    unigram = _unigram(orders[0], word_count)
    parts = [_discounted(orders[length], LEAST_COUNTS[length]) for length in range(1, LONGEST + 1)]
    keys, sizes, backoff, followers, probabilities = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.argsort(keys, kind="stable")
    order = order[np.diff(keys[order].astype(np.int64), prepend=-1) > 0]  # two histories of one hash: the shorter
    begins = np.cumsum(sizes) - sizes
    chosen = ranges(begins[order], sizes[order])
    return NextWords(
        unigram=unigram.astype(np.float32),
        keys=keys[order],
        offsets=np.append(0, np.cumsum(sizes[order])).astype(np.uint32),
        followers=followers[chosen].astype(np.uint16 if word_count <= 0xFFFF else np.uint32),
        probabilities=probabilities[chosen].astype(np.float16),
        backoff=backoff[order].astype(np.float16),
    )


def ranges(begins: Array, sizes: Array) -> NDArray[np.int64]:
    """The places `begins[0], begins[0] + 1, …`, `sizes[i]` of each, one after the other."""
    return np.repeat(begins - (np.cumsum(sizes) - sizes), sizes).astype(np.int64) + np.arange(int(sizes.sum()))


def _count(messages: Sequence[Sequence[int]], word_count: int) -> list[_Counted]:
    tokens = np.array([token for one in messages for token in (word_count, *one, 0)], np.int64)
    sizes = np.array([len(one) + 1 for one in messages], np.int64)
    within = ranges(np.ones(len(sizes), np.int64), sizes)  # 1 for the first word
    places = np.arange(len(tokens))[tokens != word_count]
    targets = tokens[places]
    state = np.zeros(len(places), np.uint64)
    hashes = [state]
    for length in range(1, LONGEST + 1):
        state = _stir_all(state, tokens[np.maximum(places - length, 0)])
        hashes.append(state)
    counted: list[_Counted] = []
    different = np.zeros(0, np.int64)
    for length in range(LONGEST, -1, -1):
        grams = _stir_all(hashes[length], targets + 7)
        whole = np.nonzero(within >= length)[0]
        begins = within == length
        # Kneser and Ney: a shorter n-gram counts once for each different word before it.
        used = whole if length == LONGEST else np.append(different[~begins[different]], np.nonzero(begins)[0])
        _, first, counts = np.unique(grams[used], return_index=True, return_counts=True)
        at = used[first]
        listed, first, said = np.unique(grams[whole], return_index=True, return_counts=True)
        different = whole[first]
        often = said[np.searchsorted(listed, grams[at])]
        counted.append(_Counted(hashes[length][at], targets[at], counts, often))
    return counted[::-1]


def _discounts(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    one, two, three, four = (int((counts == number).sum()) for number in (1, 2, 3, 4))
    if not min(one, two, three, four):
        return np.array([0, 0.6, 0.9, 1.1])
    share = one / (one + 2 * two)
    found = np.array([0, 1 - 2 * share * two / one, 2 - 3 * share * three / two, 3 - 4 * share * four / three])
    kept: NDArray[np.float64] = np.clip(found, [0, 0.1, 0.2, 0.3], [0, 0.95, 1.9, 2.8])
    return kept


def _unigram(counted: _Counted, word_count: int) -> NDArray[np.float64]:
    total = max(int(counted.counts.sum()), 1)
    kept = (counted.counts - _discounts(counted.counts)[np.minimum(counted.counts, 3)]) / total
    found = np.full(word_count, (1 - kept.sum()) / word_count)
    found[counted.words] += kept
    return found


def _discounted(counted: _Counted, least: int) -> tuple[Array, Array, Array, Array, Array]:
    """Keys, sizes and backoffs of histories; followers and probabilities of n-grams."""
    order = np.lexsort((counted.words, counted.histories))
    histories, counts = counted.histories[order], counted.counts[order]
    is_first = np.append(True, histories[1:] != histories[:-1])[: len(histories)]
    group = np.cumsum(is_first) - 1
    total = np.bincount(group, counts)
    part = (counts - _discounts(counts)[np.minimum(counts, 3)]) / total[group]
    kept = counted.said[order] >= least
    sizes = np.bincount(group, kept).astype(np.int64)
    backoff = 1 - np.bincount(group, part * kept)
    has_any = sizes > 0
    keys = (histories[is_first] >> np.uint64(32)).astype(np.uint32)
    return keys[has_any], sizes[has_any], backoff[has_any], counted.words[order][kept], part[kept]


def _stir(state: int, word: int) -> int:
    state = ((state ^ word) * _FACTOR) & _BITS
    return state ^ (state >> 29)


def _stir_all(states: NDArray[np.uint64], words: NDArray[np.int64]) -> NDArray[np.uint64]:
    with np.errstate(over="ignore"):
        stirred = (states ^ words.astype(np.uint64)) * np.uint64(_FACTOR)
    return stirred ^ (stirred >> np.uint64(29))
