"""What every adapter of MinuteLimits promises."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.contract.adapter_sets import Adapters

from earpiece.domain.accounts import Account
from earpiece.domain.errors import Unavailable
from earpiece.ports.minute_limits import Block, MinuteLimits

NOW, NEXT = "2026-11-20T10:15", "2026-11-20T10:16"
TEN = {"requests": Block(wanted=10, least=1, cap=100)}


@pytest.fixture
def limits(adapters: Adapters, account: Account) -> MinuteLimits:
    return adapters.minute_limits(account)


def all_that_is_left(limits: MinuteLimits, name: str = "anna", minute: str = NOW) -> int:
    taken = 0
    while granted := limits.take(name, minute, TEN)["requests"]:
        taken += granted
    return taken


def test_blocks_are_smaller_near_the_cap_and_end_at_it(limits: MinuteLimits):
    granted = [limits.take("anna", NOW, TEN)["requests"] for _ in range(30)]

    assert granted[0] == 10
    assert granted == sorted(granted, reverse=True)
    assert sum(granted) == 100
    assert granted[-1] == 0


def test_what_is_given_back_may_be_taken_again_in_its_minute(limits: MinuteLimits):
    all_that_is_left(limits)

    limits.give_back("anna", NOW, {"requests": 7})

    assert all_that_is_left(limits) == 7


def test_another_minute_and_another_name_have_all_of_it(limits: MinuteLimits):
    all_that_is_left(limits)

    assert all_that_is_left(limits, minute=NEXT) == 100
    assert all_that_is_left(limits, name="bob") == 100


def test_where_one_of_two_lacks_its_least_nothing_is_taken_of_either(limits: MinuteLimits):
    both = {"requests": Block(1, 1, 100), "tokens": Block(500, 500, 600)}

    assert limits.take("anna", NOW, both) == {"requests": 1, "tokens": 500}
    assert limits.take("anna", NOW, both) == {"requests": 0, "tokens": 0}

    assert limits.take("anna", NOW, {"requests": Block(99, 99, 100)}) == {"requests": 99}


def test_what_is_given_back_of_a_minute_that_nobody_knows_changes_nothing(limits: MinuteLimits):
    limits.give_back("anna", NOW, {"requests": 7})

    assert all_that_is_left(limits) == 100


def test_instances_that_take_at_once_never_get_more_than_the_cap_together(adapters: Adapters, account: Account):
    def until_refused(_: int) -> int:
        taken, limits = 0, adapters.minute_limits(account)
        with contextlib.suppress(Unavailable):  # too many at once: whoever asks is refused then
            while granted := limits.take("anna", NOW, TEN)["requests"]:
                taken += granted
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = sum(pool.map(until_refused, range(4)))

    assert 10 <= taken <= 100
