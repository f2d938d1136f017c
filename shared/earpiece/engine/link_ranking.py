"""Links: which of those that agents sent would help now, by like contexts, by the words around it and in its path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.lexicon import FIELD_COUNT, Bags
from earpiece.engine.ranking import Ranker, Turn
from earpiece.engine.second_stage import SecondStage

SHARPNESS = 14.0
VOTE_FLOOR = 1e-3
FEATURES = ("like context", "votes", "like reply", "uses")
FEATURE_COUNT = len(FEATURES) + 2 * FIELD_COUNT
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class LinkIndex:
    """`vectors` (uses, small) of the contexts, `uses` the link of each; of each link the reply that carried it,
    `replies` (links, width), and the words around it.
    """

    links: Sequence[str]
    vectors: NDArray[np.int8]
    uses: NDArray[np.int32]
    replies: NDArray[np.float32]
    words: Bags

    def features(self, turn: Turn, ranker: Ranker) -> Array:
        """(links, FEATURE_COUNT) after a context."""
        count = len(self.links)
        cosines = self.vectors.astype(np.float32) @ ranker.small(turn.vector) / np.float32(127)
        nearest = np.full(count, -1, np.float32)
        np.maximum.at(nearest, self.uses, cosines)
        weights = np.exp(SHARPNESS * (cosines - cosines.max()))
        votes = np.bincount(self.uses, weights, count) / weights.sum()
        used = np.log1p(np.bincount(self.uses, minlength=count))
        columns = [nearest, np.log(votes + VOTE_FLOOR), self.replies @ turn.vector, used]
        return np.concatenate([np.stack(columns, axis=1), turn.words.overlap(self.words)], axis=1, dtype=np.float32)

    def ranked(self, turn: Turn, ranker: Ranker, stage: SecondStage) -> list[tuple[int, float]]:
        """Every link with its share of the probability, best first, ties by place."""
        if not len(self.links):
            return []
        scores = stage(self.features(turn, ranker))
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        return [(int(place), float(shares[place])) for place in np.lexsort((np.arange(len(shares)), -shares))]


def link_index(links: Sequence[str], arrays: Mapping[str, Any]) -> LinkIndex:
    """The index out of stored arrays."""
    return LinkIndex(
        links,
        np.asarray(arrays["link_vectors"]),
        np.asarray(arrays["link_uses"]),
        np.asarray(arrays["link_replies"], np.float32),
        Bags(*(np.asarray(arrays[f"link_word_{name}"]) for name in ("hashes", "weights", "values", "offsets"))),
    )
