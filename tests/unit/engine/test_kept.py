"""What was used most recently is kept, and what is missing is made together."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from earpiece.engine.kept import Kept


class Squares:
    """Makes squares, and remembers for which numbers."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.asked.append(list(numbers))
        return [number * number for number in numbers]


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@given(st.lists(st.lists(st.integers(0, 9), max_size=8), max_size=20), st.integers(0, 12))
def test_whatever_is_asked_in_whatever_order_each_has_its_own_value(requests: list[list[int]], most: int):
    kept: Kept[int, int] = Kept(most)

    for numbers in requests:
        assert kept.get_all(numbers, Squares()) == [number * number for number in numbers]
        assert len(kept) <= most


def test_the_missing_are_made_together_and_each_once():
    kept, squares = Kept[int, int](10), Squares()

    kept.get_all([1, 2, 1], squares)
    kept.get_all([3, 2, 4, 3], squares)
    kept.get_all([4, 1], squares)

    assert squares.asked == [[1, 2], [3, 4]]


def test_the_one_not_used_for_longest_leaves():
    kept, squares = Kept[int, int](2), Squares()
    for number in (1, 2, 1, 3):
        kept.get_all([number], squares)
    squares.asked.clear()

    kept.get_all([1, 3], squares)
    kept.get_all([2], squares)

    assert squares.asked == [[2]]


def test_to_look_whether_a_value_is_known_makes_none_and_is_no_use_of_it():
    kept = Kept[int, int](2)
    kept.get_all([1, 2], Squares())

    assert kept.known(1) == 1
    assert kept.known(3) is None
    kept.get_all([3], Squares())
    assert (kept.known(1), kept.known(2), kept.known(3)) == (None, 4, 9)


def test_what_was_forgotten_is_made_again():
    kept, squares = Kept[int, int](2), Squares()
    kept.get_all([1], squares)

    kept.forget()

    assert kept.get_all([1], squares) == [1]
    assert squares.asked == [[1], [1]]


def test_what_nobody_asked_for_in_a_while_is_forgotten():
    clock, squares = Clock(), Squares()
    kept = Kept[int, int](10, clock)
    for clock.now_s, numbers in ((0.0, [1, 2]), (5.0, [3]), (9.0, [2])):
        kept.get_all(numbers, squares)

    kept.forget_unused(6.0)

    assert [number for number in (1, 2, 3) if kept.known(number)] == [2, 3]
    kept.forget_unused(0.0)
    assert len(kept) == 0


def test_many_threads_at_once_get_their_own_values():
    kept: Kept[int, int] = Kept(5)
    wrong: list[int] = []

    def ask(first: int) -> None:
        for round_number in range(300):
            number = (first + round_number) % 11
            if kept.get(number, lambda: number * number) != number * number:  # noqa: B023 (called at once)
                wrong.append(number)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=ask, args=(first,)) for first in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)

    assert not wrong
    assert len(kept) <= 5
