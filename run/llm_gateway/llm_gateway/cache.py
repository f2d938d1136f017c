"""Whole answers kept for identical calls of one account, where the account asked for it (`NamedModel.cache_s`).

Identical calls in flight wait for one answer. For one event loop; a process keeps its own.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from llm_gateway.calls import Call

MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as the caller got it, and what served it."""

    data: bytes
    content_type: str
    upstream: str
    upstream_model: str
    answered_model: str


def cache_key(account_id: str, settings_version: str, call: Call) -> str:
    """Of everything that an answer depends on: a new version of the settings asks anew."""
    body = json.dumps(call.body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256("\0".join((account_id, settings_version, call.path, body)).encode()).hexdigest()


class AnswerCache:
    """Bounded by the bytes of the answers; what was not asked for longest goes first."""

    def __init__(self, most_bytes: int = MOST_BYTES, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock, self._bytes = most_bytes, clock, 0
        self._kept: OrderedDict[str, tuple[float, Kept]] = OrderedDict()
        self._flights: dict[str, asyncio.Future[bool]] = {}

    async def answer(self, key: str, life_s: float, ask: Callable[[], Awaitable[Kept]]) -> tuple[Kept, bool]:
        """The answer, and whether it was kept. One of those that ask at once goes; when it fails, each goes itself.

        When its caller leaves, another one goes in its place.
        """
        while True:
            found = self._find(key)
            if found is not None:
                return found, True
            flight = self._flights.get(key)
            if flight is None:
                return await self._fly(key, life_s, ask), False
            was_left = await asyncio.shield(flight)
            if not was_left and self._find(key) is None:
                return await ask(), False  # it failed, or was too large to keep

    async def _fly(self, key: str, life_s: float, ask: Callable[[], Awaitable[Kept]]) -> Kept:
        flight = self._flights[key] = asyncio.get_running_loop().create_future()
        was_left = False
        try:
            kept = await ask()
            self._keep(key, kept, life_s)
            return kept
        except asyncio.CancelledError:
            was_left = True
            raise
        finally:
            del self._flights[key]
            flight.set_result(was_left)

    def _find(self, key: str) -> Kept | None:
        until_s, kept = self._kept.get(key, (0.0, None))
        if kept is None or until_s <= self._clock():
            return None
        self._kept.move_to_end(key)
        return kept

    def _keep(self, key: str, kept: Kept, life_s: float) -> None:
        if len(kept.data) > self._most // 8:
            return
        self._drop(key)
        self._kept[key] = (self._clock() + life_s, kept)
        self._bytes += len(kept.data)
        while self._bytes > self._most:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: str) -> None:
        _, kept = self._kept.pop(key, (0.0, None))
        self._bytes -= len(kept.data) if kept else 0
