"""Past contexts by their terms: TF-IDF with cosine, over postings that are read straight from the memory map."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEAREST = 60
MOST_COMMON_SHARE = 0.25  # a term in more contexts than this tells nothing


@dataclass(frozen=True, slots=True)
class Neighbours:
    """`offsets[t]:offsets[t + 1]` are the contexts that hold term t, with weights of unit length a context."""

    terms: Mapping[str, int]
    idf: NDArray[np.float32]
    offsets: NDArray[np.int64]
    contexts: NDArray[np.int32]
    weights: NDArray[np.float32]
    context_count: int

    def nearest(self, found: Mapping[str, float], k: int = NEAREST) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The k most similar contexts and their similarity, best first; ties by the older context."""
        ids = [(self.terms[term], weight) for term, weight in found.items() if term in self.terms]
        if not ids:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        query = np.array([weight for _, weight in ids], np.float32) * self.idf[[term for term, _ in ids]]
        query /= np.linalg.norm(query)
        spans = [slice(self.offsets[term], self.offsets[term + 1]) for term, _ in ids]
        holders = np.concatenate([self.contexts[span] for span in spans])
        parts = np.concatenate([self.weights[span] * part for span, part in zip(spans, query, strict=True)])
        similarity = np.bincount(holders, parts, self.context_count).astype(np.float32)
        best = np.argpartition(-similarity, min(k, self.context_count - 1))[:k]
        best = best[np.lexsort((best, -similarity[best]))]
        best = best[similarity[best] > 0]
        return best, similarity[best]


def build(found: Sequence[Mapping[str, float]], owners: Sequence[str], *, min_owners: int = 2) -> Neighbours:
    """The index of these contexts, each with the customer whose it was.

    Left out are terms of fewer than `min_owners` customers, which could tell on one, and terms of nearly all contexts.
    """
    frequency = Counter(term for one in found for term in one)
    told: dict[str, set[str]] = defaultdict(set)
    for one, owner in zip(found, owners, strict=True):
        for term in one:
            told[term].add(owner)
    most = max(MOST_COMMON_SHARE * len(found), min_owners)
    kept = sorted(term for term, count in frequency.items() if len(told[term]) >= min_owners and count <= most)
    ids = {term: number for number, term in enumerate(kept)}
    idf = np.array([np.log(len(found) / frequency[term]) + 1 for term in kept], np.float32)
    rows: list[tuple[int, int, float]] = []
    for number, one in enumerate(found):
        weighted = [(ids[term], weight * float(idf[ids[term]])) for term, weight in one.items() if term in ids]
        norm = float(np.sqrt(sum(weight * weight for _, weight in weighted))) or 1.0
        rows += [(term, number, weight / norm) for term, weight in weighted]
    rows.sort()
    table = np.array([term for term, _, _ in rows], np.int64)
    offsets = np.searchsorted(table, np.arange(len(kept) + 1)).astype(np.int64)
    contexts = np.array([number for _, number, _ in rows], np.int32)
    weights = np.array([weight for _, _, weight in rows], np.float32)
    return Neighbours(ids, idf, offsets, contexts, weights, len(found))
