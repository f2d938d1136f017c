"""Letting a run finish what it has taken in: no new work at the doors, then nothing left on the way."""

from __future__ import annotations

import time
from collections.abc import Callable

from earpiece_emulators.pubsub_setup import PubSub, endpoints
from earpiece_emulators.runtime import Runtime

_PAUSE_S = 0.2
_NEEDED_BY_TAKERS = {"llm_gateway"}  # what assistant_runner still has to do goes through it


def drain(runtime: Runtime, timeout_s: float, tell: Callable[[str], None], hurry: Callable[[], bool]) -> dict[str, int]:
    """Close the doors, then wait until every message is acknowledged and every execution has ended.

    What is still there after `timeout_s`, or when `hurry` says so: how many by the subscription's or job's name.
    """
    subscriptions = [subscription for subscription, _ in endpoints(runtime.plan.takers())]
    takers = {subscription.push.unit for subscription in subscriptions if subscription.push}
    runtime.stop_timers()
    kept = takers | _NEEDED_BY_TAKERS
    runtime.halt(*(unit.name for unit in runtime.parts.servers() if unit.name not in kept))
    pubsub = PubSub(runtime.address("pubsub"), runtime.cloud.project)
    try:
        return _await_empty(lambda: _left(runtime, pubsub, [s.name for s in subscriptions]), timeout_s, tell, hurry)
    finally:
        pubsub.close()


def _await_empty(
    left: Callable[[], dict[str, int]], timeout_s: float, tell: Callable[[str], None], hurry: Callable[[], bool]
) -> dict[str, int]:
    deadline = time.monotonic() + timeout_s
    told: dict[str, int] = {}
    times_empty = 0
    # Twice: what the first look found acknowledged may have put something on a topic that was looked at before.
    while times_empty < 2:
        waiting = left()
        times_empty = times_empty + 1 if not waiting else 0
        if waiting and (time.monotonic() > deadline or hurry()):
            return waiting
        if waiting and waiting != told:
            tell(f"waiting for {', '.join(f'{count} of {name}' for name, count in waiting.items())}")
            told = waiting
        if waiting:
            time.sleep(_PAUSE_S)
    return {}


def _left(runtime: Runtime, pubsub: PubSub, subscriptions: list[str]) -> dict[str, int]:
    counts = {name: pubsub.undelivered(name) for name in subscriptions}
    running = [execution for execution in runtime.executions() if execution.exit_code is None]
    for execution in running:
        job = execution.job.rpartition("/")[2]
        counts[job] = counts.get(job, 0) + 1
    return {name: count for name, count in counts.items() if count}
