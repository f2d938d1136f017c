"""How many requests and tokens a minute a key or a purpose may ask, over any number of instances.

An instance takes blocks of a minute in advance, so that most calls ask no store; what it did not use it gives back when
it ends. While the store is away the limit holds for each instance alone: limits protect others, they pay no bill.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from earpiece.domain.accounts import Account
from earpiece.domain.errors import RateLimited, Unavailable
from earpiece.domain.llm import Quota
from earpiece.ports.minute_limits import Block, MinuteLimits
from llm_gateway.answering import Bill

log = structlog.get_logger()

BLOCK_SHARE = 0.1  # of a minute's limit is taken at once
AHEAD_AT_S = 50  # of a minute: who is busy takes of the next one
REFUSED_S = 2.0  # how long a refusal is remembered: a caller that insists costs no write each time
MOST_WINDOWS = 20_000
Counts = dict[str, int]


@dataclass(slots=True)
class _Window:
    """What this process holds of one limit's minute; `ahead` is of the next one."""

    account: Account
    name: str
    minute: str = ""
    left: Counts = field(default_factory=dict)
    ahead: tuple[str, Counts] = ("", {})
    alone: str = ""  # the minute in which the store was away
    is_asking: bool = False
    refused_until_s: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def turn(self, minute: str) -> None:
        """A minute is over, and with it what was left of it."""
        if self.minute != minute:
            self.left = self.ahead[1] if self.ahead[0] == minute else {}
            self.minute, self.ahead, self.refused_until_s = minute, ("", {}), 0.0

    def takes(self, needed: Mapping[str, int]) -> bool:
        if any(self.left.get(what, 0) < count for what, count in needed.items()):
            return False
        for what, count in needed.items():
            self.left[what] -= count
        return True

    def add(self, counts: Mapping[str, int]) -> None:
        for what, count in counts.items():
            self.left[what] = self.left.get(what, 0) + count


@dataclass(slots=True)
class Taken:
    """What a call took; its tokens were estimated."""

    windows: list[tuple[_Window, str, int]] = field(default_factory=list)

    def settle(self, used_tokens: int) -> None:
        """Give back in the same minute what the call did not need after all."""
        for window, minute, tokens in self.windows:
            if window.minute == minute and tokens:
                window.left["tokens"] += max(tokens - used_tokens, 0)
                window.refused_until_s = 0.0
        self.windows.clear()


class CallLimits:
    """For one event loop; `executor` runs what blocks."""

    def __init__(
        self,
        limits_of: Callable[[Account], MinuteLimits],
        executor: Executor,
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits_of, self._executor, self._now, self._clock = limits_of, executor, now, clock
        self._windows: OrderedDict[tuple[str, str], _Window] = OrderedDict()

    async def take(self, bill: Bill) -> Taken:
        """Count a call; raises RateLimited with when to come again."""
        llm, taken, tokens = bill.profile.llm, Taken(), bill.call.input_tokens + bill.call.most_output_tokens
        named = {f"key.{bill.profile.key.key_id}": llm.quota_of_key(bill.profile.key.key_id)}
        if of_purpose := llm.quota_of_purpose(bill.purpose):
            named[f"purpose.{bill.purpose}"] = of_purpose
        for name, quota in named.items():
            if caps := _caps(quota):
                window = self._window(bill.profile.account, name)
                needed = {what: min(count, caps[what]) for what, count in _asked(tokens).items() if what in caps}
                await self._take(window, needed, caps)
                taken.windows.append((window, window.minute, needed.get("tokens", 0)))
        return taken

    def close(self) -> None:
        """Give back what was not used. Blocks."""
        minute = _minute(self._now())
        for window in list(self._windows.values()):
            if window.minute == minute and any(window.left.values()):
                try:
                    self._limits_of(window.account).give_back(window.name, minute, window.left)
                except Unavailable:
                    return  # it ends with the minute

    async def _take(self, window: _Window, needed: Counts, caps: Counts) -> None:
        now = self._now()
        window.turn(_minute(now))
        if window.takes(needed):
            self._take_ahead(window, caps, now)
            return
        async with window.lock:
            window.turn(_minute(self._now()))
            if window.takes(needed):
                return
            if self._clock() < window.refused_until_s:
                raise _limited(caps, now)
            window.add(await self._granted(window, window.minute, needed, caps))
            if not window.takes(needed):
                window.refused_until_s = self._clock() + REFUSED_S
                raise _limited(caps, now)

    def _take_ahead(self, window: _Window, caps: Counts, now: datetime) -> None:
        """So that a busy caller's calls wait for no store when the minute turns."""
        if now.second >= AHEAD_AT_S and not window.ahead[0] and not window.is_asking:
            window.is_asking = True
            asyncio.ensure_future(self._ahead(window, caps, _minute(now + timedelta(minutes=1))))  # noqa: RUF006

    async def _ahead(self, window: _Window, caps: Counts, minute: str) -> None:
        try:
            granted = await self._granted(window, minute, dict.fromkeys(caps, 1), caps)
            if window.minute < minute:
                window.ahead = (minute, granted)
            elif window.minute == minute:
                window.add(granted)
        finally:
            window.is_asking = False

    async def _granted(self, window: _Window, minute: str, needed: Counts, caps: Counts) -> Counts:
        """Of the store; what is held of it already counts for what is needed."""
        held = window.left if window.minute == minute else {}
        blocks = {
            what: Block(max(missing, int(caps[what] * BLOCK_SHARE), 1), missing, caps[what])
            for what, count in needed.items()
            for missing in [max(count - held.get(what, 0), 0)]
        }
        ask = self._limits_of(window.account).take
        try:
            loop = asyncio.get_running_loop()
            return dict(await loop.run_in_executor(self._executor, ask, window.name, minute, blocks))
        except Unavailable:
            log.warning("limit_not_shared", account_id=window.account.account_id)
            is_first, window.alone = window.alone != minute, minute
            return dict(caps) if is_first else dict.fromkeys(caps, 0)

    def _window(self, account: Account, name: str) -> _Window:
        of = (account.account_id, name)
        window = self._windows.get(of)
        if window is None:
            window = self._windows[of] = _Window(account, name)
            while len(self._windows) > MOST_WINDOWS:
                self._windows.popitem(last=False)
        else:
            self._windows.move_to_end(of)
        return window


def _caps(quota: Quota) -> Counts:
    told = {"requests": quota.requests_per_minute, "tokens": quota.tokens_per_minute}
    return {what: cap for what, cap in told.items() if cap}


def _asked(tokens: int) -> Counts:
    return {"requests": 1, "tokens": tokens}


def _minute(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H:%M}"


def _limited(caps: Counts, now: datetime) -> RateLimited:
    told = " and ".join(f"{cap} {what}" for what, cap in caps.items())
    return RateLimited(f"more than {told} a minute", retry_after_s=max(1, math.ceil(60 - now.second)))
