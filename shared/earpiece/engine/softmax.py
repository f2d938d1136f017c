"""Shares out of scores."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def log_softmax(scores: NDArray[Any]) -> Any:
    """Logarithms of shares along the last axis, of the type of the scores."""
    lower = scores - scores.max(axis=-1, keepdims=True)
    return lower - np.log(np.exp(lower).sum(axis=-1, keepdims=True))
