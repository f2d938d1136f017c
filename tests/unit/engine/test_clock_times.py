"""Times of day: read however they are written, and near by the clock."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earpiece.engine.clock_times import DAY_MINUTES, MOST_TIMES, clock_times, nearness, padded_times


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("Leaves at 17:05.", (1025,)),
        ("Leaves at 5:05 pm, not 5.05PM", (1025, 1025)),
        ("5pm or 12 a.m.", (1020, 0)),
        ("Is 12 pm noon?", (720,)),
        ("9:30–11:45", (570, 705)),
        ("Order 12:345, 10:75, 25:10, version 1.2.3:45", ()),
        ("I am 5 and it cost 17.05", ()),
        ("", ()),
    ],
)
def test_times_are_read_as_people_write_them(text: str, times: tuple[int, ...]):
    assert clock_times(text) == times


@given(st.text(st.sampled_from("0123456789:. apm"), max_size=60))
def test_a_time_is_within_a_day_and_there_are_few_of_them(text: str):
    found = clock_times(text)

    assert all(0 <= time < DAY_MINUTES for time in found)
    assert len(found) <= MOST_TIMES


@given(st.integers(0, DAY_MINUTES - 1))
def test_every_minute_of_the_day_is_read_as_it_was_written(minute: int):
    assert clock_times(f"at {minute // 60:02}:{minute % 60:02} sharp") == (minute,)


def test_the_nearest_of_the_times_counts():
    rows = padded_times(["at 10:00 or 15:00", "at 12:00", "no time", "at 15:00"])

    near = nearness(rows, [15 * 60, 3 * 60])

    assert near.tolist() == pytest.approx([1, np.exp(-3), 0, 1])


def test_where_nobody_named_a_time_none_is_near():
    assert nearness(padded_times(["at 10:00"]), []).tolist() == [0]
    assert nearness(padded_times([]), [60]).tolist() == []
