"""An account's replies in memory: in step with the store, at the price of what changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor, Future
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earpiece.domain.accounts import Account
from earpiece.domain.replies import Reply, ReplyState
from earpiece.ports.conversations import RepliesSince
from suggestion_api.deadline import Deadline
from suggestion_api.own_replies import OwnReplies, in_step
from suggestion_api.read_in_time import Reader
from suggestion_api.text_keys import TextKeys

START = datetime(2026, 11, 20, tzinfo=UTC)


class Store:
    """Replies in memory, with a clock that moves at every call; it notes how many were read."""

    def __init__(self, *replies: Reply) -> None:
        self._kept: dict[str, tuple[Reply, datetime]] = {}
        self._at = START
        self.read_count = 0
        self.put(replies)

    def put(self, replies: Sequence[Reply]) -> None:
        self._at += timedelta(seconds=1)
        self._kept |= {reply.reply_id: (reply, self._at) for reply in replies}

    def remove(self, reply_ids: Collection[str]) -> None:
        for reply_id in reply_ids:
            self._kept.pop(reply_id, None)

    def all(self) -> Sequence[Reply]:
        return [reply for reply, _ in self._kept.values()]

    def add(self, replies: Sequence[Reply]) -> int:
        new = [reply for reply in replies if reply.reply_id not in self._kept]
        self.put(new)
        return len(new)

    def since(self, moment: datetime | None) -> RepliesSince:
        changed = [reply for reply, at in self._kept.values() if moment is None or at > moment]
        self.read_count += len(changed)
        return RepliesSince(changed, len(self._kept), self._at)


def a_reply(number: int, state: ReplyState = ReplyState.APPROVED) -> Reply:
    return Reply(f"r-{number}", f"Reply number {chr(97 + number)}", state)


def test_only_what_changed_is_read_again():
    store = Store(*(a_reply(number) for number in range(9)))
    known = in_step(store, None)
    store.read_count = 0

    store.put([a_reply(1, ReplyState.BLOCKED)])
    known = in_step(store, known)

    assert store.read_count == 1
    assert known.blocked == {"r-1"}
    assert len(known.by_id) == 9


def test_while_nothing_changes_what_was_worked_out_stays():
    store = Store(a_reply(1))
    known = in_step(store, None)

    assert in_step(store, known) is known


def test_a_removed_reply_is_gone_although_no_change_tells_of_it():
    store = Store(a_reply(1), a_reply(2))
    known = in_step(store, None)

    store.remove(["r-1"])
    store.put([a_reply(3)])

    assert set(in_step(store, known).by_id) == {"r-2", "r-3"}


def test_a_copy_that_names_no_moment_is_read_whole():
    assert set(in_step(Store(a_reply(1)), OwnReplies([a_reply(2)])).by_id) == {"r-1"}


def test_what_was_normalised_before_is_not_normalised_again():
    normalised: list[str] = []
    keys = TextKeys(lambda text: normalised.append(text) or text)
    blocked = [a_reply(number, ReplyState.BLOCKED) for number in range(5)]
    store, known = Store(*blocked), OwnReplies(blocked, START + timedelta(seconds=1), keys)
    assert len(normalised) == 5
    normalised.clear()

    store.put([a_reply(7)])
    in_step(store, known).beginnings(needs_approval=True)

    assert normalised == [a_reply(7).text]


STEPS = st.lists(st.tuples(st.sampled_from(["put", "block", "remove", "read"]), st.integers(0, 5)), max_size=30)


@given(steps=STEPS)
def test_whatever_happens_between_two_reads_what_is_known_is_what_there_is(steps):
    store, known = Store(), None
    for what, number in steps:
        if what == "read":
            known = in_step(store, known)
        elif what == "remove":
            store.remove([f"r-{number}"])
        else:
            store.put([a_reply(number, ReplyState.BLOCKED if what == "block" else ReplyState.APPROVED)])

    known = in_step(store, known)

    assert sorted(known.by_id.values(), key=lambda one: one.reply_id) == sorted(
        store.all(), key=lambda one: one.reply_id
    )


class Conversations:
    """Each is there."""

    def find(self, conversation_id: str) -> object:
        return object()


class Awaited(Future):
    """A read that is as slow as can be: it is done once somebody waits for it."""

    def __init__(self, read: Callable[[], Any]) -> None:
        super().__init__()
        self._read = read

    def result(self, timeout: float | None = None) -> Any:
        if not self.done():
            self.set_result(self._read())
        return super().result(timeout)


class SlowPool(Executor):
    def submit(self, read: Callable[[], Any]) -> Future:
        return Awaited(read)


@pytest.mark.parametrize("change", ["block", "remove"])
def test_what_is_blocked_or_removed_is_offered_no_longer_than_sixty_seconds(change):
    store, now_s = Store(a_reply(1), a_reply(2)), [0.0]
    reader = Reader(
        SlowPool(),
        conversations=lambda _: Conversations(),
        replies=lambda _: store,
        versions=lambda _: None,
        clock=lambda: now_s[0],
    )

    def approved_after(seconds: float) -> frozenset[str]:
        now_s[0] += seconds
        reading = reader.read(Account("acme"), "0" * 32, Deadline.after(time.perf_counter(), 30_000))
        assert reading.replies is not None
        return reading.replies.decided

    assert approved_after(0) == {"r-1", "r-2"}
    if change == "block":
        store.put([a_reply(1, ReplyState.BLOCKED)])
    else:
        store.remove(["r-1"])

    assert approved_after(60) == {"r-2"}
