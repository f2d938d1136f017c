"""Words that were just said in this conversation: names, numbers, products. They need not be in the vocabulary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
TAILS = (("", 0.7), (".", 0.12), (",", 0.08), ("?", 0.07), ("!", 0.03))


@dataclass(frozen=True, slots=True)
class Shares:
    """Word ids, each once, and their probabilities, which sum to 1."""

    words: NDArray[np.int64]
    chances: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Said:
    word: str
    weight: float
    age: int


class RecentWords:
    """`extra` are the words outside the vocabulary, sorted; their ids go on where the vocabulary's end."""

    def __init__(self, context: Context, vocabulary: Vocabulary, unigram: NDArray[np.float32]) -> None:
        self._vocabulary = vocabulary
        self._said = [
            _Said(word, ROLE_WEIGHTS.get(turn["role"], 1.0) * AGING**age, age)
            for age, turn in enumerate(reversed(context[-LAST_TURNS:]))
            for raw in turn["text"][: MOST_WORDS_OF_A_TURN * 12].split()[:MOST_WORDS_OF_A_TURN]
            if (word := raw.strip(SIGNS)) and len(word) <= MOST_LETTERS
        ]
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, said in enumerate(self._said):
            self._places[fold(said.word)].append(place)
        forms = {said.word + tail for said in self._said for tail, _ in TAILS}
        self.extra = sorted(form for form in forms if vocabulary.id(form) == UNKNOWN)
        self._extra_ids = {word: number for number, word in enumerate(self.extra, start=len(vocabulary))}
        self._forms: dict[str, list[tuple[int, float]]] = {}
        self.any_time = self._shares(self._rare(unigram))

    def id(self, word: str) -> int:
        """The word's id, UNKNOWN when it is neither in the vocabulary nor was said."""
        return self._extra_ids.get(word) or self._vocabulary.id(word)

    def after(self, words: Sequence[str]) -> Shares | None:
        """What followed the last words when they were said in this conversation."""
        if not words or words[-1][-1] in ".?!":
            return None
        before = fold(words[-2].strip(SIGNS)) if len(words) > 1 else ""
        scores: dict[str, float] = defaultdict(float)
        for place in self._places.get(fold(words[-1].rstrip(SIGNS)), ()):
            if place + 1 < len(self._said) and (then := self._said[place + 1]).age == self._said[place].age:
                agrees = place and before and fold(self._said[place - 1].word) == before
                scores[then.word] += then.weight * (DEEPER if agrees else 1.0)
        return self._shares(scores)

    def _rare(self, unigram: NDArray[np.float32]) -> dict[str, float]:
        scores: dict[str, float] = defaultdict(float)
        for said in self._said:
            scores[said.word] += said.weight
        ids = ((word, self._vocabulary.id(word)) for word in scores)
        common = {word: float(unigram[number]) if number != UNKNOWN else 0.0 for word, number in ids}
        return {word: score * (common[word] + 1e-4) ** -RARENESS for word, score in scores.items()}

    def _shares(self, scores: Mapping[str, float]) -> Shares | None:
        """The words with the signs that may end them."""
        total = sum(scores.values())
        if not total:
            return None
        found: dict[int, float] = {}
        for word, score in scores.items():
            for number, share in self._forms_of(word):
                found[number] = found.get(number, 0.0) + score * share / total
        found.pop(UNKNOWN, None)
        return Shares(np.fromiter(found, np.int64, len(found)), np.fromiter(found.values(), np.float32, len(found)))

    def _forms_of(self, word: str) -> list[tuple[int, float]]:
        forms = self._forms.get(word)
        if forms is None:
            forms = self._forms[word] = [(self.id(word + tail), share) for tail, share in TAILS]
        return forms


def recent_ids(context: Context, vocabulary: Vocabulary) -> NDArray[np.int32]:
    """The last turns' words for the word model, in their order."""
    ids = [number for turn in context[-6:] for number in vocabulary.encode(turn["text"][:2000].split())]
    return np.array([number for number in ids if number != UNKNOWN][-200:], np.int32)
