"""Layers in 8 bits are nearly themselves, and a folder of before holds them in 16."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from earpiece.engine.layers import loaded_layers, stored_layers

NUMBERS = st.floats(-100, 100, width=32)
MATRICES = arrays(np.float32, array_shapes(min_dims=2, max_dims=2, max_side=8), elements=NUMBERS)


@given(MATRICES)
def test_a_matrix_comes_back_within_half_a_step_of_its_column(matrix: NDArray[np.float32]):
    stored = stored_layers({"out": matrix})
    loaded = loaded_layers(stored)

    assert stored["out"].dtype == np.int8
    assert list(loaded) == ["out"]
    assert loaded["out"].dtype == np.float32
    steps = np.abs(matrix).max(axis=0) / 127
    assert (np.abs(loaded["out"] - matrix) <= steps * 0.501 + 1e-6).all()


def test_a_bias_stays_in_16_bits():
    bias = np.array([0.5, -2.0, 1e-3], np.float32)

    stored = stored_layers({"bias": bias})

    assert stored["bias"].dtype == np.float16
    assert np.allclose(loaded_layers(stored)["bias"], bias, rtol=1e-3)


def test_matrices_of_older_models_are_read_too():
    halves = np.array([[0.5, -2.0], [1.5, 8.0]], np.float16)

    assert np.array_equal(loaded_layers({"out": halves})["out"], halves.astype(np.float32))


def test_a_column_of_nothing_stays_nothing():
    assert not loaded_layers(stored_layers({"out": np.zeros((3, 2), np.float32)}))["out"].any()


def test_of_mapped_files_come_arrays_in_memory(tmp_path: Path):
    for name, array in stored_layers({"out": np.ones((40, 30), np.float32)}).items():
        np.save(tmp_path / f"{name}.npy", array)
    mapped = {path.stem: np.load(path, mmap_mode="r") for path in tmp_path.iterdir()}

    assert type(loaded_layers(mapped)["out"]) is np.ndarray
