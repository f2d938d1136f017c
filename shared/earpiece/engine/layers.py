"""Layers as a model's folder holds them: matrices in 8 bits with a scale a column, all else in 16 bits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.halves import widened

LARGEST = 127
LEAST = 1e-9
OF_SCALE = "_scale"


def stored_layers(layers: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """By name, and under `…_scale` the scales (columns,) of each matrix."""
    found: dict[str, NDArray[Any]] = {}
    for name, layer in layers.items():
        if layer.ndim < 2 or not layer.size:
            found[name] = layer.astype(np.float16)
            continue
        scale = np.maximum(np.abs(layer).max(axis=0), LEAST).astype(np.float32) / LARGEST
        found[name] = np.rint(layer / scale).astype(np.int8)
        found[name + OF_SCALE] = scale
    return found


def loaded_layers(arrays: Mapping[str, Any]) -> dict[str, NDArray[np.float32]]:
    """The layers in 32 bits; matrices of older models are in 16."""
    scales = {name + OF_SCALE for name in arrays} & set(arrays)
    found = {}
    for name, array in arrays.items():
        if name + OF_SCALE in scales:
            # What comes of a mapped array is one, too, and all that is done with it is slower.
            found[name] = np.multiply(np.asarray(array), np.asarray(arrays[name + OF_SCALE]), dtype=np.float32)
        elif name not in scales:
            found[name] = widened(np.asarray(array))
    return found
