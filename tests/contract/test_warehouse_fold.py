"""The view of an account's messages shows what the fold of its events shows, whatever events came and how often."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.contract.adapter_sets import Adapters
from tests.real_project import an_account_id

from conversation_writer.row import warehouse_row
from earpiece.adapters.bigquery_client import bigquery_client
from earpiece.domain.accounts import Account
from earpiece.domain.conversations import fold
from earpiece.domain.events import (
    ConversationEvent,
    EventKind,
    MessageContent,
    Participant,
    Role,
    Visibility,
)
from earpiece.domain.ids import digest
from earpiece.engine.sampling import SampleBounds
from earpiece.ports.warehouse import Warehouse

NOW = datetime(2026, 11, 20, tzinfo=UTC)
CONVERSATIONS = 120


def random_events(account: Account, conversation_id: str, chance: random.Random) -> list[ConversationEvent]:
    """Few times, sequences and messages, so that they often tie; edits and removals of what was never added too."""
    return [
        ConversationEvent(
            event_id=f"{chance.getrandbits(64):016x}",
            account_id=account.account_id,
            platform="custom",
            conversation_id=conversation_id,
            platform_conversation_id=conversation_id,
            kind=chance.choices(
                (EventKind.MESSAGE_ADDED, EventKind.MESSAGE_EDITED, EventKind.MESSAGE_REMOVED), (5, 4, 1)
            )[0],
            occurred_at=NOW + timedelta(microseconds=chance.randrange(3)),
            received_at=NOW + timedelta(seconds=chance.randrange(3)),
            sequence=chance.choice((None, 0, 1)),
            participant=chance.choice((None, Participant("c-1", Role.CUSTOMER), Participant("a-1", Role.AGENT))),
            message=MessageContent(
                f"m-{chance.randrange(4)}",
                f"text {chance.randrange(100)}",
                visibility=chance.choice((Visibility.PUBLIC, Visibility.PRIVATE)),
            ),
        )
        for _ in range(chance.randrange(1, 9))
    ]


def folded(events: Iterable[ConversationEvent]) -> list[tuple[Any, ...]]:
    conversation = fold(events)
    return [
        (
            conversation.conversation_id,
            digest("message", conversation.conversation_id, message.message_id),
            message.sent_at,
            message.sequence,
            message.role.value,
            message.visibility.value,
            message.text,
        )
        for message in conversation.messages
        if not message.is_removed
    ]


@pytest.fixture(scope="module")
def account() -> Account:
    return Account(an_account_id())


@pytest.fixture(scope="module")
def told(account: Account) -> list[list[ConversationEvent]]:
    """The events of each conversation."""
    chance = random.Random(20261120)
    return [random_events(account, f"c-{number:03}", chance) for number in range(CONVERSATIONS)]


@pytest.fixture(scope="module")
def warehouse(adapters: Adapters, account: Account, told: list[list[ConversationEvent]]) -> Warehouse:
    """As the writer's messages arrive: out of order, a fifth of them twice, each with the time it was written."""
    chance = random.Random(20261121)
    everything = [event for events in told for event in events]
    arrivals = everything + chance.sample(everything, len(everything) // 5)
    chance.shuffle(arrivals)
    rows = [
        warehouse_row(event, (), b"k" * 32, NOW + timedelta(seconds=number)) for number, event in enumerate(arrivals)
    ]
    return adapters.warehouse(account, rows)


def test_what_is_trained_from_is_the_turns_of_the_fold(warehouse: Warehouse, told: list[list[ConversationEvent]]):
    sample = warehouse.sample(until=NOW + timedelta(days=1), bounds=SampleBounds(), test_share=0.0)

    found = {one.conversation_id: [(turn.role, turn.text) for turn in one.turns] for one in sample.train}
    turns = {events[0].conversation_id: fold(events).turns() for events in told}
    assert found == {
        conversation_id: [(turn.role.value, turn.text) for turn in said]
        for conversation_id, said in turns.items()
        if any(turn.role is Role.AGENT for turn in said)
    }


@pytest.mark.usefixtures("warehouse")
def test_bigquery_s_view_is_the_fold_in_its_order_whatever_came(
    stores: Any, account: Account, told: list[list[ConversationEvent]]
):
    client = bigquery_client(stores.cloud.project)
    query = (
        "SELECT conversation_id, message_id, occurred_at, sequence, role, visibility, text "
        f"FROM `{client.project}.account_{account.account_id}.messages_current` "
        "ORDER BY conversation_id, occurred_at, COALESCE(sequence, -1), event_id"
    )
    found = [tuple(row.values()) for row in client.query(query, timeout=60).result(timeout=60)]

    assert found == [message for events in told for message in folded(events)]
