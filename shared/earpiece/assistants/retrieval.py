"""Which of an account's articles and replies are about what was said: BM25 over words (Robertson, Zaragoza 2009)."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"\w{3,}")
_SATURATION, _LENGTH_WEIGHT = 1.2, 0.75
LEAST_SCORE = 1.5  # a word or two that many texts have says nothing


class Index:
    """Texts that can be asked for, by their places."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = [Counter(words_of(text)) for text in texts]
        self._lengths = [sum(counts.values()) for counts in self._counts]
        self._mean_length = sum(self._lengths) / max(1, len(texts)) or 1.0
        self._having = Counter(word for counts in self._counts for word in counts)

    def best(self, query: str, most: int) -> list[int]:
        """The places of the texts that fit best, best first; fewer than `most` when others are about something else."""
        asked = set(words_of(query))
        scored = [(self._score(place, asked), place) for place in range(len(self._counts))]
        found = sorted((one for one in scored if one[0] >= LEAST_SCORE), key=lambda one: (-one[0], one[1]))
        return [place for _, place in found[:most]]

    def _score(self, place: int, asked: set[str]) -> float:
        counts = self._counts[place]
        length = 1 - _LENGTH_WEIGHT + _LENGTH_WEIGHT * self._lengths[place] / self._mean_length
        return sum(
            self._rarity(word) * counts[word] * (_SATURATION + 1) / (counts[word] + _SATURATION * length)
            for word in asked
            if word in counts
        )

    def _rarity(self, word: str) -> float:
        having = self._having[word]
        return math.log(1 + (len(self._counts) - having + 0.5) / (having + 0.5))


def words_of(text: str) -> list[str]:
    """Words of three letters or more, in lower case; a longer one counts by its first six: a stem of sorts."""
    return [word[:6] for word in _WORD.findall(text.casefold())]
