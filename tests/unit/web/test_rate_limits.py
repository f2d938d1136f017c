"""Token buckets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from earpiece.domain.errors import RateLimited
from earpiece.web.rate_limits import TokenBuckets


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def take_until_refused(buckets: TokenBuckets, key: str, per_minute: int) -> tuple[int, RateLimited]:
    for taken in range(100_000):
        try:
            buckets.take(key, per_minute)
        except RateLimited as refusal:
            return taken, refusal
    raise AssertionError("never refused")


def test_a_minutes_worth_may_be_used_at_once_and_no_more():
    taken, refusal = take_until_refused(TokenBuckets(clock=Clock()), "agent", 60)

    assert taken == 60
    assert refusal.facts["retry_after_s"] == 1


def test_after_the_wait_that_it_names_one_more_is_let_through():
    clock = Clock()
    buckets = TokenBuckets(clock=clock)
    _, refusal = take_until_refused(buckets, "agent", 6)

    clock.now_s += refusal.facts["retry_after_s"]

    assert take_until_refused(buckets, "agent", 6)[0] == 1


def test_one_key_takes_nothing_from_another():
    buckets = TokenBuckets(clock=Clock())
    take_until_refused(buckets, "noisy", 10)

    assert take_until_refused(buckets, "quiet", 10)[0] == 10


def test_a_limit_of_nothing_refuses_everything():
    taken, refusal = take_until_refused(TokenBuckets(clock=Clock()), "agent", 0)

    assert taken == 0
    assert refusal.facts["retry_after_s"] == 60


def test_a_smaller_limit_holds_at_once():
    buckets = TokenBuckets(clock=Clock())
    buckets.take("agent", 600)

    assert take_until_refused(buckets, "agent", 5)[0] == 5


def test_memory_is_bounded_by_the_number_of_keys():
    buckets = TokenBuckets(most=10, clock=Clock())
    for number in range(1000):
        buckets.take(f"agent-{number}", 5)

    assert len(buckets._buckets) == 10


@given(st.integers(1, 600), st.lists(st.floats(0, 30), max_size=30))
def test_over_any_time_no_more_than_the_limit_and_one_burst_gets_through(per_minute, waits):
    clock = Clock()
    buckets = TokenBuckets(clock=clock)
    passed = 0
    for wait_s in [0.0, *waits]:
        clock.now_s += wait_s
        passed += take_until_refused(buckets, "agent", per_minute)[0]

    assert passed <= per_minute + clock.now_s * per_minute / 60 + 1e-6
