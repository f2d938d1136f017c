"""What one process asks of the budgets, and when."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from earpiece.domain.accounts import Account
from earpiece.domain.llm import LlmSettings, NamedModel, Route
from earpiece.domain.prices import Price
from earpiece.ports.budgets import Lease, Returned
from llm_gateway.calls import Call, read_call
from llm_gateway.spending import RENEW_AFTER_S, BudgetExceeded, Spending

AT = datetime(2026, 11, 23, 23, tzinfo=UTC)
PRICE = Price("m", AT.date() - timedelta(days=9), 0.0, 1.0)  # a token is a millionth of a USD
MODEL = NamedModel("chat", (Route("openai", "m"),))


@dataclass
class Budget:
    """One budget for all periods, which counts what it is asked."""

    left: int
    asked: int = 0
    out: int = 0
    spent: dict[str, int] = field(default_factory=dict)

    def lease(
        self, lease_id: str, wanted: int, least: int, caps: Mapping[str, int], *, instead_of=None, alert_share=1.0
    ) -> Lease:
        self.asked += 1
        kept = instead_of.kept if instead_of else 0
        if instead_of:
            self.settle(instead_of)
        granted = min(wanted, self.left)
        if granted < least and (kept or granted <= 0):
            granted, exhausted = kept, next(iter(caps))
        else:
            exhausted = ""
        self.left, self.out = self.left - granted, granted
        return Lease(granted, dict.fromkeys(caps, 0), exhausted)

    def settle(self, returned: Returned) -> None:
        cost = max(returned.spent.values())
        self.left, self.out = self.left + self.out - cost, 0
        for period, spent in returned.spent.items():
            self.spent[period] = self.spent.get(period, 0) + spent


@dataclass
class Desk:
    """A process's spending, and the time."""

    budget: Budget
    spending: Spending
    clock: list[float]
    now: list[datetime]
    llm: LlmSettings

    async def reserve(self, tokens: int):
        call = Call("chat/completions", {}, "chat", False, False, input_tokens=0, most_output_tokens=tokens)
        return await self.reserve_for(call, MODEL)

    async def reserve_for(self, call: Call, model: NamedModel):
        profile = SimpleNamespace(account=Account("acme"), llm=self.llm, key=SimpleNamespace(key_id="k"))
        return await self.spending.reserve(SimpleNamespace(profile=profile, call=call, purpose=""), model)


def told(story, left: int = 1_000, daily_usd: float = 0.001) -> Any:
    async def tell():
        budget, clock, now = Budget(left), [0.0], [AT]
        with ThreadPoolExecutor(1) as pool:
            spending = Spending(lambda _: budget, pool, lambda: now[0], clock=lambda: clock[0])
            llm = LlmSettings(prices=(PRICE,), daily_budget_usd=daily_usd)
            return await story(Desk(budget, spending, clock, now, llm))

    return asyncio.run(tell())


def test_most_calls_ask_no_store():
    async def story(desk):
        for _ in range(100):
            (await desk.reserve(10)).settle(1e-6)
        return desk.budget.asked

    assert told(story, left=1_000_000, daily_usd=1.0) == 1


def test_who_insists_is_refused_from_memory_for_a_while():
    async def story(desk):
        running = await desk.reserve(1_000)
        for _ in range(20):
            with pytest.raises(BudgetExceeded):
                await desk.reserve(10)
        asked = desk.budget.asked
        desk.clock[0] += 5
        with pytest.raises(BudgetExceeded):
            await desk.reserve(10)
        assert desk.budget.asked == asked + 1
        running.settle(0.0001)
        (await desk.reserve(10)).settle(0.0)
        return asked

    assert told(story) == 2


def test_what_running_calls_reserved_is_kept_when_a_lease_is_changed():
    async def story(desk):
        running = [await desk.reserve(100) for _ in range(9)]
        with pytest.raises(BudgetExceeded):
            await desk.reserve(200)
        assert (desk.budget.out, desk.budget.left) == (900, 100)
        for one in running:
            one.settle(90e-6)
        desk.spending.close()
        return desk.budget.spent, desk.budget.left

    assert told(story) == ({"2026-11-23": 810}, 190)


def test_a_lease_that_is_old_is_changed_and_a_new_day_has_its_own_budget():
    async def story(desk):
        (await desk.reserve(10)).settle(5e-6)
        desk.clock[0] += RENEW_AFTER_S + 1
        running = await desk.reserve(10)
        assert desk.budget.spent == {"2026-11-23": 5}
        desk.now[0] += timedelta(hours=2)
        other = await desk.reserve(10)
        running.settle(7e-6)
        other.settle(3e-6)
        desk.spending.close()
        return desk.budget.spent

    assert told(story) == {"2026-11-23": 5, "2026-11-24": 10}


def test_without_a_budget_nothing_is_asked():
    async def story(desk):
        (await desk.reserve(10**9)).settle(5.0)
        return desk.budget.asked

    assert told(story, daily_usd=0.0) == 0


def test_the_refusal_says_when_the_period_ends_or_when_running_calls_may_have():
    async def story(desk):
        (await desk.reserve(1_000)).settle(0.001)
        with pytest.raises(BudgetExceeded) as used_up:
            await desk.reserve(10)
        return used_up.value.facts["retry_after_s"]

    assert told(story) == 3_600


@pytest.mark.parametrize(
    ("asked", "reserved"),
    [
        ({"max_tokens": 50}, 50),
        ({"max_tokens": 50, "n": 3}, 150),
        ({}, 20_000),
        ({"n": 3}, 60_000),
    ],
)
def test_what_an_answer_without_a_bound_may_cost_is_what_its_dearest_route_can_say(asked, reserved):
    model = NamedModel("chat", (Route("openai", "m"), Route("other", "m", most_output_tokens=20_000)))
    body = {"model": "chat", "messages": [], **asked}

    async def story(desk):
        reservation = await desk.reserve_for(read_call("chat/completions", json.dumps(body).encode()), model)
        return sum(amount for _, amount in reservation.parts)

    assert told(story, left=10**9, daily_usd=1_000.0) == reserved


def test_what_others_answer_meanwhile_never_takes_more_than_the_budget_and_one_call():
    """Calls without a bound, each as long as its route lets it be, all at once."""
    model = NamedModel("chat", (Route("openai", "m", most_output_tokens=9_000),))
    call = read_call("chat/completions", b'{"model": "chat", "messages": []}')

    async def story(desk):
        running = []
        for _ in range(20):
            try:
                running.append(await desk.reserve_for(call, model))
            except BudgetExceeded:
                break
        for one in running:
            one.settle(9_000e-6)
        desk.spending.close()
        return desk.budget.spent["2026-11-23"]

    assert told(story, left=50_000, daily_usd=0.05) <= 50_000 + 9_000
