"""Answers that are kept, and calls that wait for one another."""

from __future__ import annotations

import asyncio

import pytest

from llm_gateway.cache import AnswerCache, Kept, cache_key
from llm_gateway.calls import read_call


def an_answer(text: str, size: int = 10) -> Kept:
    return Kept(text.encode().ljust(size), "application/json", "openai", "gpt", "gpt")


class Provider:
    """Counts how often it is asked; fails as often as it is told to."""

    def __init__(self, failures: int = 0, size: int = 10) -> None:
        self.asked, self._failures, self._size = 0, failures, size

    async def ask(self) -> Kept:
        self.asked += 1
        await asyncio.sleep(0.01)
        if self.asked <= self._failures:
            raise RuntimeError("it failed")
        return an_answer(f"answer {self.asked}", self._size)


def test_an_answer_is_kept_for_its_life():
    now = [0.0]
    cache, provider = AnswerCache(clock=lambda: now[0]), Provider()

    async def story():
        hits = []
        for at_s in (0.0, 9.9, 10.1):
            now[0] = at_s
            hits.append((await cache.answer("key", 10, provider.ask))[1])
        return hits

    assert asyncio.run(story()) == [False, True, False]
    assert provider.asked == 2


def test_those_that_ask_at_once_wait_for_one_answer():
    cache, provider = AnswerCache(), Provider()

    async def story():
        return await asyncio.gather(*(cache.answer("key", 10, provider.ask) for _ in range(9)))

    answers = asyncio.run(story())

    assert provider.asked == 1
    assert sorted(is_hit for _, is_hit in answers) == [False] + [True] * 8


def test_a_failure_is_its_own_and_is_not_kept():
    cache, provider = AnswerCache(), Provider(failures=1)

    async def story():
        calls = (cache.answer("key", 10, provider.ask) for _ in range(3))
        return await asyncio.gather(*calls, return_exceptions=True)

    first, *others = asyncio.run(story())

    assert isinstance(first, RuntimeError)
    assert all(kept.data.startswith(b"answer") for kept, _ in others)


def test_of_those_that_a_leaving_caller_kept_waiting_one_goes_in_its_place():
    cache, provider = AnswerCache(), Provider()

    async def story():
        first = asyncio.ensure_future(cache.answer("key", 10, provider.ask))
        others = [asyncio.ensure_future(cache.answer("key", 10, provider.ask)) for _ in range(4)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        first.cancel()
        return await asyncio.wait_for(asyncio.gather(*others), 5)

    answers = asyncio.run(story())

    assert {kept.data for kept, _ in answers} == {an_answer("answer 2").data}
    assert sorted(is_hit for _, is_hit in answers) == [False, True, True, True]
    assert provider.asked == 2


def test_it_never_holds_more_bytes_than_it_may():
    cache, provider = AnswerCache(most_bytes=100), Provider()

    async def story():
        for number in range(20):
            await cache.answer(f"key {number}", 10, provider.ask)
        return [(await cache.answer(f"key {number}", 10, provider.ask))[1] for number in (19, 0)]

    assert asyncio.run(story()) == [True, False]


@pytest.mark.parametrize(
    ("account", "settings", "path", "body"),
    [
        ("other", "v1", "embeddings", b'{"model": "m", "input": "a"}'),
        ("acme", "v2", "embeddings", b'{"model": "m", "input": "a"}'),
        ("acme", "v1", "responses", b'{"model": "m", "input": "a"}'),
        ("acme", "v1", "embeddings", b'{"model": "m", "input": "b"}'),
        ("acme", "v1", "embeddings", b'{"model": "m", "input": "a", "user": "z"}'),
    ],
)
def test_calls_that_differ_in_anything_have_other_keys(account, settings, path, body):
    known = cache_key("acme", "v1", read_call("embeddings", b'{"input": "a", "model": "m"}'))

    assert cache_key("acme", "v1", read_call("embeddings", b'{"model": "m", "input": "a"}')) == known
    assert cache_key(account, settings, read_call(path, body)) != known
