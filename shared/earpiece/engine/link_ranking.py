"""Links: which of those that agents sent would help now, by the replies that carried it and the words around it.

Measured on Ubuntu's channel: the likeness of a context to past contexts, of use for replies, makes links worse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.lexicon import Bags
from earpiece.engine.ranking import Turn

REPLY_WEIGHT, USE_WEIGHT, WORD_WEIGHT = 8.0, 0.5, 6.0


@dataclass(frozen=True, slots=True)
class LinkIndex:
    """Of each link: how often it was sent, the mean vector of the replies that carried it (links, width), and the
    words around it and in its host and path.
    """

    links: Sequence[str]
    uses: NDArray[np.int32]
    replies: NDArray[np.float32]
    words: Bags

    def ranked(self, turn: Turn) -> list[tuple[int, float]]:
        """Every link with its share of the probability, best first, ties by place."""
        if not len(self.links):
            return []
        scores = REPLY_WEIGHT * (self.replies @ turn.vector) + USE_WEIGHT * np.log1p(self.uses)
        scores = scores + WORD_WEIGHT * turn.words.overlap(self.words)[:, 0]
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        return [(int(place), float(shares[place])) for place in np.lexsort((np.arange(len(shares)), -shares))]


def link_index(links: Sequence[str], arrays: Mapping[str, Any]) -> LinkIndex:
    """The index out of stored arrays."""
    return LinkIndex(
        links,
        np.asarray(arrays["link_uses"]),
        np.asarray(arrays["link_replies"], np.float32),
        Bags(*(np.asarray(arrays[f"link_word_{name}"]) for name in ("hashes", "weights", "values", "offsets"))),
    )
