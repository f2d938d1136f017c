"""The first to succeed wins, and nothing of the other is left behind."""

from __future__ import annotations

import asyncio

import pytest

from llm_gateway.racing import first_of


class Runner:
    """An attempt that ends when it is told to, and knows whether it was cancelled."""

    def __init__(self) -> None:
        self.end: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.was_cancelled = False

    async def run(self) -> str:
        try:
            return await self.end
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise


def race(story):
    """Run a story of two runners, in one loop: the answer, or what was raised."""

    async def tell():
        first, second, discarded = Runner(), Runner(), []
        racing = asyncio.ensure_future(first_of(first.run(), second.run, 0.01, discarded.append))
        try:
            await story(first, second)
            answer = await racing
        except RuntimeError as error:
            answer = str(error)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return answer, first, second, discarded

    return asyncio.run(tell())


def test_one_that_is_quick_runs_alone():
    async def story(first, second):
        first.end.set_result("first")

    answer, _, second, _ = race(story)

    assert answer == "first"
    assert not second.was_cancelled


@pytest.mark.parametrize("winner", ["first", "second"])
def test_the_other_is_cancelled(winner):
    async def story(first, second):
        await asyncio.sleep(0.03)
        (first if winner == "first" else second).end.set_result(winner)

    answer, first, second, _ = race(story)

    assert answer == winner
    assert (second if winner == "first" else first).was_cancelled


def test_one_failure_leaves_the_other_running_and_two_are_a_failure():
    async def one_fails(first, second):
        await asyncio.sleep(0.03)
        second.end.set_exception(RuntimeError("second"))
        await asyncio.sleep(0.01)
        first.end.set_result("first")

    async def both_fail(first, second):
        await asyncio.sleep(0.03)
        first.end.set_exception(RuntimeError("first"))
        await asyncio.sleep(0.01)
        second.end.set_exception(RuntimeError("second"))

    assert race(one_fails)[0] == "first"
    assert race(both_fail)[0] == "second"


def test_what_came_second_at_the_same_moment_is_discarded():
    async def story(first, second):
        await asyncio.sleep(0.03)
        first.end.set_result("first")
        second.end.set_result("second")

    answer, _, _, discarded = race(story)

    assert {answer, *discarded} == {"first", "second"}
    assert len(discarded) == 1


def test_who_waits_for_the_race_may_leave_it():
    async def tell():
        first, second = Runner(), Runner()
        racing = asyncio.ensure_future(first_of(first.run(), second.run, 0.01, lambda _: None))
        await asyncio.sleep(0.03)
        racing.cancel()
        await asyncio.wait([racing])
        await asyncio.sleep(0)
        return first.was_cancelled, second.was_cancelled

    assert asyncio.run(tell()) == (True, True)
