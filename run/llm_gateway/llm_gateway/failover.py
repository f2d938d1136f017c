"""Which upstream serves a call: the next one at once when one fails, the same ones again only when none is left.

All within the caller's one deadline. An answer that was begun is never mixed with another.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import structlog

from earpiece.domain.llm import NamedModel, Order, Route
from llm_gateway.attempts import HEALTHY, WORTH_ANOTHER_TRY, AttemptFailed, Failure
from llm_gateway.calls import Call, fits
from llm_gateway.circuit import Circuit
from llm_gateway.racing import first_of

log = structlog.get_logger()

ROUNDS = 3
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
LEAST_ATTEMPT_S = 0.05
Answer = TypeVar("Answer")
Ask = Callable[[Route, float], Awaitable[Answer]]


@dataclass(slots=True)
class Tried:
    """What was tried for one call, in order: the route's upstream and what came of it.

    `outrun_count` are those that had said nothing when another did.
    """

    attempts: list[tuple[str, str]] = field(default_factory=list)
    outrun_count: int = 0

    @property
    def count(self) -> int:
        """Of all but the one that serves."""
        return len(self.attempts) + self.outrun_count


class NoRoute(Exception):
    """Nobody answered. `last` is what the last upstream said; `retry_after_s` is when one may be asked again."""

    def __init__(self, last: AttemptFailed | None, retry_after_s: float, *, is_limited: bool = False) -> None:
        super().__init__("no upstream answered")
        self.last, self.retry_after_s, self.is_limited = last, retry_after_s, is_limited


class Allowance(Protocol):
    """What may still be asked of an upstream this minute."""

    def wait_s(self) -> float: ...
    def take(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Way:
    """A route, whether it may be asked now, and for how long it may be waited for."""

    route: Route
    circuit: Circuit
    limit_s: float
    allowance: Allowance

    def wait_s(self) -> float:
        return max(self.circuit.wait_s(), self.allowance.wait_s())

    @property
    def is_limited(self) -> bool:
        """Whether it is well, and must wait because of what was asked of it."""
        return self.circuit.is_quiet or self.allowance.wait_s() > 0

    def enter(self) -> bool:
        if self.wait_s() > 0 or not self.circuit.enter():
            return False
        self.allowance.take()
        return True


@dataclass(frozen=True, slots=True)
class Served(Generic[Answer]):
    """An answer and the route that gave it; its circuit has yet to hear how the answer ends."""

    answer: Answer
    route: Route
    circuit: Circuit


class Serving(Generic[Answer]):
    """One call on its way to an answer; `deadline_s` is a monotonic time.

    `discard` takes an answer that came second in a race.
    """

    def __init__(
        self,
        call: Call,
        model: NamedModel,
        ask: Ask[Answer],
        *,
        way_of: Callable[[Route], Way],
        deadline_s: float,
        tried: Tried,
        discard: Callable[[Answer], None],
    ) -> None:
        self._model, self._ask, self._deadline_s, self._tried = model, ask, deadline_s, tried
        self._hedge_after_s = model.hedge_after_s if call.is_stream else 0.0
        self._discard = discard
        fitting = [route for route in ordered(model) if fits(call, model, route.context_tokens)]
        largest = max(model.routes, key=lambda route: route.context_tokens)
        self._ways = [way_of(route) for route in fitting or [largest]]
        self._last: AttemptFailed | None = None
        self._too_small = 0  # the largest window that the call did not fit into
        self._hopeless: set[Route] = set()
        self._asked: set[Route] = set()
        self._begun = 0

    async def serve(self) -> Served[Answer]:
        """Ask route after route. Raises NoRoute, or AttemptFailed for a refusal that is the answer."""
        for number in range(ROUNDS):
            self._asked.clear()
            while (way := self._next()) is not None:
                if (served := await self._served_by(way)) is not None:
                    self._tried.outrun_count = self._begun - len(self._tried.attempts) - 1
                    return served
            pause_s = _pause_s(number, [way.wait_s() for way in self._ways])
            is_late = time.monotonic() + pause_s + LEAST_ATTEMPT_S > self._deadline_s
            if number == ROUNDS - 1 or is_late or pause_s > LONGEST_PAUSE_S or self._is_hopeless():
                break
            await asyncio.sleep(pause_s)
        if self._last is not None and self._last.failure in HEALTHY and self._last.status:
            raise self._last
        waits_s = min((way.wait_s() for way in self._ways), default=1.0)
        raise NoRoute(self._last, waits_s, is_limited=any(way.is_limited for way in self._ways))

    def _next(self) -> Way | None:
        """The next route of this round that may be asked now, entered."""
        if self._left_s() < LEAST_ATTEMPT_S:
            return None
        for way in self._ways:
            if self._is_open(way) and way.enter():
                self._asked.add(way.route)
                return way
        return None

    def _is_open(self, way: Way) -> bool:
        """Whether the route has not been asked in this round, and may answer otherwise than it did."""
        route = way.route
        is_too_small = bool(self._too_small) and route.context_tokens <= self._too_small
        return route not in self._asked and route not in self._hopeless and not is_too_small

    def _is_hopeless(self) -> bool:
        return all(way.route in self._hopeless for way in self._ways)

    def _left_s(self) -> float:
        return self._deadline_s - time.monotonic()

    async def _served_by(self, way: Way) -> Served[Answer] | None:
        """None when it failed and another may be asked."""
        try:
            if not self._hedge_after_s:
                return await self._attempt(way)
            return await first_of(
                self._attempt(way), self._attempt_other, self._hedge_after_s, lambda late: self._discard(late.answer)
            )
        except AttemptFailed as failed:
            self._last = failed
            if is_final(failed, self._model, way.route, self._others()):
                raise
            return None

    def _attempt_other(self) -> Coroutine[Any, Any, Served[Answer]] | None:
        way = self._next()
        return None if way is None else self._attempt(way)

    async def _attempt(self, way: Way) -> Served[Answer]:
        self._begun += 1
        route, left_s = way.route, self._left_s()
        has_other = any(self._is_open(other) and other.wait_s() <= 0 for other in self._ways)
        limit_s = min(way.limit_s, left_s / 2 if has_other else left_s)
        try:
            return Served(await self._ask(route, limit_s), route, way.circuit)
        except AttemptFailed as failed:
            self._tried.attempts.append((route.upstream, failed.failure.value))
            self._learn(way, failed)
            raise
        except BaseException:
            way.circuit.left()
            raise

    def _others(self) -> list[Route]:
        return [way.route for way in self._ways if way.route not in self._asked]

    def _learn(self, way: Way, failed: AttemptFailed) -> None:
        _note(way.circuit, failed, way.route)
        if failed.failure is Failure.TOO_LONG:
            self._too_small = max(self._too_small, way.route.context_tokens)
        if failed.failure not in WORTH_ANOTHER_TRY:
            self._hopeless.add(way.route)


def ordered(model: NamedModel) -> Sequence[Route]:
    """The model's routes in the order of asking; weighted ones by chance (Efraimidis and Spirakis 2006)."""
    if model.order is Order.LISTED or len(model.routes) == 1:
        return model.routes
    return sorted(model.routes, key=lambda route: -(random.random() ** (1 / route.weight)))  # noqa: S311 (spreads load)


