"""Words as weighted hashes: what a reply and a context have in common, word by word."""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.features import KNOWN_TEXTS, KNOWN_WORDS, MOST_CHARACTERS, MOST_TURNS, Context

MOST_OF_TEXT = 400
_WORD = re.compile(r"[\w']+")


@dataclass(frozen=True, slots=True)
class Bag:
    """The distinct words of a text: sorted hashes, TF-IDF weights of length one, and which of them are values."""

    hashes: NDArray[np.uint32]
    weights: NDArray[np.float32]
    values: NDArray[np.bool_]


_NO_HASHES = np.zeros(0, np.uint32)
NO_WORDS = Bag(_NO_HASHES, np.zeros(0, np.float32), np.zeros(0, bool))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Inverse document frequencies by the hash of the word; `unknown` is that of a word never seen."""

    hashes: NDArray[np.uint32]
    idf: NDArray[np.float32]
    unknown: float

    def bag(self, texts: Iterable[str]) -> Bag:
        """The words of these texts together. A value is a word with a digit, or a capital that begins no sentence."""
        counts: dict[int, int] = {}
        values: set[int] = set()
        for text in texts:
            for word, is_value in _words(text):
                counts[word] = counts.get(word, 0) + 1
                if is_value:
                    values.add(word)
        if not counts:
            return NO_WORDS
        listed = sorted(counts)
        hashes = np.array(listed, np.uint32)
        weights = np.array([1 + math.log(counts[word]) for word in listed], np.float32) * self.idf_of(hashes)
        weights /= np.linalg.norm(weights) + 1e-6
        return Bag(hashes, weights.astype(np.float32), np.array([word in values for word in listed], bool))

    def idf_of(self, hashes: NDArray[np.uint32]) -> Any:
        """Of each of these words."""
        if not len(self.hashes) or not len(hashes):
            return np.full(len(hashes), self.unknown, np.float32)
        places = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return np.where(self.hashes[places] == hashes, self.idf[places], np.float32(self.unknown))


@dataclass(frozen=True, slots=True)
class Bags:
    """Many bags behind each other: `offsets[i]:offsets[i + 1]` is the i-th."""

    hashes: NDArray[np.uint32]
    weights: NDArray[np.float32]
    values: NDArray[np.bool_]
    offsets: NDArray[np.int64]

    @classmethod
    def of(cls, bags: Sequence[Bag]) -> Bags:
        """These bags, in this order."""
        sizes = [len(bag.hashes) for bag in bags]
        return cls(
            np.concatenate([np.zeros(0, np.uint32), *(bag.hashes for bag in bags)]),
            np.concatenate([np.zeros(0, np.float32), *(bag.weights for bag in bags)]),
            np.concatenate([np.zeros(0, bool), *(bag.values for bag in bags)]),
            np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        )

    def chosen(self, places: NDArray[Any]) -> Bags:
        """The bags of these places."""
        sizes = self.offsets[places + 1] - self.offsets[places]
        offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        flat = np.arange(offsets[-1]) + np.repeat(self.offsets[places] - offsets[:-1], sizes)
        return Bags(self.hashes[flat], np.asarray(self.weights[flat], np.float32), self.values[flat], offsets)


FIELD_COUNT = 4


@dataclass(frozen=True, slots=True)
class ContextWords:
    """The words of a context: sorted hashes, and for each its weight in each of four fields.

    Fields: what the customer said since the agent spoke, what the agent said before that, and the older turns of each.
    """

    hashes: NDArray[np.uint32]
    weights: NDArray[np.float32]  # (words, FIELD_COUNT)
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, lexicon: Lexicon, context: Context) -> ContextWords:
        """The words of this context."""
        fields = [np.concatenate([_NO_HASHES, *map(_hashes, texts)]) for texts in _fields(context)]
        hashes, places = np.unique(np.concatenate(fields), return_inverse=True)
        fields_of = np.repeat(np.arange(FIELD_COUNT), [len(found) for found in fields])
        counts = np.bincount(places * FIELD_COUNT + fields_of, minlength=FIELD_COUNT * len(hashes))
        counts = counts.reshape(-1, FIELD_COUNT).astype(np.float32)
        weights = np.where(counts, 1 + np.log(np.maximum(counts, 1)), 0) * lexicon.idf_of(hashes)[:, None]
        weights /= np.linalg.norm(weights, axis=0) + 1e-6
        return cls(hashes, weights.astype(np.float32), tuple(np.count_nonzero(counts, axis=0).tolist()))

    def overlap(self, bags: Bags) -> NDArray[np.float32]:
        """(bags, 8): cosines by field, share of weight found anywhere and with the customer, values found and not."""
        count = len(bags.offsets) - 1
        owners = np.repeat(np.arange(count), np.diff(bags.offsets))
        said, rows = self._look_up(bags.hashes)
        found, weights, values = self.weights[rows], bags.weights[said], bags.values[said]
        square = weights * weights
        columns = [of_field * weights for of_field in found.T]
        columns += [square, square * (found[:, 0] > 0), values]
        *sums, values_found = (np.bincount(owners[said], column, count) for column in columns)
        values_missing = np.bincount(owners, bags.values, count) - values_found
        return np.stack([*sums, np.log1p(values_found), np.log1p(values_missing)], axis=1).astype(np.float32)

    def _look_up(self, hashes: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which of these words the context has, mostly few, and in which of its rows."""
        if not len(self.hashes):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        rows = np.minimum(self.hashes.searchsorted(hashes), len(self.hashes) - 1)
        said = np.flatnonzero(self.hashes[rows] == hashes)
        return said, rows[said]


