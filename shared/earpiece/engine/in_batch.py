"""Softmax among the pairs of a batch: each is to find its other half there (Henderson et al., arXiv 1705.00652)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.encoder import SMALL
from earpiece.engine.softmax import log_softmax

MOST_SCALE = 40.0
Array = NDArray[Any]


def among_pairs(cosines: Array, sharpness: float, keys: Array) -> tuple[float, Array, float]:
    """The cross entropy in both directions, and its gradients by the cosines and by `sharpness`.

    `cosines` (pairs, pairs), those that belong together on the diagonal, are taken times e to the `sharpness`, at most
    40. Another pair of the same key is no wrong answer.
    """
    count, rows = len(keys), np.arange(len(keys))
    scale = float(min(np.exp(sharpness), MOST_SCALE))
    scores = cosines * np.asarray(scale, cosines.dtype)
    same = keys[:, None] == keys[None]
    np.fill_diagonal(same, val=False)
    scores[same] = -1e9
    forth, back = log_softmax(scores), log_softmax(scores.T)
    loss = -float(forth[rows, rows].mean() + back[rows, rows].mean())
    gradient = np.exp(forth) + np.exp(back).T
    gradient[rows, rows] -= 2
    gradient /= count
    return loss, gradient * np.asarray(scale, cosines.dtype), float((gradient * cosines).sum()) * scale


def shortened(rows: Array) -> tuple[Array, Array]:
    """The rows at length one, and the lengths they had."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True) + SMALL
    return rows / lengths, lengths


def through_length(gradient: Array, rows: Array, lengths: Array) -> Array:
    """The gradient by what was `shortened` to these rows, from that by the rows."""
    through: Array = (gradient - rows * (gradient * rows).sum(axis=1, keepdims=True)) / lengths
    return through
