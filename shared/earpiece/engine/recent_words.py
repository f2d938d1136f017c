"""Words that were just said in this conversation: names, numbers, products. They need not be in the vocabulary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.features import Context
from earpiece.engine.prefixes import fold
from earpiece.engine.vocabulary import MOST_LETTERS, UNKNOWN, Vocabulary

LAST_TURNS = 10
MOST_WORDS_OF_A_TURN = 120
ROLE_WEIGHTS = {"customer": 1.0, "agent": 0.6}
AGING = 0.8  # what a word keeps of its weight with every turn that follows
RARENESS = 0.5  # the power of a word's rareness
DEEPER = 5.0  # how much more a word counts whose two words before agree
SIGNS = ".,!?;:\"()[]'…"
ENDS = ("", ".", ",", "?", "!")  # the word as it is, then with a sign
END_SHARES = np.array([0.7, 0.12, 0.08, 0.07, 0.03])


@dataclass(frozen=True, slots=True)
class Shares:
    """Word ids, each once, and their probabilities, which sum to 1."""

    words: NDArray[np.int64]
    chances: NDArray[np.float32]


class RecentWords:
    """`extra` are the words outside the vocabulary, sorted; their ids go on where the vocabulary's end."""

    def __init__(self, context: Context, vocabulary: Vocabulary, unigram: NDArray[np.float32]) -> None:
        self._vocabulary = vocabulary
        self._words, self._weights, self._ages = _said(context)
        weights: dict[str, float] = {}
        for word, weight in zip(self._words, self._weights, strict=True):
            weights[word] = weights.get(word, 0.0) + weight
        self._rows = dict(zip(weights, range(len(weights)), strict=True))
        forms = [word + end for word in weights for end in ENDS]
        ids = vocabulary.encode(forms)
        self.extra = sorted({form for form, number in zip(forms, ids, strict=True) if number == UNKNOWN})
        self._extra_ids = dict(zip(self.extra, range(len(vocabulary), len(vocabulary) + len(self.extra)), strict=True))
        numbers = [self._extra_ids.get(form, number) for form, number in zip(forms, ids, strict=True)]
        self._ids = np.array(numbers, np.int64).reshape(len(weights), len(ENDS))
        plain = np.array(ids[:: len(ENDS)], np.int64)
        often = np.where(plain == UNKNOWN, 0, unigram[plain])
        self.any_time = _shares(self._ids, np.fromiter(weights.values(), np.float64) * (often + 1e-4) ** -RARENESS)

    def id(self, word: str) -> int:
        """The word's id, UNKNOWN when it is neither in the vocabulary nor was said."""
        return self._extra_ids.get(word) or self._vocabulary.id(word)

    def after(self, words: Sequence[str]) -> Shares | None:
        """What followed the last words when they were said in this conversation."""
        if not words or words[-1][-1] in ".?!":
            return None
        last, before = fold(words[-1].rstrip(SIGNS)), fold(words[-2].strip(SIGNS)) if len(words) > 1 else ""
        folded, followed = self._followed
        scores: dict[str, float] = defaultdict(float)
        for then in followed.get(last, ()):
            is_deeper = before and then > 1 and folded[then - 2] == before
            scores[self._words[then]] += self._weights[then] * (DEEPER if is_deeper else 1.0)
        if not scores:
            return None
        return _shares(self._ids[[self._rows[word] for word in scores]], np.fromiter(scores.values(), np.float64))

    @cached_property
    def _followed(self) -> tuple[Sequence[str], Mapping[str, Sequence[int]]]:
        """The folded words, and by each the places of those said after it in one turn."""
        folded = tuple(map(fold, self._words))
        found: dict[str, tuple[int, ...]] = {}
        for then in range(1, len(folded)):
            if self._ages[then] == self._ages[then - 1]:
                found[folded[then - 1]] = (*found.get(folded[then - 1], ()), then)
        return folded, found


def _shares(ids: NDArray[np.int64], scores: NDArray[np.float64]) -> Shares | None:
    """Of words that were said, with the signs that may end them (words, ends)."""
    if not len(scores):
        return None
    chances = scores[:, None] * (END_SHARES / scores.sum())
    return Shares(ids.ravel(), chances.ravel().astype(np.float32))


def _said(context: Context) -> tuple[Sequence[str], Sequence[float], Sequence[int]]:
    """The last turns' words without their signs, the newest turn first, with the weight and the age of each.

    Tuples of plain values: a remembered conversation is little work for the collector.
    """
    listed: list[str] = []
    weights: list[float] = []
    ages: list[int] = []
    for age, turn in enumerate(reversed(context[-LAST_TURNS:])):
        weight = ROLE_WEIGHTS.get(turn["role"], 1.0) * AGING**age
        raw = turn["text"][: MOST_WORDS_OF_A_TURN * 12].split()[:MOST_WORDS_OF_A_TURN]
        words = (one.strip(SIGNS) for one in raw)
        listed += [word for word in words if word and len(word) <= MOST_LETTERS]
        weights += [weight] * (len(listed) - len(weights))
        ages += [age] * (len(listed) - len(ages))
    return tuple(listed), tuple(weights), tuple(ages)


def recent_ids(context: Context, vocabulary: Vocabulary) -> NDArray[np.int32]:
    """The last turns' words for the word model, in their order."""
    ids = [number for turn in context[-6:] for number in vocabulary.encode(turn["text"][:2000].split())]
    return np.array([number for number in ids if number != UNKNOWN][-200:], np.int32)
