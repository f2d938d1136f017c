"""Budgets that concurrency cannot overshoot: a call's worst case is reserved before it is made, and settled after.

An instance takes from the account's budgets in advance, so that most calls ask no store. Amounts are millionths of a
USD.
"""

from __future__ import annotations

import asyncio
import math
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from earpiece.domain.accounts import Account
from earpiece.domain.errors import RateLimited, Unavailable
from earpiece.domain.llm import LlmSettings, NamedModel
from earpiece.domain.prices import Price, price_on
from earpiece.ports.budgets import Budgets
from llm_gateway.answering import Bill

log = structlog.get_logger()

MICRO = 1_000_000
BLOCK_SHARE = 0.01  # of the smallest budget is leased at once
RENEW_AFTER_S = 60.0


class BudgetExceeded(RateLimited):
    slug = "budget-exceeded"
    title = "The account's budget for language models is used up"
    retryable = True


@dataclass(slots=True)
class _Held:
    """What this process holds of one account's budgets."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    account: Account | None = None
    lease_id: str = ""
    periods: tuple[str, ...] = ()
    left: int = 0
    spent: int = 0
    reserved: int = 0
    taken_at_s: float = 0.0
    alerted: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Reservation:
    """The worst that a call may cost; settled once, on every way out."""

    held: _Held | None
    amount: int = 0
    lease_id: str = ""

    def settle(self, cost_usd: float | None) -> None:
        """Count what it cost; what nobody can price costs the budget nothing, and stands in the log as unknown."""
        if self.held is None:
            return
        cost = math.ceil((cost_usd or 0.0) * MICRO)
        held, self.held = self.held, None
        held.reserved -= self.amount
        held.spent += cost
        held.left += self.amount - cost


class Spending:
    """For one event loop; `executor` runs what blocks."""

    def __init__(
        self,
        budgets_of: Callable[[Account], Budgets],
        executor: Executor,
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
        prices: Sequence[Price] = (),
    ) -> None:
        self._budgets_of, self._executor, self._now, self._clock = budgets_of, executor, now, clock
        self._prices = prices
        self._held: dict[str, _Held] = {}

    async def reserve(self, bill: Bill, model: NamedModel) -> Reservation:
        """Raises BudgetExceeded, or Unavailable when a budget cannot be asked."""
        profile = bill.profile
        now = self._now()
        caps = _caps(profile.llm, now)
        if not caps:
            return Reservation(None)
        held = self._held.setdefault(profile.account.account_id, _Held())
        amount = self._worst(bill, model, now)
        async with held.lock:
            is_old = self._clock() - held.taken_at_s > RENEW_AFTER_S or held.periods != tuple(caps)
            if held.left < amount or (is_old and not held.reserved):
                await self._renew(held, profile.account, amount, caps, profile.llm.alert_share)
            held.left -= amount
            held.reserved += amount
            return Reservation(held, amount)

    def close(self) -> None:
        """Give back what is not spent. Blocks."""
        for held in self._held.values():
            if held.lease_id or held.spent:
                self._settle(held)

    def _worst(self, bill: Bill, model: NamedModel, now: datetime) -> int:
        """The dearest of the model's routes; nothing where no price is known."""
        call, known = bill.call, (*bill.profile.llm.prices, *self._prices)
        found = [price_on(known, route.upstream, route.model, now.date()) for route in model.routes]
        costs = [one.cost_usd(call.input_tokens, call.most_output_tokens) for one in found if one]
        return math.ceil(max(costs, default=0.0) * MICRO)

    async def _renew(
        self, held: _Held, account: Account, amount: int, caps: Mapping[str, int], alert_share: float
    ) -> None:
        """Settle the lease that is out and take another, with what running calls have reserved."""
        loop = asyncio.get_running_loop()
        if held.lease_id or held.spent:
            await loop.run_in_executor(self._executor, self._settle, held)
        least = amount + held.reserved
        wanted = max(least, int(min(caps.values()) * BLOCK_SHARE))
        lease_id, budgets = uuid.uuid4().hex, self._budgets_of(account)
        lease = await loop.run_in_executor(self._executor, budgets.lease, lease_id, wanted, least, caps)
        self._alert(held, lease.used, caps, alert_share)
        held.account, held.periods = account, tuple(caps)
        if lease.exhausted:
            raise BudgetExceeded(
                f"the budget of {lease.exhausted} is used up",
                period=lease.exhausted,
                retry_after_s=_seconds_left(lease.exhausted, self._now()),
            )
        held.lease_id, held.left, held.taken_at_s = lease_id, lease.granted - held.reserved, self._clock()

    def _settle(self, held: _Held) -> None:
        account, lease_id, spent = held.account, held.lease_id or uuid.uuid4().hex, held.spent
        assert account is not None
        held.lease_id, held.spent, held.left = "", 0, 0
        try:
            self._budgets_of(account).settle(lease_id, dict.fromkeys(held.periods, spent))
        except Unavailable:
            held.lease_id, held.spent = lease_id, held.spent + spent
            log.warning("budget_not_settled", account_id=account.account_id)
            raise

    def _alert(self, held: _Held, used: Mapping[str, int], caps: Mapping[str, int], share: float) -> None:
        for period, amount in used.items():
            if amount >= share * caps[period] and period not in held.alerted:
                held.alerted.add(period)
                log.warning("budget_alert", period=period, used_share=round(amount / caps[period], 3))


def _caps(llm: LlmSettings, now: datetime) -> dict[str, int]:
    told = {f"{now:%Y-%m-%d}": llm.daily_budget_usd, f"{now:%Y-%m}": llm.monthly_budget_usd}
    return {period: int(usd * MICRO) for period, usd in told.items() if usd}


def _seconds_left(period: str, now: datetime) -> int:
    """Until the period ends (UTC)."""
    if len(period) == 10:
        end = datetime.fromisoformat(period).replace(tzinfo=now.tzinfo) + timedelta(days=1)
    else:
        year, month = int(period[:4]), int(period[5:])
        end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=now.tzinfo)
    return max(1, math.ceil((end - now).total_seconds()))
