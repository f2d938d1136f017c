"""How old a copy of a caller may be."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from earpiece.domain.accounts import Account
from earpiece.domain.api_keys import ApiKey, Scope, generate_key
from earpiece.domain.errors import InvalidCredentials, Unavailable
from earpiece.domain.settings import AccountSettings
from llm_gateway.callers import Callers, Freshness, Stores

AT = datetime(2026, 11, 20, tzinfo=UTC)
TEXT, KEY = generate_key("acme", frozenset({Scope.LLM_CALL}), AT)


@dataclass
class World:
    """The stores and the time."""

    key: ApiKey = KEY
    is_away: bool = False
    reads: int = 0
    at_s: float = 0.0
    secrets_: dict[str, Any] = field(default_factory=dict)

    def find(self, name: str) -> Any:
        self.reads += name == self.key.key_id
        if self.is_away:
            raise Unavailable("away")
        return self.key if name == self.key.key_id else Account("acme")

    def current(self) -> AccountSettings:
        return AccountSettings()

    def secrets(self, name: str) -> tuple[str, ...]:
        return ()


def told(story) -> Any:
    """Run a story with callers whose copies are fresh for ten seconds and good for a hundred."""

    async def tell():
        world = World()
        with ThreadPoolExecutor(1) as pool:
            stores = Stores(world, world, lambda _: world, lambda _: world)
            callers = Callers(stores, pool, lambda: AT, Freshness(10, 100), clock=lambda: world.at_s)
            return await story(world, lambda: callers.caller(f"Bearer {TEXT}"))

    return asyncio.run(tell())


def test_a_fresh_copy_costs_no_read_and_many_at_once_cost_one():
    async def story(world, call):
        await asyncio.gather(*(call() for _ in range(20)))
        world.at_s = 9
        await call()
        return world.reads

    assert told(story) == 1


def test_a_revoked_key_is_refused_within_twice_that_even_if_nobody_called_meanwhile():
    async def story(world, call):
        await call()
        world.key = replace(KEY, revoked_at=AT)
        world.at_s = 20.1
        with pytest.raises(InvalidCredentials):
            await call()

    told(story)


def test_a_copy_is_renewed_beside_the_requests():
    async def story(world, call):
        await call()
        world.key = replace(KEY, revoked_at=AT)
        world.at_s = 11
        await call()
        await asyncio.sleep(0.05)
        with pytest.raises(InvalidCredentials):
            await call()

    told(story)


def test_while_the_stores_are_away_callers_are_served_as_they_were_and_do_not_wait_each_time():
    async def story(world, call):
        await call()
        world.is_away = True
        world.at_s = 50
        for _ in range(5):
            await call()
        reads = world.reads
        world.at_s = 101
        with pytest.raises(Unavailable):
            await call()
        return reads

    assert told(story) <= 3


def test_a_stranger_is_not_served_while_the_stores_are_away():
    async def story(world, call):
        world.is_away = True
        with pytest.raises(Unavailable):
            await call()

    told(story)
