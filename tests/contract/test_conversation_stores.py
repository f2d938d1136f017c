"""What every adapter of Conversations, Outbox, DeadLetters and TrainingRuns promises. Add a set to `adapters`."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from earpiece.domain.accounts import Account
from earpiece.domain.conversations import fold
from earpiece.domain.dead_letters import DeadLetter, Origin
from earpiece.domain.errors import AlreadyRunning, StaleVersion
from earpiece.domain.events import ConversationEvent, EventKind, MessageContent, Participant, Role
from earpiece.domain.models import RunState
from earpiece.ports.conversations import Conversations
from earpiece.ports.events import DeadLetters, Outbox, Outboxes, OutgoingMessage, Waiting
from earpiece.ports.models import TrainingRuns

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Adapters:
    """One set of adapters: for machines with emulators; an embedded one follows."""

    conversations: Callable[[Account], Conversations]
    outbox: Callable[[Account], Outbox]
    outboxes: Outboxes
    dead_letters: Callable[[Account], DeadLetters]
    runs: Callable[[Account], TrainingRuns]


@pytest.fixture(scope="session", params=["firestore"])
def adapters(request: pytest.FixtureRequest, stores: Any) -> Adapters:
    from earpiece.adapters.firestore_client import FirestoreClients
    from earpiece.adapters.firestore_conversations import FirestoreConversations
    from earpiece.adapters.firestore_dead_letters import FirestoreDeadLetters
    from earpiece.adapters.firestore_outbox import FirestoreOutbox, FirestoreOutboxes
    from earpiece.adapters.firestore_training_runs import FirestoreTrainingRuns
    from earpiece.adapters.fold_cache import FoldCache

    stores.need("firestore")
    clients, cache = FirestoreClients("earpiece-test"), FoldCache(20)
    return Adapters(
        conversations=lambda account: FirestoreConversations(account, clients.of(account), cache),
        outbox=lambda account: FirestoreOutbox(account, clients.of(account)),
        outboxes=FirestoreOutboxes(clients),
        dead_letters=lambda account: FirestoreDeadLetters(account, clients.of(account)),
        runs=lambda account: FirestoreTrainingRuns(account, clients.of(account)),
    )


@pytest.fixture
def account() -> Account:
    return Account(f"a{secrets.token_hex(8)}")


def events(account: Account, count: int) -> list[ConversationEvent]:
    return [
        ConversationEvent(
            event_id=f"e-{number}",
            account_id=account.account_id,
            platform="custom",
            conversation_id="c" * 32,
            platform_conversation_id="c-1",
            kind=EventKind.MESSAGE_ADDED,
            occurred_at=NOW + timedelta(milliseconds=number // 2),
            received_at=NOW,
            sequence=number,
            participant=Participant(f"p-{number % 3}", Role.CUSTOMER, name=f"Name {number % 3}"),
            message=MessageContent(f"m-{number}", f"text {number}"),
        )
        for number in range(count)
    ]


def test_an_event_is_kept_once_and_its_first_body_stands(adapters: Adapters, account: Account):
    conversations = adapters.conversations(account)
    (event,) = events(account, 1)

    assert [conversations.append(event) for _ in range(3)] == [True, False, False]
    assert not conversations.append(replace(event, message=MessageContent("m-0", "other"), body_hash="x"))

    found = conversations.find(event.conversation_id)
    assert found == fold([event])


def test_eight_writers_with_the_same_events_in_any_order_make_one_conversation(adapters: Adapters, account: Account):
    told = events(account, 24)

    def write(seed: int) -> int:
        shuffled = told[:]
        random.Random(seed).shuffle(shuffled)
        return sum(adapters.conversations(account).append(event) for event in shuffled)

    with ThreadPoolExecutor(8) as pool:
        new = sum(pool.map(write, range(8)))

    assert new == len(told)
    assert adapters.conversations(account).find("c" * 32) == fold(told)
    assert {one.name for one in adapters.conversations(account).participants("c" * 32)} == {
        "Name 0",
        "Name 1",
        "Name 2",
    }


def test_a_reader_that_knows_a_conversation_learns_of_late_events(adapters: Adapters, account: Account):
    told = events(account, 6)
    conversations = adapters.conversations(account)
    assert conversations.find("c" * 32) is None

    for count, late in enumerate(reversed(told), start=1):  # each is older than all before it
        adapters.conversations(account).append(late)
        assert conversations.find("c" * 32) == fold(told[len(told) - count :])


def test_the_outboxes_give_the_oldest_first_and_each_until_it_is_removed(adapters: Adapters):
    accounts = [Account(f"a{secrets.token_hex(8)}", database=name) for name in ("(default)", "(default)")]
    waiting = [
        Waiting(
            f"w-{number}", "topic", (OutgoingMessage(b"\xff\x00" * 9, {"a": "b"}),), NOW + timedelta(seconds=number)
        )
        for number in range(4)
    ]
    for number in (2, 0, 3, 1):
        adapters.outbox(accounts[number % 2]).keep(waiting[number], timeout_s=5)
        adapters.outbox(accounts[number % 2]).keep(waiting[number], timeout_s=5)

    entries = [entry for entry in adapters.outboxes.oldest(100) if entry[0] in waiting]
    assert [entry[0] for entry in entries] == waiting
    for _, remove in entries[:2]:
        remove()
        remove()
    assert [entry[0] for entry in adapters.outboxes.oldest(100) if entry[0] in waiting] == waiting[2:]
    for _, remove in entries[2:]:
        remove()


def test_a_dead_letter_counts_its_attempts_and_opens_again_when_its_replay_fails(adapters: Adapters, account: Account):
    dead_letters = adapters.dead_letters(account)
    letter = DeadLetter("d-1", Origin.EVENT, "malformed-body", b"\x00" * 900_000, {"a": "b"}, NOW, NOW)
    later = replace(letter, last_attempt_at=NOW + timedelta(hours=1), reason="invalid-id")

    dead_letters.record(letter)
    assert dead_letters.find("d-1") == letter
    dead_letters.mark_replayed("d-1", NOW)
    assert dead_letters.all() == []
    assert len(dead_letters.all(include_replayed=True)) == 1
    dead_letters.record(later)

    (found,) = dead_letters.all()
    assert (found.attempts, found.reason, found.first_attempt_at, found.replayed_at) == (2, "invalid-id", NOW, None)
    assert found.last_attempt_at == later.last_attempt_at


def test_one_run_at_a_time_and_the_other_is_told_which(adapters: Adapters, account: Account):
    runs = adapters.runs(account)

    assert runs.start("r-1", NOW, lease_s=60).state is RunState.REQUESTED
    assert runs.start("r-1", NOW, lease_s=60).run_id == "r-1"
    with pytest.raises(AlreadyRunning) as refused:
        runs.start("r-2", NOW + timedelta(seconds=59), lease_s=60)
    assert refused.value.facts["run_id"] == "r-1"

    runs.heartbeat("r-1", NOW + timedelta(seconds=50), lease_s=60)
    with pytest.raises(AlreadyRunning):
        runs.start("r-2", NOW + timedelta(seconds=100), lease_s=60)


def test_a_lease_that_ended_is_taken_over_and_its_old_holder_may_not_go_on(adapters: Adapters, account: Account):
    runs = adapters.runs(account)
    runs.start("r-1", NOW, lease_s=60)
    later = NOW + timedelta(seconds=61)

    assert runs.start("r-2", later, lease_s=60).run_id == "r-2"
    with pytest.raises(StaleVersion):
        runs.heartbeat("r-1", later, lease_s=60)

    runs.finish("r-2", RunState.SKIPPED, later, reason="insufficient_data", conversation_count=3)
    ended = runs.find("r-2")
    assert ended is not None
    assert (ended.state, ended.reason, ended.details) == (
        RunState.SKIPPED,
        "insufficient_data",
        {"conversation_count": 3},
    )
    runs.finish("r-2", RunState.SUCCEEDED, later)
    assert runs.find("r-2") == ended
    assert runs.start("r-3", later, lease_s=60).run_id == "r-3"
