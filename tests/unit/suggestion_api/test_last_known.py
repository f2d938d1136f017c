"""What serves while a store is slow."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from earpiece.domain.errors import NotFound, Unavailable
from suggestion_api.last_known import Known, LastKnown


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def pool():
    with ThreadPoolExecutor(2) as made:
        yield made


@pytest.fixture
def stuck(pool):
    """A read that hangs until the test ends."""
    free = threading.Event()

    def read() -> str:
        free.wait(30)
        return "late"

    yield read
    free.set()


def test_a_fresh_copy_is_served_without_reading(pool):
    known = LastKnown(pool, fresh_s=10, clock=Clock())
    known.get("a", lambda: "first", 5)

    assert known.get("a", lambda: "second", 5) == Known("first")


def test_without_freshness_every_call_reads(pool):
    known = LastKnown(pool, clock=Clock())
    known.get("a", lambda: "first", 5)

    assert known.get("a", lambda: "second", 5) == Known("second")


def test_an_ageing_copy_is_served_while_it_is_read_again(pool, stuck):
    clock = Clock()
    known = LastKnown(pool, fresh_s=10, behind_s=10, clock=clock)
    known.get("a", lambda: "first", 5)

    clock.now_s = 15

    assert known.get("a", stuck, 5) == Known("first")


def test_when_the_read_is_late_what_was_known_serves_and_says_so(pool, stuck):
    known = LastKnown(pool, clock=Clock())
    known.get("a", lambda: "first", 5)

    assert known.get("a", stuck, 0.01) == Known("first", is_late=True)


def test_when_nothing_was_known_it_is_unavailable(pool, stuck):
    with pytest.raises(Unavailable):
        LastKnown(pool).get("a", stuck, 0.01)


def test_a_copy_does_not_serve_for_ever(pool, stuck):
    clock = Clock()
    known = LastKnown(pool, useless_s=600, clock=clock)
    known.get("a", lambda: "first", 5)

    clock.now_s = 601

    with pytest.raises(Unavailable):
        known.get("a", stuck, 0.01)


def test_a_store_that_says_it_is_away_is_as_good_as_late(pool):
    def away() -> str:
        raise Unavailable

    known = LastKnown(pool, clock=Clock())
    known.get("a", lambda: "first", 5)

    assert known.get("a", away, 5) == Known("first", is_late=True)


def test_another_error_is_the_callers(pool):
    def missing() -> str:
        raise NotFound

    with pytest.raises(NotFound):
        LastKnown(pool).get("a", missing, 5)


def test_one_key_is_read_once_at_a_time_however_many_ask(pool):
    free, count = threading.Event(), []

    def read() -> str:
        count.append(1)
        free.wait(10)
        return "value"

    known = LastKnown(pool)
    for _ in range(8):
        known.prepare("a", read)
    free.set()

    assert known.get("a", read, 10).value == "value"
    assert len(count) <= 2  # the eight are one; the last call may have come after it


def test_a_read_that_never_began_does_not_stay_in_the_way(pool, stuck):
    known = LastKnown(pool)
    for key in "ab":
        known.prepare(key, stuck)  # both threads are taken
    with pytest.raises(Unavailable):
        known.get("c", lambda: "never", 0.01)

    assert "c" not in known._reads
