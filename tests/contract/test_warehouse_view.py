"""The view of an account's messages shows what the fold of its events shows, whatever events came and how often."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conversation_writer.row import warehouse_row
from earpiece.adapters.bigquery_client import RAW_DATASET, bigquery_client
from earpiece.adapters.bigquery_views import ensure_raw, ensure_views
from earpiece.adapters.bigquery_warehouse import BigQueryWarehouse
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


@pytest.fixture(scope="module")
def client(stores: Any) -> Any:
    stores.need("bigquery")
    client = bigquery_client("earpiece-test")
    ensure_raw(client, "europe-west4")
    return client


def insert(client: Any, account: Account, events: Iterable[ConversationEvent]) -> None:
    """As the writer's messages arrive: out of order, some twice, each time with the time it was written."""
    rows = [warehouse_row(event, (), b"k" * 32, NOW + timedelta(seconds=number)) for number, event in enumerate(events)]
    assert client.insert_rows_json(f"{client.project}.{RAW_DATASET}.messages", rows, timeout=60) == []


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
    return Account(f"a{secrets.token_hex(8)}")


@pytest.fixture(scope="module")
def told(client: Any, account: Account) -> list[list[ConversationEvent]]:
    """The events of each conversation; they are in the raw table in another order, a fifth of them twice."""
    chance = random.Random(20261120)
    ensure_views(client, account)
    told = [random_events(account, f"c-{number:03}", chance) for number in range(CONVERSATIONS)]
    everything = [event for events in told for event in events]
    arrivals = everything + chance.sample(everything, len(everything) // 5)
    chance.shuffle(arrivals)
    insert(client, account, arrivals)
    return told


def test_the_view_is_the_fold_in_its_order_whatever_came(
    client: Any, account: Account, told: list[list[ConversationEvent]]
):
    query = (
        "SELECT conversation_id, message_id, occurred_at, sequence, role, visibility, text "
        f"FROM `{client.project}.account_{account.account_id}.messages_current` "
        "ORDER BY conversation_id, occurred_at, COALESCE(sequence, -1), event_id"
    )
    found = [tuple(row.values()) for row in client.query(query, timeout=60).result(timeout=60)]

    assert found == [message for events in told for message in folded(events)]


def test_what_is_trained_from_is_the_turns_of_the_fold(
    client: Any, account: Account, told: list[list[ConversationEvent]]
):
    sample = BigQueryWarehouse(account, client).sample(until=NOW + timedelta(days=1), most=1000, test_share=0.0)

    found = {one.conversation_id: [(turn.role, turn.text) for turn in one.turns] for one in sample.train}
    turns = {events[0].conversation_id: fold(events).turns() for events in told}
    assert found == {
        conversation_id: [(turn.role.value, turn.text) for turn in said]
        for conversation_id, said in turns.items()
        if any(turn.role is Role.AGENT for turn in said)
    }
