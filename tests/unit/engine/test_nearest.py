"""The largest of many numbers are the same ones that sorting finds."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from earpiece.engine.nearest import BLOCK, largest, products

FEW_DIFFERENT = st.integers(-3, 3).map(float)


@given(
    arrays(np.float32, st.integers(0, 600), elements=st.floats(-10, 10, width=32) | FEW_DIFFERENT),
    st.integers(1, 60),
)
def test_the_largest_are_found_in_the_order_of_their_places(numbers: np.ndarray, count: int):
    best = np.argsort(-numbers, kind="stable")[:count]

    assert largest(numbers, count).tolist() == sorted(best.tolist())


def test_the_largest_are_found_where_they_stand_together():
    numbers = np.zeros(5_000, np.float32)
    numbers[::8] = -1  # what is sampled knows nothing of the others
    numbers[1_001:1_008] = 1

    assert largest(numbers, 7).tolist() == list(range(1_001, 1_008))
    assert largest(numbers, 100).tolist() == [*[place for place in range(108) if place % 8][:93], *range(1_001, 1_008)]


def test_the_products_of_many_rows_are_those_of_each():
    random = np.random.default_rng(0)
    rows = random.integers(-127, 128, (BLOCK + 3, 5)).astype(np.int8)
    vector = random.standard_normal(5).astype(np.float32)

    assert np.allclose(products(rows, vector), [float(row @ vector) for row in rows], atol=1e-3)
