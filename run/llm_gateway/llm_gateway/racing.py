"""Two attempts at once, when the first says nothing for long: the first to speak wins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Won = TypeVar("Won")


async def first_of(
    first: Coroutine[Any, Any, Won],
    second: Callable[[], Coroutine[Any, Any, Won] | None],
    after_s: float,
    discard: Callable[[Won], None],
) -> Won:
    """What the first to succeed gave. `second` is asked for after `after_s`; None is no second.

    With both failed, what the one that failed last raised. The loser is cancelled; `discard` gets what it gave all the
    same.
    """
    tasks = [asyncio.ensure_future(first)]
    won: asyncio.Future[Won] | None = None
    try:
        await asyncio.wait(tasks, timeout=after_s)
        if not tasks[0].done() and (other := second()) is not None:
            tasks.append(asyncio.ensure_future(other))
        pending = set(tasks)
        while pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            won = next((task for task in done if task.exception() is None), None)
            if won is not None:
                return won.result()
            failed = done.pop()
        return failed.result()
    finally:
        for task in tasks:
            if task is not won:
                task.cancel()
                task.add_done_callback(lambda ended: _let_go(ended, discard))


def _let_go(ended: asyncio.Future[Won], discard: Callable[[Won], None]) -> None:
    if not ended.cancelled() and ended.exception() is None:
        discard(ended.result())