def build_lexicon(texts: Sequence[str], owners: Sequence[str], *, min_owners: int, most: int = 60_000) -> Lexicon:
    """The frequencies of words over these texts; words of fewer than `min_owners` customers count as unknown."""
    frequency: Counter[int] = Counter()
    told: dict[int, set[str]] = {}
    for text, owner in zip(texts, owners, strict=True):
        for word in set(_hashes(text).tolist()):
            frequency[word] += 1
            known = told.setdefault(word, set())
            if len(known) < min_owners:
                known.add(owner)
    allowed = [word for word, count in frequency.most_common() if len(told[word]) >= min_owners]
    kept = sorted(allowed[:most])
    total = len(texts) + 1
    idf = np.array([math.log(1 + total / frequency[word]) for word in kept], np.float32)
    return Lexicon(np.array(kept, np.uint32), idf, math.log(1 + total))


def _fields(context: Context) -> tuple[list[str], list[str], list[str], list[str]]:
    turns = list(context[-MOST_TURNS:])
    asked: list[str] = []
    said: list[str] = []
    while turns and turns[-1]["role"] == "customer":
        asked.append(turns.pop()["text"])
    while turns and turns[-1]["role"] == "agent":
        said.append(turns.pop()["text"])
    older_customer = [turn["text"] for turn in turns if turn["role"] == "customer"]
    older_agent = [turn["text"] for turn in turns if turn["role"] == "agent"]
    return asked, said, older_customer, older_agent


@lru_cache(maxsize=2_000)
def _words(text: str) -> tuple[tuple[int, bool], ...]:
    """The hash of each word, and whether it is a value."""
    short = text[:MOST_CHARACTERS]
    matches = islice(_WORD.finditer(short), MOST_OF_TEXT)
    return tuple((_hash(match[0]), _is_value(match[0], short, match.start())) for match in matches)


@lru_cache(maxsize=KNOWN_WORDS)
def _hash(word: str) -> int:
    return zlib.crc32(word.lower().encode("utf-8", "surrogatepass"))


def _is_value(word: str, text: str, start: int) -> bool:
    if word.isalpha() and not word[0].isupper():
        return False  # as most are
    if word[0].isupper() and len(word) > 1:
        begins = start == 0 or text[max(start - 2, 0) : start].strip()[-1:] in (".", "!", "?", "")
        if not begins:
            return True
    return any(sign.isdigit() for sign in word)


@lru_cache(maxsize=KNOWN_TEXTS)
def _hashes(text: str) -> NDArray[np.uint32]:
    """The hash of each word."""
    return np.array([_hash(word) for word in _WORD.findall(text[:MOST_CHARACTERS])[:MOST_OF_TEXT]], np.uint32)
