"""What one process takes of a minute's limits, and when it asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from earpiece.domain.accounts import Account
from earpiece.domain.errors import RateLimited, Unavailable
from earpiece.domain.llm import LlmSettings, Quota
from earpiece.ports.minute_limits import Block
from llm_gateway.limits import CallLimits

AT = datetime(2026, 11, 23, 10, 15, 10, tzinfo=UTC)
OF_KEY = ("key.abcdefgh", "2026-11-23T10:15")


@dataclass
class Limits:
    """The store, which counts what it is asked."""

    taken: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    asked: int = 0
    is_away: bool = False

    def take(self, name: str, minute: str, blocks: Mapping[str, Block]) -> Mapping[str, int]:
        self.asked += 1
        if self.is_away:
            raise Unavailable("away")
        taken = self.taken.setdefault((name, minute), {})
        granted = {what: min(one.wanted, one.cap - taken.get(what, 0)) for what, one in blocks.items()}
        if any(granted[what] < one.least for what, one in blocks.items()):
            return dict.fromkeys(blocks, 0)
        for what, count in granted.items():
            taken[what] = taken.get(what, 0) + count
        return granted

    def give_back(self, name: str, minute: str, unused: Mapping[str, int]) -> None:
        for what, count in unused.items():
            self.taken[name, minute][what] -= count


@dataclass
class Desk:
    """A process's limits, the store of all, and the time."""

    store: Limits
    limits: CallLimits
    now: list[datetime]
    clock: list[float]
    llm: LlmSettings

    async def take(self, tokens: int = 10, purpose: str = ""):
        call = SimpleNamespace(input_tokens=0, most_output_tokens=tokens)
        profile = SimpleNamespace(account=Account("acme"), llm=self.llm, key=SimpleNamespace(key_id="abcdefgh"))
        return await self.limits.take(SimpleNamespace(profile=profile, call=call, purpose=purpose))


def told(story, **llm: Any) -> Any:
    async def tell():
        store, now, clock = Limits(), [AT], [0.0]
        settings = LlmSettings(**{"requests_per_minute": 0, "tokens_per_minute": 0, **llm})
        with ThreadPoolExecutor(1) as pool:
            limits = CallLimits(lambda _: store, pool, lambda: now[0], lambda: clock[0])
            return await story(Desk(store, limits, now, clock, settings))

    return asyncio.run(tell())


def test_a_tenth_is_taken_at_once_so_that_most_calls_ask_no_store():
    async def story(desk):
        for _ in range(100):
            await desk.take()
        return desk.store.asked, desk.store.taken[OF_KEY]

    assert told(story, requests_per_minute=500) == (2, {"requests": 100})


def test_the_limit_is_exact_and_the_refusal_says_when_the_minute_ends():
    async def story(desk):
        for _ in range(7):
            await desk.take()
        with pytest.raises(RateLimited) as refused:
            await desk.take()
        return refused.value.facts["retry_after_s"]

    assert told(story, requests_per_minute=7) == 50


def test_who_insists_costs_no_store_for_a_while_and_the_next_minute_is_new():
    async def story(desk):
        await desk.take()
        for _ in range(20):
            with pytest.raises(RateLimited):
                await desk.take()
        assert desk.store.asked == 2
        desk.now[0] += timedelta(minutes=1)
        await desk.take()

    told(story, requests_per_minute=1)


def test_tokens_that_a_call_did_not_need_are_had_again_in_the_same_minute():
    async def story(desk):
        first = await desk.take(tokens=900)
        with pytest.raises(RateLimited):
            await desk.take(tokens=900)
        first.settle(100)
        await desk.take(tokens=900)

    told(story, tokens_per_minute=1_000)


def test_what_was_settled_after_its_minute_changes_no_other():
    async def story(desk):
        first = await desk.take(tokens=900)
        desk.now[0] += timedelta(minutes=1)
        await desk.take(tokens=900)
        first.settle(0)
        with pytest.raises(RateLimited):
            await desk.take(tokens=900)

    told(story, tokens_per_minute=1_000)


def test_a_purpose_has_its_own_limit_beside_the_keys():
    async def story(desk):
        await desk.take(purpose="summarizer")
        with pytest.raises(RateLimited):
            await desk.take(purpose="summarizer")
        await desk.take()
        await desk.take(purpose="rewrite")

    told(story, quotas=(Quota(purpose="summarizer", requests_per_minute=1),), requests_per_minute=100)


def test_a_busy_caller_does_not_wait_for_the_store_when_the_minute_turns():
    async def story(desk):
        desk.now[0] = AT.replace(second=55)
        for _ in range(3):
            await desk.take()
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))
        desk.now[0] += timedelta(seconds=10)
        await desk.take()
        return desk.store.asked

    assert told(story, requests_per_minute=100) == 2


def test_while_the_store_is_away_each_instance_holds_the_limit_alone():
    async def story(desk):
        desk.store.is_away = True
        for _ in range(5):
            await desk.take()
        with pytest.raises(RateLimited):
            await desk.take()

    told(story, requests_per_minute=5)


def test_an_instance_that_ends_gives_back_what_it_did_not_use():
    async def story(desk):
        for _ in range(3):
            await desk.take()
        desk.limits.close()
        return desk.store.taken[OF_KEY]["requests"]

    assert told(story, requests_per_minute=100) == 3
