"""Which upstream serves a call: the next one at once when one fails, the same ones again only when none is left.

All within the caller's one deadline. An answer that was begun is never mixed with another.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import structlog

from earpiece.domain.llm import NamedModel, Order, Route
from llm_gateway.attempts import HEALTHY, AttemptFailed, Failure
from llm_gateway.calls import Call, fits
from llm_gateway.circuit import Circuit

log = structlog.get_logger()

ROUNDS = 3
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
LEAST_ATTEMPT_S = 0.05
Answer = TypeVar("Answer")
Ask = Callable[[Route, float], Awaitable[Answer]]


@dataclass(slots=True)
class Tried:
    """What was tried for one call, in order: the route's upstream and what came of it."""

    attempts: list[tuple[str, str]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.attempts)


class NoRoute(Exception):
    """Nobody answered. `last` is what the last upstream said; `retry_after_s` is when one may be asked again."""

    def __init__(self, last: AttemptFailed | None, retry_after_s: float) -> None:
        super().__init__("no upstream answered")
        self.last, self.retry_after_s = last, retry_after_s


@dataclass(frozen=True, slots=True)
class Served(Generic[Answer]):
    """An answer and the route that gave it; its circuit has yet to hear how the answer ends."""

    answer: Answer
    route: Route
    circuit: Circuit


async def serve(
    call: Call,
    model: NamedModel,
    ask: Ask[Answer],
    *,
    circuit_of: Callable[[Route], Circuit],
    limit_of: Callable[[Route], float],
    deadline_s: float,
    tried: Tried,
) -> Served[Answer]:
    """Ask route after route; `deadline_s` is a monotonic time. Raises NoRoute, or AttemptFailed for a refusal."""
    routes = [route for route in ordered(model) if fits(call, model, route.context_tokens)]
    last: AttemptFailed | None = None
    too_small = 0  # the largest window that the call did not fit into
    for number in range(ROUNDS):
        for place, route in enumerate(routes):
            circuit = circuit_of(route)
            left_s = deadline_s - time.monotonic()
            if left_s < LEAST_ATTEMPT_S or (too_small and route.context_tokens <= too_small) or not circuit.enter():
                continue
            others = any(circuit_of(other).wait_s() <= 0 for other in routes[place + 1 :])
            limit_s = min(limit_of(route), left_s / 2 if others else left_s)
            try:
                return Served(await ask(route, limit_s), route, circuit)
            except AttemptFailed as failed:
                last = failed
                tried.attempts.append((route.upstream, failed.failure.value))
                _note(circuit, failed, route)
                if is_final(failed, model, route, routes[place + 1 :]):
                    raise
                too_small = max(too_small, route.context_tokens if failed.failure is Failure.TOO_LONG else 0)
            except BaseException:
                circuit.left()
                raise
        pause_s = _pause_s(number, [circuit_of(route).wait_s() for route in routes])
        if (
            number == ROUNDS - 1
            or time.monotonic() + pause_s + LEAST_ATTEMPT_S > deadline_s
            or pause_s > LONGEST_PAUSE_S
        ):
            break
        await asyncio.sleep(pause_s)
    raise NoRoute(last, min((circuit_of(route).wait_s() for route in routes), default=1.0))


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
    if failed.failure is Failure.UNAUTHORIZED:
        log.error("upstream_failed", **facts)
    else:
        log.warning("upstream_failed", **facts)


def _pause_s(number: int, waits_s: Sequence[float]) -> float:
    """Until an upstream may be asked again, at least a growing pause with some chance in it."""
    pause_s: float = FIRST_PAUSE_S * 2**number * random.uniform(0.5, 1.5)  # noqa: S311 (keeps requests apart)
    return max(pause_s, min(waits_s, default=0.0))
