"""A dead letter, sent on its way again by the code of today."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from earpiece.domain.accounts import Account
from earpiece.domain.dead_letters import DeadLetter, Origin
from earpiece.domain.deliveries import Delivery
from earpiece.domain.errors import AccountMismatch, EarpieceError, InvalidInput
from earpiece.domain.events import ConversationEvent, event_from_json, event_to_json
from earpiece.domain.json_body import read_object
from earpiece.platforms import PLATFORMS
from earpiece.ports.events import DeadLetters, OutgoingMessage, Publisher
from earpiece.telemetry.traces import continue_trace

EVENTS_TOPIC = "conversation-event-received"
PUBLISH_TIMEOUT_S = 10.0


class Outcome(StrEnum):
    """What a replay came to."""

    REPLAYED = "replayed"
    WOULD_REPLAY = "would replay"
    REPLAYED_BEFORE = "replayed before"  # nothing was changed
    FAILED_AGAIN = "failed again"  # stays open, with one more attempt
    WOULD_FAIL = "would fail"


def replay(
    dead_letter: DeadLetter, account: Account, *, dead_letters: DeadLetters, publisher: Publisher, now: datetime
) -> tuple[Outcome, str]:
    """Publish again what the dead letter holds and mark it replayed; with the reason when it fails.

    A second replay changes nothing. What the code of today cannot read either stays open, with the attempt counted.
    Raises Unavailable when Pub/Sub does not answer; nothing is marked then, and a repeat is harmless.
    """
    if dead_letter.replayed_at:
        return Outcome.REPLAYED_BEFORE, ""
    try:
        messages = messages_of(dead_letter, account)
    except InvalidInput as error:
        dead_letters.record(replace(dead_letter, reason=error.slug, last_attempt_at=now))
        return Outcome.FAILED_AGAIN, _why(error)
    if messages:
        publisher.publish(EVENTS_TOPIC, messages, timeout_s=PUBLISH_TIMEOUT_S)
    # The writer may have failed at it already; then it stays open.
    dead_letters.mark_replayed(dead_letter.dead_letter_id, now, attempts=dead_letter.attempts)
    return Outcome.REPLAYED, ""


def rehearse(dead_letter: DeadLetter, account: Account) -> tuple[Outcome, str]:
    """What `replay` would come to; touches nothing."""
    if dead_letter.replayed_at:
        return Outcome.REPLAYED_BEFORE, ""
    try:
        messages_of(dead_letter, account)
    except InvalidInput as error:
        return Outcome.WOULD_FAIL, _why(error)
    return Outcome.WOULD_REPLAY, ""


def messages_of(dead_letter: DeadLetter, account: Account) -> Sequence[OutgoingMessage]:
    """The messages for `conversation-event-received`; raises InvalidInput when it still cannot be read.

    None, when it is of a kind that we pass over.
    """
    match dead_letter.origin:
        case Origin.DELIVERY:
            return [_message(event) for event in _normalised(dead_letter, account)]
        case Origin.EVENT:
            if event_from_json(read_object(dead_letter.payload)).account_id != account.account_id:
                raise AccountMismatch
            return [OutgoingMessage(dead_letter.payload, dead_letter.attributes)]


def _normalised(dead_letter: DeadLetter, account: Account) -> Sequence[ConversationEvent]:
    platform = PLATFORMS.get(dead_letter.attributes.get("platform", ""))
    if platform is None:
        raise InvalidInput(f"platform must be one of {', '.join(sorted(PLATFORMS))}")
    # It was verified when it came, and was received then: a signature's five minutes are long over.
    delivery = Delivery(
        platform.name, dead_letter.attributes, dead_letter.payload, received_at=dead_letter.first_attempt_at
    )
    return platform.normalise(delivery, account.account_id).events


def _message(event: ConversationEvent) -> OutgoingMessage:
    attributes = {
        "account_id": event.account_id,
        "kind": event.kind.value,
        "traceparent": continue_trace(None).traceparent,
    }
    return OutgoingMessage(json.dumps(event_to_json(event), ensure_ascii=False).encode(), attributes)


def _why(error: EarpieceError) -> str:
    return f"{error.slug}: {error.detail}"
