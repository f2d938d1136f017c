"""The second stage: one score out of many features, by a small network that conversations held out have taught."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SecondStage:
    """`mean` and `spread` (features,), `hidden` (features, units), `bias` and `out` (units,), `line` (features,)."""

    mean: Array
    spread: Array
    hidden: Array
    bias: Array
    out: Array
    line: Array

    @classmethod
    def of(cls, arrays: Mapping[str, Any]) -> SecondStage:
        """From stored arrays."""
        return cls(**{name: np.asarray(array, np.float32) for name, array in arrays.items()})

    def __call__(self, features: Array) -> Array:
        """A logit for each row of (rows, features)."""
        standard = (features - self.mean) / self.spread
        return np.asarray(np.tanh(standard @ self.hidden + self.bias) @ self.out + standard @ self.line, np.float32)
