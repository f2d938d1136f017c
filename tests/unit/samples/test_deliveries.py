"""Deliveries of a conversation: authentic, readable by the custom platform, the same each time they are made."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earpiece.domain.conversations import ConversationStatus, fold
from earpiece.domain.deliveries import Delivery as Received
from earpiece.domain.errors import InvalidInput
from earpiece.domain.events import ConversationEvent
from earpiece.platforms.custom import CustomPlatform
from earpiece_emulators.deliveries import TYPES, Delivery, deliveries
from earpiece_emulators.misbehaviour import Misbehaviour
from earpiece_emulators.samples import ACCOUNTS, generate

VECTORS = json.loads((Path(__file__).parents[2] / "samples" / "custom" / "vectors.json").read_text())["vectors"]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime(2026, 11, 20, 21, tzinfo=UTC)


def received(delivery: Delivery) -> Received:
    return Received("custom", delivery.headers(SECRET, NOW.timestamp), delivery.body, NOW)


def event_of(delivery: Delivery) -> ConversationEvent:
    (event,) = CustomPlatform().normalise(received(delivery), "lumen").events
    return event


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_published_delivery_gets_its_published_signature(vector: dict[str, Any]):
    delivery = Delivery(vector["id"], "c-1", "message.created", "m-1", vector["body"].encode())

    headers = delivery.headers(vector["secret"], lambda: vector["timestamp"] + 0.9)

    assert headers["webhook-id"] == vector["id"]
    assert headers["webhook-timestamp"] == str(vector["timestamp"])
    assert headers["webhook-signature"] == vector["signature"]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_the_intake_reads_from_them_the_conversation_that_was_written(account: str):
    for conversation in generate(account, count=60):
        sent = deliveries(conversation)

        for delivery in sent:
            CustomPlatform().verify(received(delivery), [SECRET])
        folded = fold([event_of(delivery) for delivery in sent])

        assert folded.event_count == len(conversation.happenings)
        assert folded.status is ConversationStatus.ENDED
        assert folded.agent_id == conversation.agents[-1].participant_id
        assert [turn.text for turn in folded.turns()] == [t.message.text for t in conversation.turns() if t.message]
        assert conversation.customer in folded.participants


def test_every_type_of_event_is_sent():
    sent = {delivery.type for one in generate("lumen") for delivery in deliveries(one)}

    assert sent == set(TYPES.values())


def test_a_delivery_keeps_its_id_and_no_two_share_one():
    first = [one.delivery_id for conversation in generate("lumen", count=40) for one in deliveries(conversation)]
    again = [one.delivery_id for conversation in generate("lumen", count=40) for one in deliveries(conversation)]

    assert first == again
    assert len(set(first)) == len(first)


def test_a_canonical_conversation_starts_tells_its_turns_and_ends():
    record = {
        "conversation_id": "c/1",
        "turns": [{"role": "customer", "text": "Hi"}, {"role": "agent", "text": "Hello", "ts": "2026-01-05T08:00:00Z"}],
    }

    sent = deliveries(record)
    folded = fold([event_of(delivery) for delivery in sent])

    assert [one.type for one in sent] == [
        "conversation.started",
        "message.created",
        "message.created",
        "conversation.ended",
    ]
    assert [turn.text for turn in folded.turns()] == ["Hi", "Hello"]
    assert folded.agent_id
    assert folded.status is ConversationStatus.ENDED


shares = st.floats(0, 1, allow_nan=False)


@given(shares, shares, st.integers(0, 100))
def test_misbehaviour_repeats_and_delays_but_loses_nothing(duplicates: float, out_of_order: float, seed: int):
    (conversation,) = generate("lumen", count=1)
    told = deliveries(conversation)

    sent = Misbehaviour(duplicates, out_of_order, seed).apply(told)

    assert set(sent) == set(told)
    assert sent == Misbehaviour(duplicates, out_of_order, seed).apply(told)


def overtaken(told: list[Delivery], sent: list[Delivery]) -> int:
    """How many come after one that happened later."""
    places = [told.index(delivery) for delivery in sent]
    return sum(place < max(places[:number], default=-1) for number, place in enumerate(places))


def test_the_asked_for_shares_are_repeated_and_late():
    told = [deliveries(conversation) for conversation in generate("lumen")]
    repeating, shuffling = Misbehaviour(duplicates=0.05), Misbehaviour(out_of_order=0.10)
    count = sum(map(len, told))

    repeated = sum(len(repeating.apply(one)) - len(one) for one in told)
    late = sum(overtaken(one, shuffling.apply(one)) for one in told)

    assert 0.04 < repeated / count < 0.06
    assert 0.05 < late / count < 0.15


def test_a_share_that_is_none_is_refused():
    with pytest.raises(InvalidInput, match="0 to 1"):
        Misbehaviour(duplicates=5)
