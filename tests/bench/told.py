"""Conversation events of the sample accounts, as intake publishes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count, islice

from earpiece.domain.deliveries import Delivery
from earpiece.domain.events import ConversationEvent, event_to_json
from earpiece.platforms import PLATFORMS
from earpiece.ports.events import OutgoingMessage
from earpiece_emulators.deliveries import deliveries
from earpiece_emulators.samples.generate import generate


def events(account_id: str, most: int) -> list[ConversationEvent]:
    """So many events of whole conversations that an agent of `lumen` might have had, one after the other."""
    return list(islice(_events(account_id), most))


def messages(told: list[ConversationEvent]) -> list[OutgoingMessage]:
    """The messages that intake would have published for them."""
    return [
        OutgoingMessage(
            json.dumps(event_to_json(event), ensure_ascii=False).encode(),
            {"account_id": event.account_id, "kind": event.kind.value},
        )
        for event in told
    ]


def _events(account_id: str) -> Iterator[ConversationEvent]:
    now = datetime.now(UTC)
    for seed in count(1):
        for conversation in generate("lumen", count=200, until=now, seed=seed):
            for sent in deliveries(conversation):
                delivery = Delivery("custom", {"webhook-id": sent.delivery_id}, sent.body, now)
                yield from PLATFORMS["custom"].normalise(delivery, account_id).events
