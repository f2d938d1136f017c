"""Budgets that concurrency cannot overshoot: a call's worst case is reserved before it is made, and settled after.

An instance takes from the account's budgets in advance, so that most calls ask no store. Amounts are millionths of a
USD.
"""

from __future__ import annotations

import asyncio
import math
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from earpiece.domain.accounts import Account
from earpiece.domain.errors import RateLimited, Unavailable
from earpiece.domain.llm import LlmSettings, NamedModel, Quota
from earpiece.domain.prices import Price, price_on
from earpiece.ports.budgets import Budgets, Lease, Returned
from llm_gateway.answering import Bill

log = structlog.get_logger()

MICRO = 1_000_000
BLOCK_SHARE = 0.01  # of the smallest budget is leased at once
RENEW_AFTER_S = 60.0
REFUSED_S = 3.0  # how long a refusal is remembered: a caller that insists costs no transaction each time
UNBOUNDED = 1 << 62


class BudgetExceeded(RateLimited):
    slug = "budget-exceeded"
    title = "A budget for language models is used up"
    retryable = True


@dataclass(slots=True)
class _Held:
    """What this process holds of one account's budgets, or of those of a key or a purpose of it."""

    account: Account
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    lease_id: str = ""
    periods: tuple[str, ...] = ()
    left: int = 0
    spent: int = 0
    reserved: int = 0
    taken_at_s: float = 0.0
    refused: int = 0  # so much was not to be had …
    refused_until_s: float = 0.0  # … lately: nobody asks again before this
    refused_period: str = ""

    def returned(self) -> Returned | None:
        """The lease as it stands, running calls' part of it kept."""
        if not self.lease_id and not self.spent:
            return None
        return Returned(self.lease_id or uuid.uuid4().hex, dict.fromkeys(self.periods, self.spent), self.reserved)


