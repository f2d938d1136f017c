"""A conversation event: one fact that a platform told us. Events are the only truth of a conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from earpiece.domain.errors import MalformedBody
from earpiece.domain.ids import digest
from earpiece.domain.times import format_instant, parse_instant

EVENT_FORMAT = 1


class EventKind(StrEnum):
    STARTED = "started"
    MESSAGE_ADDED = "message_added"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_REMOVED = "message_removed"
    PARTICIPANT_JOINED = "participant_joined"
    PARTICIPANT_LEFT = "participant_left"
    TRANSFERRED = "transferred"
    ENDED = "ended"
    REOPENED = "reopened"


MESSAGE_KINDS = frozenset({EventKind.MESSAGE_ADDED, EventKind.MESSAGE_EDITED, EventKind.MESSAGE_REMOVED})


class Role(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"
    SYSTEM = "system"


class Visibility(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"  # a note between agents


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody in a conversation; `participant_id` is the platform's."""

    participant_id: str
    role: Role
    name: str | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside a message. Its URL is kept, never fetched."""

    attachment_id: str
    name: str = ""
    media_type: str = ""
    size_bytes: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class MessageContent:
    """What a message event says of a message; `message_id` is the platform's."""

    message_id: str
    text: str = ""
    content_type: str = "text/plain"
    attachments: tuple[Attachment, ...] = ()
    visibility: Visibility = Visibility.PUBLIC


@dataclass(frozen=True, slots=True)
class ConversationEvent:
    """One event. `occurred_at` is the platform's time, `received_at` ours (both UTC).

    `participant` is who acted (for a transfer: who takes over); `participants` are others whom the delivery names.
    `body_hash` is of the delivery that brought it, so that the same id with another body is noticed.
    """

    event_id: str
    account_id: str
    platform: str
    conversation_id: str
    platform_conversation_id: str
    kind: EventKind
    occurred_at: datetime
    received_at: datetime
    sequence: int | None = None
    participant: Participant | None = None
    participants: tuple[Participant, ...] = ()
    message: MessageContent | None = None
    channel: str | None = None
    locale: str | None = None
    is_time_suspect: bool = False
    body_hash: str = ""
    format: int = field(default=EVENT_FORMAT)

    @property
    def order(self) -> tuple[datetime, int, str]:
        """The place among the events of its conversation: time, then sequence, then id."""
        return (self.occurred_at, -1 if self.sequence is None else self.sequence, self.event_id)


def event_id(
    account_id: str, platform: str, platform_conversation_id: str, kind: EventKind, object_id: str, version: str
) -> str:
    """The id of a fact: the same whenever the platform tells it again.

    `object_id` is the platform's id of what the event is about (a delivery's own id where there is none);
    `version` its version there, or when it occurred.
    """
    return digest("event", account_id, platform, platform_conversation_id, kind, object_id, version)


def event_to_json(event: ConversationEvent) -> dict[str, Any]:
    """The event as Pub/Sub and Firestore carry it; what is empty is left out."""
    body = {
        name: value
        for name, value in asdict(event).items()
        if value is not None and value is not False and value not in ((), "")
    }
    body["occurred_at"] = format_instant(event.occurred_at)
    body["received_at"] = format_instant(event.received_at)
    return body


def event_from_json(body: Mapping[str, Any]) -> ConversationEvent:
    """The event that `event_to_json` wrote; fields that we do not know are passed over. Raises MalformedBody."""
    try:
        if body["format"] != EVENT_FORMAT:
            raise MalformedBody(f"event format {body['format']!r}; this code reads {EVENT_FORMAT}")
        known = {name: body[name] for name in _EVENT_FIELDS if name in body}
        known["kind"] = EventKind(body["kind"])
        known["occurred_at"] = parse_instant(body["occurred_at"])
        known["received_at"] = parse_instant(body["received_at"])
        known["participant"] = _participant(body["participant"]) if "participant" in body else None
        known["participants"] = tuple(_participant(item) for item in body.get("participants", ()))
        known["message"] = _message(body["message"]) if "message" in body else None
        return ConversationEvent(**known)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedBody(f"not a conversation event: {type(error).__name__}") from error


_EVENT_FIELDS = frozenset(ConversationEvent.__dataclass_fields__)


def _participant(body: Mapping[str, Any]) -> Participant:
    return Participant(**{**_known(Participant, body), "role": Role(body["role"])})


def _message(body: Mapping[str, Any]) -> MessageContent:
    content = _known(MessageContent, body)
    content["attachments"] = tuple(Attachment(**_known(Attachment, item)) for item in body.get("attachments", ()))
    content["visibility"] = Visibility(body.get("visibility", Visibility.PUBLIC))
    return MessageContent(**content)


def _known(kind: type[Any], body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in kind.__dataclass_fields__ if name in body}
