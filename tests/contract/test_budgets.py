"""What every adapter of Budgets promises."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contract.adapter_sets import Adapters
from tests.real_project import an_account_id

from earpiece.domain.accounts import Account
from earpiece.ports.budgets import Budgets, Returned

DAY, MONTH = "2026-11-20", "2026-11"
CAPS = {DAY: 1_000, MONTH: 10_000}


@pytest.fixture
def budgets(adapters: Adapters, account: Account, clock: Any) -> Budgets:
    return adapters.budgets(account, clock)


def back(lease_id: str, spent: int, kept: int = 0) -> Returned:
    return Returned(lease_id, {DAY: spent, MONTH: spent}, kept)


def test_a_lease_is_taken_from_every_period_and_what_was_not_spent_comes_back(budgets: Budgets):
    lease = budgets.lease("one", 100, 10, CAPS)
    assert (lease.granted, lease.used) == (100, {DAY: 100, MONTH: 100})

    budgets.settle(back("one", 30))

    assert budgets.lease("two", 10, 10, CAPS).used == {DAY: 40, MONTH: 40}


def test_near_a_cap_leases_are_smaller_and_one_call_may_have_the_last(budgets: Budgets):
    first = budgets.lease("one", 960, 960, CAPS)
    second = budgets.lease("two", 100, 5, CAPS)
    last = budgets.lease("three", 100, 50, CAPS)
    none = budgets.lease("four", 1, 1, CAPS)

    assert (first.granted, second.granted, last.granted) == (960, 10, 30)
    assert (none.granted, none.exhausted) == (0, DAY)


def test_a_lease_is_given_back_and_taken_in_one_step_and_keeps_what_calls_hold(budgets: Budgets):
    budgets.lease("one", 400, 400, CAPS)
    budgets.lease("others", 500, 500, CAPS)

    refused = budgets.lease("two", 600, 600, CAPS, instead_of=back("one", 100, kept=300))

    assert (refused.granted, refused.exhausted) == (300, DAY)
    assert refused.used[DAY] == 100 + 500 + 300


def test_a_lease_is_settled_once_however_often_that_is_said(budgets: Budgets):
    budgets.lease("one", 100, 10, CAPS)

    for _ in range(3):
        budgets.settle(back("one", 30))
    budgets.lease("two", 10, 10, CAPS, instead_of=back("one", 30))

    assert budgets.lease("three", 10, 10, CAPS).used[DAY] == 30 + 10 + 10


def test_a_lease_that_nobody_settles_expires(budgets: Budgets, clock: Any):
    budgets.lease("one", 900, 900, CAPS)
    clock.passes(minutes=4)
    assert budgets.lease("two", 900, 900, CAPS, instead_of=back("none", 0, kept=1)).exhausted == DAY

    clock.passes(minutes=2)

    assert budgets.lease("three", 900, 900, CAPS).granted == 900


def test_the_alert_comes_once_a_period(budgets: Budgets):
    leases = [
        budgets.lease(f"n{number + 1}", 1, 1, CAPS, instead_of=back(f"n{number}", 100), alert_share=0.8)
        for number in range(10)
    ]

    assert [number for number, lease in enumerate(leases) if lease.alerts] == [7]
    assert leases[7].alerts == (DAY,)


def test_one_account_s_budget_is_not_another_s(adapters: Adapters, budgets: Budgets, clock: Any):
    budgets.lease("one", 1_000, 1_000, CAPS)

    other = adapters.budgets(Account(an_account_id()), clock)

    assert other.lease("one", 1_000, 1_000, CAPS).granted == 1_000


def test_many_that_lease_at_once_get_no_more_than_there_is(adapters: Adapters, account: Account, clock: Any):
    def lease(number: int) -> int:
        return adapters.budgets(account, clock).lease(f"l{number}", 200, 150, CAPS).granted

    with ThreadPoolExecutor(6) as pool:
        granted = list(pool.map(lease, range(12)))

    assert sum(granted) <= CAPS[DAY]
    assert sum(granted) >= CAPS[DAY] - 150


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(1, 400), st.integers(1, 400), st.integers(0, 400)), max_size=8))
def test_what_is_granted_and_spent_never_passes_a_cap_but_by_what_a_call_overspent(adapters, clock, steps):
    budgets: Budgets = adapters.budgets(Account(an_account_id()), clock)
    spent = overspent = 0
    for number, (wanted, least, cost) in enumerate(steps):
        lease = budgets.lease(f"l{number}", max(wanted, least), least, CAPS)
        assert lease.used[DAY] <= CAPS[DAY] + overspent
        if not lease.granted:
            assert lease.exhausted == DAY
            continue
        budgets.settle(back(f"l{number}", cost))
        spent, overspent = spent + cost, overspent + max(0, cost - lease.granted)
        assert spent <= CAPS[DAY] + overspent