@dataclass(slots=True)
class Reservation:
    """The worst that a call may cost, of every budget that it counts for; settled once, on every way out."""

    parts: list[tuple[_Held, int]] = field(default_factory=list)

    def settle(self, cost_usd: float | None) -> None:
        """Count what it cost; what nobody can price costs the budget nothing, and stands in the log as unknown."""
        cost = math.ceil((cost_usd or 0.0) * MICRO)
        for held, amount in self.parts:
            held.reserved -= amount
            held.spent += cost
            held.left += amount - cost
            held.refused_until_s = 0.0  # what was reserved may be had again
        self.parts.clear()


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
        self._held: dict[tuple[str, str], _Held] = {}

    async def reserve(self, bill: Bill, model: NamedModel) -> Reservation:
        """Raises BudgetExceeded, or Unavailable when a budget cannot be asked."""
        now, reservation = self._now(), Reservation()
        account, amount = bill.profile.account, -1
        try:
            for scope, caps in _scopes(bill, now):
                amount = amount if amount >= 0 else self._worst(bill, model, now)
                held = self._held.setdefault((account.account_id, scope), _Held(account))
                reservation.parts.append((held, await self._take(held, amount, caps, bill.profile.llm.alert_share)))
        except BaseException:
            reservation.settle(0.0)
            raise
        return reservation

    async def _take(self, held: _Held, amount: int, caps: Mapping[str, int], alert_share: float) -> int:
        """What is reserved of it: less than the worst only for one call, with the last of a budget."""
        async with held.lock:
            is_old = self._clock() - held.taken_at_s > RENEW_AFTER_S or held.periods != tuple(caps)
            if held.left < amount or held.left <= 0 or is_old:
                await self._renew(held, amount, caps, alert_share)
            taken = min(amount, held.left)
            held.left -= taken
            held.reserved += taken
            return taken

    async def look_after(self) -> None:
        """Until cancelled: leases that no call renews are settled, so that others can have what is left of them."""
        while True:
            await asyncio.sleep(RENEW_AFTER_S / 4)
            for held in list(self._held.values()):
                if held.lease_id and self._clock() - held.taken_at_s > RENEW_AFTER_S:
                    await self._let_go(held)

    def close(self) -> None:
        """Give back what is not spent. Blocks."""
        for held in self._held.values():
            if (returned := held.returned()) is not None:
                try:
                    self._budgets_of(held.account).settle(returned)
                except Unavailable:
                    log.warning("budget_not_settled", account_id=held.account.account_id)

    def _worst(self, bill: Bill, model: NamedModel, now: datetime) -> int:
        """The dearest of the model's routes; nothing where no price is known."""
        call, known = bill.call, (*bill.profile.llm.prices, *self._prices)
        found = [(price_on(known, route.upstream, route.model, now.date()), route) for route in model.routes]
        costs = [price.cost_usd(call.input_tokens, call.most_output_of(route)) for price, route in found if price]
        return math.ceil(max(costs, default=0.0) * MICRO)

    async def _renew(self, held: _Held, amount: int, caps: Mapping[str, int], alert_share: float) -> None:
        """Change the lease that is out for another, with what running calls have reserved."""
        if amount >= held.refused and self._clock() < held.refused_until_s and held.refused_period in caps:
            raise self._exceeded(held)
        least = amount + held.reserved
        wanted = max(least, int(min(caps.values()) * BLOCK_SHARE))
        lease = await self._lease(held, wanted, least, caps, alert_share)
        for period in lease.alerts:
            log.warning("budget_alert", account_id=held.account.account_id, period=period, cap_usd=caps[period] / MICRO)
        if lease.exhausted:
            held.refused, held.refused_period = amount, lease.exhausted
            held.refused_until_s = self._clock() + REFUSED_S
            raise self._exceeded(held)

    async def _lease(
        self, held: _Held, wanted: int, least: int, caps: Mapping[str, int], alert_share: float = 1.0
    ) -> Lease:
        lease_id, budgets, loop = uuid.uuid4().hex, self._budgets_of(held.account), asyncio.get_running_loop()
        returned = held.returned()
        if returned is not None:
            held.lease_id = returned.lease_id  # if the answer is lost, the next try gives back the same
        ask = partial(budgets.lease, lease_id, wanted, least, caps, instead_of=returned, alert_share=alert_share)
        lease = await loop.run_in_executor(self._executor, ask)
        # Calls went on meanwhile: what they spent since is of the new lease.
        held.spent -= max(returned.spent.values()) if returned else 0
        held.lease_id, held.periods, held.taken_at_s = lease_id if lease.granted else "", tuple(caps), self._clock()
        held.left = lease.granted - held.reserved - held.spent
        return lease

    async def _let_go(self, held: _Held) -> None:
        async with held.lock:
            caps = dict.fromkeys(held.periods, UNBOUNDED)
            try:
                await self._lease(held, held.reserved, held.reserved, caps)
            except Unavailable:
                log.warning("budget_not_settled", account_id=held.account.account_id)

    def _exceeded(self, held: _Held) -> BudgetExceeded:
        """Where running calls hold what is left, the answer may be another in a moment."""
        period = held.refused_period
        wait_s = REFUSED_S if held.reserved else _seconds_left(period, self._now())
        return BudgetExceeded(f"the budget of {period} is used up", period=period, retry_after_s=math.ceil(wait_s))


def _scopes(bill: Bill, now: datetime) -> Iterator[tuple[str, Mapping[str, int]]]:
    """The budgets that a call counts for: of the account, of its key, and of its purpose, each with its periods."""
    llm, key_id = bill.profile.llm, bill.profile.key.key_id
    named: dict[str, LlmSettings | Quota | None] = {"": llm}
    if llm.quotas:
        named[f".key.{key_id}"] = llm.quota_of_key(key_id)
        named[f".purpose.{bill.purpose}"] = llm.quota_of_purpose(bill.purpose)
    for scope, budgets in named.items():
        if budgets and (caps := _caps(budgets, scope, now)):
            yield scope, caps


def _caps(budgets: LlmSettings | Quota, scope: str, now: datetime) -> dict[str, int]:
    if not (budgets.daily_budget_usd or budgets.monthly_budget_usd):
        return {}
    told = {f"{now:%Y-%m-%d}": budgets.daily_budget_usd, f"{now:%Y-%m}": budgets.monthly_budget_usd}
    return {f"{period}{scope}": int(usd * MICRO) for period, usd in told.items() if usd}


def _seconds_left(period: str, now: datetime) -> int:
    """Until the period ends (UTC)."""
    period = period.partition(".")[0]
    if len(period) == 10:
        end = datetime.fromisoformat(period).replace(tzinfo=now.tzinfo) + timedelta(days=1)
    else:
        year, month = int(period[:4]), int(period[5:])
        end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=now.tzinfo)
    return max(1, math.ceil((end - now).total_seconds()))
