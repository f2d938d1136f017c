"""Adam (Kingma and Ba, arXiv 1412.6980), dense or for the touched rows of a table alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

MEAN_DECAY = 0.9
SQUARE_DECAY = 0.999
SMALL = 1e-8


class Adam:
    """Moves `weights` in place, against the gradient."""

    def __init__(self, weights: Any, rate: float) -> None:
        self.weights, self._rate, self._step = weights, rate, 0
        self._mean, self._square = np.zeros_like(weights), np.zeros_like(weights)

    def step(self, gradient: Any, factor: float = 1.0, rows: Any = slice(None)) -> None:
        """One step at `factor` times the rate; only `rows` move when they are given."""
        self._step += 1
        rate = self._rate * factor * math.sqrt(1 - SQUARE_DECAY**self._step) / (1 - MEAN_DECAY**self._step)
        mean = self._mean[rows] * MEAN_DECAY + (1 - MEAN_DECAY) * gradient
        square = self._square[rows] * SQUARE_DECAY + (1 - SQUARE_DECAY) * gradient * gradient
        self._mean[rows], self._square[rows] = mean, square
        self.weights[rows] -= rate * mean / (np.sqrt(square) + SMALL)