def is_final(failed: AttemptFailed, model: NamedModel, route: Route, others: Sequence[Route]) -> bool:
    """Whether the refusal is the answer: another provider would say the same, or must not be asked."""
    match failed.failure:
        case Failure.REFUSED:
            return True
        case Failure.FILTERED:
            return not model.passes_refusals or not others
        case Failure.TOO_LONG:
            return not any(other.context_tokens > route.context_tokens > 0 for other in others)
    return False


def _note(circuit: Circuit, failed: AttemptFailed, route: Route) -> None:
    if failed.failure in HEALTHY:
        circuit.succeeded()
        return
    circuit.failed(failed.retry_after_s)
    facts = {"upstream": route.upstream, "reason": failed.failure.value, "status": failed.status}
    if failed.failure in (Failure.UNAUTHORIZED, Failure.FORBIDDEN) and circuit.is_news():
        log.error("upstream_failed", **facts)  # nobody but the account can mend it
    else:
        log.warning("upstream_failed", **facts)


def _pause_s(number: int, waits_s: Sequence[float]) -> float:
    """Until an upstream may be asked again, at least a growing pause with some chance in it."""
    pause_s: float = FIRST_PAUSE_S * 2**number * random.uniform(0.5, 1.5)  # noqa: S311 (keeps requests apart)
    return max(pause_s, min(waits_s, default=0.0))
