"""A word model knows the common words only: what it holds for unknown may be one of the rarer ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earpiece.domain.errors import ModelUnusable
from earpiece.engine.vocabulary import UNKNOWN, Vocabulary

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Spread:
    """`ids` are the common words' in the vocabulary, `rarer` how what is unknown to the word model divides."""

    words: Vocabulary
    ids: NDArray[np.int32]
    rarer: Floats

    @classmethod
    def of(cls, vocabulary: Vocabulary, unigram: Floats, word_count: int) -> Spread:
        """Raises ModelUnusable when the word model was made with other words."""
        if word_count != len(vocabulary.common):
            raise ModelUnusable(f"the word model has {word_count} words, the tables {len(vocabulary.common)}")
        rarer = unigram.astype(np.float32)
        rarer[vocabulary.common] = 0
        rarer[UNKNOWN] = unigram[UNKNOWN]
        return cls(vocabulary.of_word_model(), vocabulary.common, rarer / max(float(rarer.sum()), 1e-9))

    def over_all(self, chances: Floats) -> Floats:
        """From the word model's words (N, …) to the vocabulary's (N, V)."""
        found: Floats = self.rarer * chances[:, [UNKNOWN]]
        for row, common in zip(found, chances, strict=True):
            rest = row[UNKNOWN]
            row[self.ids] = common
            row[UNKNOWN] = rest
        return found
