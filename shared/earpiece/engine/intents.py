"""Replies that say the same: they share their probability, and a set of suggestions shows one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from earpiece.engine.lexicon import Bags
from earpiece.engine.suggestions import is_alike

LEAST_COSINE = 0.5
BLOCK = 1_000


def intents(keys: Sequence[str], bags: Bags, alike: float) -> NDArray[np.int32]:
    """For each reply, given by its normalised text and its words, the place of the first that says the same.

    Two say the same when their texts are alike by at least `alike`; most frequent replies come first.
    """
    count = len(keys)
    found = np.arange(count, dtype=np.int32)
    _, columns = np.unique(bags.hashes, return_inverse=True)
    words = sparse.csr_matrix((bags.weights, columns.astype(np.int32), bags.offsets), shape=(count, columns.max() + 1))
    for start in range(0, count, BLOCK):
        likeness: Any = (words[start : start + BLOCK] @ words.T).tocsr()
        for place in range(start, min(start + BLOCK, count)):
            row = slice(likeness.indptr[place - start], likeness.indptr[place - start + 1])
            near = likeness.indices[row][likeness.data[row] >= LEAST_COSINE]
            for other in np.sort(near[near < place]).tolist():
                if found[other] == other and is_alike(keys[place], keys[other], alike):
                    found[place] = other
                    break
    return found
