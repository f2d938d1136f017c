"""A dead letter, sent on its way again by the code of today."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from earpiece.domain.accounts import Account
from earpiece.domain.assistant_messages import run_requested
from earpiece.domain.dead_letters import DeadLetter, Origin
from earpiece.domain.deliveries import Delivery
from earpiece.domain.errors import AccountMismatch, EarpieceError, InvalidInput, NotFound
from earpiece.domain.events import ConversationEvent, event_from_json, event_to_json
from earpiece.domain.json_body import read_object
from earpiece.domain.training_messages import model_trained_from_json, training_requested_from_json
from earpiece.platforms import PLATFORMS
from earpiece.ports.events import DeadLetters, OutgoingMessage, Publisher
from earpiece.telemetry.traces import continue_trace

TOPICS = {
    Origin.DELIVERY: "conversation-event-received",
    Origin.EVENT: "conversation-event-received",
    Origin.TRAINING_REQUEST: "training-requested",
    Origin.TRAINED_MODEL: "model-trained",
    Origin.ASSISTANT_RUN: "assistant-run-requested",  # whose consumer goes by the attribute `kind`
}
WAREHOUSE_TOPICS = "warehouse-"  # how they begin; a row's own attribute says which
PUBLISH_TIMEOUT_S = 10.0


class Outcome(StrEnum):
    """What a replay came to."""

    REPLAYED = "replayed"
    WOULD_REPLAY = "would replay"
    REPLAYED_BEFORE = "replayed before"  # nothing was changed
    FAILED_AGAIN = "failed again"  # stays open, with one more attempt
    WOULD_FAIL = "would fail"


def replay(
    dead_letter: DeadLetter, account: Account | None, *, dead_letters: DeadLetters, publisher: Publisher, now: datetime
) -> tuple[Outcome, str]:
    """Publish again what the dead letter holds and mark it replayed; with the reason when it fails.

    `account` is whose it is: None when it still names none of ours. A second replay changes nothing. What the code of
    today cannot read either stays open, with the attempt counted. Raises Unavailable when Pub/Sub does not answer;
    nothing is marked then, and a repeat is harmless.
    """
    if dead_letter.replayed_at:
        return Outcome.REPLAYED_BEFORE, ""
    try:
        messages = messages_of(dead_letter, account)
    except (InvalidInput, NotFound) as error:
        dead_letters.record(replace(dead_letter, reason=error.slug, last_attempt_at=now))
        return Outcome.FAILED_AGAIN, _why(error)
    if messages:
        publisher.publish(_topic(dead_letter), messages, timeout_s=PUBLISH_TIMEOUT_S)
    # Whoever takes it may have failed at it already; then it stays open.
    dead_letters.mark_replayed(dead_letter.dead_letter_id, now, attempts=dead_letter.attempts)
    return Outcome.REPLAYED, ""


def rehearse(dead_letter: DeadLetter, account: Account | None) -> tuple[Outcome, str]:
    """What `replay` would come to; touches nothing."""
    if dead_letter.replayed_at:
        return Outcome.REPLAYED_BEFORE, ""
    try:
        messages_of(dead_letter, account)
    except (InvalidInput, NotFound) as error:
        return Outcome.WOULD_FAIL, _why(error)
    return Outcome.WOULD_REPLAY, ""


def messages_of(dead_letter: DeadLetter, account: Account | None) -> Sequence[OutgoingMessage]:
    """The messages for the topic of its origin; raises InvalidInput when it still cannot be read, NotFound without
    an account.

    None, when it is of a kind that we pass over.
    """
    if account is None:
        raise NotFound("the message names no account of ours")
    if dead_letter.origin is Origin.DELIVERY:
        return [_message(event) for event in _normalised(dead_letter, account)]
    _try_out(dead_letter, account)
    return [OutgoingMessage(dead_letter.payload, dead_letter.attributes)]


def _try_out(dead_letter: DeadLetter, account: Account) -> None:
    body = read_object(dead_letter.payload)
    match dead_letter.origin:
        case Origin.TRAINING_REQUEST:
            training_requested_from_json(body, account.account_id)
        case Origin.TRAINED_MODEL:
            model_trained_from_json(body, account.account_id)
        case Origin.WAREHOUSE_ROW:
            if body.get("account_id") != account.account_id:
                raise AccountMismatch
            _topic(dead_letter)
        case Origin.ASSISTANT_RUN:
            run_requested(body, dead_letter.attributes.get("kind", ""), account.account_id)
        case _:
            if event_from_json(body).account_id != account.account_id:
                raise AccountMismatch


def _topic(dead_letter: DeadLetter) -> str:
    if dead_letter.origin is not Origin.WAREHOUSE_ROW:
        return TOPICS[dead_letter.origin]
    topic = dead_letter.attributes.get("topic", "")
    if not topic.startswith(WAREHOUSE_TOPICS):
        raise InvalidInput(f"the row names no topic of the warehouse: {topic!r}")
    return topic


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
