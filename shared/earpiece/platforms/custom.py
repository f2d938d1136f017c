"""The `custom` platform: any sender that signs with Standard Webhooks and tells its conversations in our own payload.

`{"type", "timestamp", "data": {"conversation": {"id", "channel"?, "locale"?}, "message"?, "participants"?, …}}`;
see `functions/webhook_intake/README.md` for every field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from earpiece.domain.deliveries import Delivery, Normalised
from earpiece.domain.errors import InvalidInput
from earpiece.domain.events import (
    Attachment,
    ConversationEvent,
    EventKind,
    MessageContent,
    Participant,
    Role,
    Visibility,
    event_id,
)
from earpiece.domain.ids import conversation_id, platform_id
from earpiece.domain.json_body import read_object
from earpiece.domain.times import is_suspect, parse_instant
from earpiece.platforms import standard_webhooks
from earpiece.platforms.seam import Handshake

MAX_TEXT_BYTES = 256 * 1024
MAX_ATTACHMENTS = 50
MAX_PARTICIPANTS = 100

_Choice = TypeVar("_Choice", Role, Visibility)

_KINDS = {
    "conversation.started": EventKind.STARTED,
    "message.created": EventKind.MESSAGE_ADDED,
    "message.updated": EventKind.MESSAGE_EDITED,
    "message.deleted": EventKind.MESSAGE_REMOVED,
    "participant.joined": EventKind.PARTICIPANT_JOINED,
    "participant.left": EventKind.PARTICIPANT_LEFT,
    "conversation.transferred": EventKind.TRANSFERRED,
    "conversation.ended": EventKind.ENDED,
    "conversation.reopened": EventKind.REOPENED,
}
_ACTOR = {
    EventKind.TRANSFERRED: ("to_agent", Role.AGENT),
    EventKind.PARTICIPANT_JOINED: ("participant", None),
    EventKind.PARTICIPANT_LEFT: ("participant", None),
    EventKind.STARTED: ("agent", Role.AGENT),
}
_OTHERS = (("customer", Role.CUSTOMER), ("agent", Role.AGENT), ("from_agent", Role.AGENT), ("to_agent", Role.AGENT))


class CustomPlatform:
    """The `custom` platform, for `earpiece.platforms.PLATFORMS`."""

    name = "custom"

    def verify(self, delivery: Delivery, secrets: Sequence[str]) -> None:
        """Standard Webhooks; raises NotAuthentic."""
        standard_webhooks.verify(delivery, secrets)

    def handshake(self, query: Mapping[str, str], secrets: Sequence[str]) -> Handshake | None:  # noqa: ARG002
        """Standard Webhooks asks none."""
        return None

    def normalise(self, delivery: Delivery, account_id: str) -> Normalised:
        """One event per delivery; typing and other kinds that we do not know are named in `unknown_kinds`."""
        body = read_object(delivery.body)
        kind_name = _text(body, "type", max_bytes=128, required=True)
        kind = _KINDS.get(kind_name)
        if kind is None:
            return Normalised(unknown_kinds=(kind_name,))
        return Normalised(events=(_event(kind, body, delivery, account_id),))


def _event(kind: EventKind, body: Mapping[str, Any], delivery: Delivery, account_id: str) -> ConversationEvent:
    data = _object(body, "data")
    about = _object(data, "conversation")
    theirs = platform_id(about.get("id"))
    message = _object(data, "message") if kind.startswith("message_") else {}
    occurred_at = _occurred_at(kind, body, message)
    participant = _actor(kind, data, message)
    object_id, version = _identity(kind, message, participant, occurred_at)
    return ConversationEvent(
        event_id=event_id(account_id, CustomPlatform.name, theirs, kind, object_id, version),
        account_id=account_id,
        platform=CustomPlatform.name,
        conversation_id=conversation_id(account_id, CustomPlatform.name, theirs),
        platform_conversation_id=theirs,
        kind=kind,
        occurred_at=occurred_at,
        received_at=delivery.received_at,
        sequence=_integer(message, "sequence"),
        participant=participant,
        participants=_participants(data),
        message=_message(kind, message) if message else None,
        channel=_text(about, "channel", max_bytes=64) or None,
        locale=_text(about, "locale", max_bytes=35) or None,
        is_time_suspect=is_suspect(occurred_at, delivery.received_at),
        body_hash=delivery.body_hash,
    )


def _occurred_at(kind: EventKind, body: Mapping[str, Any], message: Mapping[str, Any]) -> datetime:
    told = message.get("sent_at") if kind is EventKind.MESSAGE_ADDED else None
    return parse_instant(told or body.get("timestamp"))


def _identity(
    kind: EventKind, message: Mapping[str, Any], participant: Participant | None, occurred_at: datetime
) -> tuple[str, str]:
    # A message is added and removed once, whatever time a repeat shows; everything else happens at its time.
    if kind in (EventKind.MESSAGE_ADDED, EventKind.MESSAGE_REMOVED):
        return platform_id(message.get("id")), ""
    subject = platform_id(message.get("id")) if message else participant.participant_id if participant else ""
    return subject, occurred_at.isoformat()


def _message(kind: EventKind, message: Mapping[str, Any]) -> MessageContent:
    is_text_needed = kind is not EventKind.MESSAGE_REMOVED
    attachments = _list(message, "attachments", MAX_ATTACHMENTS)
    return MessageContent(
        message_id=platform_id(message.get("id")),
        text=_text(message, "text", max_bytes=MAX_TEXT_BYTES, required=is_text_needed),
        content_type=_text(message, "content_type", max_bytes=128) or "text/plain",
        attachments=tuple(_attachment(item) for item in attachments),
        visibility=_choice(Visibility, message.get("visibility", Visibility.PUBLIC), "visibility"),
    )


def _attachment(item: Any) -> Attachment:
    if not isinstance(item, dict):
        raise InvalidInput("an attachment must be an object", pointer="/data/message/attachments")
    return Attachment(
        attachment_id=platform_id(item.get("id")),
        name=_text(item, "name", max_bytes=1024),
        media_type=_text(item, "mime_type", max_bytes=128),
        size_bytes=_integer(item, "size_bytes"),
        url=_text(item, "url", max_bytes=4096),
    )


def _actor(kind: EventKind, data: Mapping[str, Any], message: Mapping[str, Any]) -> Participant | None:
    if message:
        role = _choice(Role, message.get("role", Role.SYSTEM), "role")
        author = message.get("author_id")
        return Participant(platform_id(author), role) if author is not None else Participant(role.value, role)
    name, role_given = _ACTOR.get(kind, ("", None))
    return _participant(data[name], role_given) if data.get(name) else None


def _participants(data: Mapping[str, Any]) -> tuple[Participant, ...]:
    listed = [_participant(item, None) for item in _list(data, "participants", MAX_PARTICIPANTS)]
    named = [_participant(data[name], role) for name, role in _OTHERS if data.get(name)]
    return tuple(listed + named)


def _participant(item: Any, role: Role | None) -> Participant:
    if not isinstance(item, dict):
        raise InvalidInput("a participant must be an object", pointer="/data/participants")
    return Participant(
        participant_id=platform_id(item.get("id")),
        role=role or _choice(Role, item.get("role"), "role"),
        name=_text(item, "name", max_bytes=256) or _text(item, "display_name", max_bytes=256) or None,
        email=_text(item, "email", max_bytes=320) or None,
        phone=_text(item, "phone", max_bytes=64) or None,
    )


def _object(parent: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = parent.get(name)
    if not isinstance(value, dict) or not value:
        raise InvalidInput(f"{name} must be an object", pointer=f"/{name}")
    return value


def _list(parent: Mapping[str, Any], name: str, most: int) -> list[Any]:
    value = parent.get(name) or []
    if not isinstance(value, list) or len(value) > most:
        raise InvalidInput(f"{name} must be a list of at most {most}", pointer=f"/{name}")
    return value


def _text(parent: Mapping[str, Any], name: str, *, max_bytes: int, required: bool = False) -> str:
    value = parent.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or len(value.encode()) > max_bytes:
        raise InvalidInput(f"{name} must be a text of at most {max_bytes} bytes", pointer=f"/{name}")
    return value


def _integer(parent: Mapping[str, Any], name: str) -> int | None:
    value = parent.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise InvalidInput(f"{name} must be a whole number from 0 to 2^53", pointer=f"/{name}")
    return value


def _choice(kind: type[_Choice], value: object, name: str) -> _Choice:
    try:
        return kind(str(value))
    except ValueError as error:
        raise InvalidInput(f"{name} must be one of {', '.join(kind)}", pointer=f"/{name}") from error
