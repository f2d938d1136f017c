"""Every number of 16 bits is the same number in 32."""

from __future__ import annotations

import numpy as np
import pytest

from earpiece.engine.halves import widened

EVERY = np.arange(1 << 16, dtype=np.uint32).astype(np.uint16).view(np.float16)


@pytest.mark.parametrize("halves", [EVERY[np.isfinite(EVERY)], EVERY], ids=["finite", "all"])
def test_every_half_is_itself_to_the_bit(halves):
    found = widened(halves)

    assert found.dtype == np.float32
    # Zero has a sign too, so the bits are compared; what is no number at all may have any of its forms.
    numbers = ~np.isnan(halves)
    assert np.array_equal(found.view(np.uint32)[numbers], halves.astype(np.float32).view(np.uint32)[numbers])
    assert np.isnan(found[~numbers]).all()


def test_the_stored_array_stays_as_it_is():
    stored = np.array([[0.5, -2.0]], np.float16)

    widened(stored)[0, 0] = 7

    assert stored.tolist() == [[0.5, -2.0]]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, ">f2"])
def test_other_types_are_as_numpy_makes_them(dtype):
    array = np.array([1.5, -0.25, 1e-3], dtype)

    assert np.array_equal(widened(array), array.astype(np.float32))


def test_of_nothing_comes_nothing():
    assert widened(np.zeros((0, 3), np.float16)).shape == (0, 3)
