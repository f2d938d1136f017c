"""One conversation event: kept once, told downstream at least once, then acknowledged."""

from __future__ import annotations

import json

import structlog

from conversation_writer.deps import Deps
from conversation_writer.row import warehouse_row
from conversation_writer.settings import Settings
from earpiece.domain.accounts import Account
from earpiece.domain.errors import AccountMismatch
from earpiece.domain.events import MESSAGE_KINDS, ConversationEvent, EventKind, Role, event_from_json
from earpiece.domain.json_body import read_object
from earpiece.domain.times import format_instant
from earpiece.ports.events import OutgoingMessage
from earpiece.telemetry.logs import bind_ids
from earpiece.telemetry.traces import Trace
from earpiece.web.push import PushedMessage

log = structlog.get_logger()


def store(pushed: PushedMessage, account: Account, *, trace: Trace, deps: Deps, settings: Settings) -> None:
    """Keep the event that was pushed for an account. Acknowledge after this returns; deliver again when it raises.

    A repeat is published downstream again: whoever stopped halfway last time may not have. Raises InvalidInput for
    what can never be processed.
    """
    event = _event(pushed, account)
    bind_ids(conversation_id=event.conversation_id, event_id=event.event_id)
    deps.reach("writer-before-firestore")
    is_new = deps.conversations(account).append(event)
    deps.reach("writer-after-firestore")
    _tell_downstream(event, account, trace=trace, deps=deps, settings=settings)
    log.info("event_stored", kind=event.kind.value, is_new=is_new)
    deps.reach("writer-before-acknowledgement")


def _event(pushed: PushedMessage, account: Account) -> ConversationEvent:
    event = event_from_json(read_object(pushed.data))
    if event.account_id != account.account_id:
        raise AccountMismatch
    return event


def _tell_downstream(
    event: ConversationEvent, account: Account, *, trace: Trace, deps: Deps, settings: Settings
) -> None:
    deps.reach("writer-before-publish")
    attributes = {"account_id": account.account_id, "kind": event.kind.value, "traceparent": trace.traceparent}
    is_over = event.kind is EventKind.ENDED
    if event.kind in MESSAGE_KINDS and event.message:
        # Read after the event was kept, so that what it says of its own participants is in there.
        told = deps.conversations(account).told(event.conversation_id)
        row = warehouse_row(event, told.participants, deps.integrations(account).masking_key(), deps.now())
        _publish(settings.messages_topic, row, attributes, deps, settings)
        is_over = told.has_ended  # what was made of the conversation at its end knew nothing of this message
    if is_over:
        ended = {**attributes, "kind": EventKind.ENDED.value}
        _publish(settings.ended_topic, _notice(event), ended, deps, settings)
    if event.kind is EventKind.TRANSFERRED:
        _publish(settings.transferred_topic, _notice(event), attributes, deps, settings)
    if event.kind is EventKind.PARTICIPANT_LEFT and event.participant and event.participant.role is Role.AGENT:
        _publish(settings.agent_left_topic, _notice(event), attributes, deps, settings)
    deps.reach("writer-after-publish")


def _notice(event: ConversationEvent) -> dict[str, str]:
    return {
        "account_id": event.account_id,
        "conversation_id": event.conversation_id,
        "event_id": event.event_id,
        "occurred_at": format_instant(event.occurred_at),
    }


def _publish(
    topic: str, body: dict[str, object] | dict[str, str], attributes: dict[str, str], deps: Deps, settings: Settings
) -> None:
    message = OutgoingMessage(json.dumps(body, ensure_ascii=False).encode(), attributes)
    deps.publisher.publish(topic, [message], timeout_s=settings.publish_timeout_s)
