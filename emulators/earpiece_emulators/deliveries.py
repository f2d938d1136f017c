"""What a company's own CX platform would send us: the `custom` platform's deliveries of a conversation."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from earpiece.domain.events import Attachment, EventKind, Participant, Role
from earpiece.domain.ids import digest
from earpiece.platforms.standard_webhooks import sign
from earpiece_emulators.samples.canonical import from_canonical
from earpiece_emulators.samples.conversation import Happening, SampleConversation

TYPES = {
    EventKind.STARTED: "conversation.started",
    EventKind.MESSAGE_ADDED: "message.created",
    EventKind.MESSAGE_EDITED: "message.updated",
    EventKind.MESSAGE_REMOVED: "message.deleted",
    EventKind.PARTICIPANT_JOINED: "participant.joined",
    EventKind.PARTICIPANT_LEFT: "participant.left",
    EventKind.TRANSFERRED: "conversation.transferred",
    EventKind.ENDED: "conversation.ended",
    EventKind.REOPENED: "conversation.reopened",
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event to be sent: `delivery_id` is the same at every attempt, `object_id` what the event is about."""

    delivery_id: str
    conversation_id: str
    type: str
    object_id: str
    body: bytes

    def headers(self, secret: str, now: Callable[[], float] = time.time) -> dict[str, str]:
        """The headers of an attempt made now (Standard Webhooks 1.0: the timestamp is the attempt's)."""
        timestamp_s = int(now())
        return {
            "content-type": "application/json",
            "webhook-id": self.delivery_id,
            "webhook-timestamp": str(timestamp_s),
            "webhook-signature": sign(secret, self.delivery_id, timestamp_s, self.body),
        }


def deliveries(conversation: SampleConversation | Mapping[str, Any]) -> list[Delivery]:
    """One delivery per event, in the order in which they happened; a mapping is taken as the canonical form."""
    told = conversation if isinstance(conversation, SampleConversation) else from_canonical(conversation)
    return [_delivery(told, happening) for happening in told.happenings]


def _delivery(conversation: SampleConversation, happening: Happening) -> Delivery:
    kind = TYPES[happening.kind]
    subject = happening.message.message_id if happening.message else ""
    subject = subject or (happening.actor.participant_id if happening.actor else "")
    body = {"type": kind, "timestamp": _instant(happening.at), "data": _data(conversation, happening)}
    return Delivery(
        delivery_id=f"msg_{digest(conversation.conversation_id, kind, subject, _instant(happening.at))}",
        conversation_id=conversation.conversation_id,
        type=kind,
        object_id=subject,
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
    )


def _data(conversation: SampleConversation, happening: Happening) -> dict[str, Any]:
    about: dict[str, Any] = {"id": conversation.conversation_id}
    about |= _filled(channel=conversation.channel, locale=conversation.locale)
    data: dict[str, Any] = {"conversation": about}
    match happening.kind:
        case EventKind.STARTED:
            about["started_at"] = _instant(happening.at)
            data |= {"customer": _person(conversation.customer), "agent": _agent(happening.actor)}
        case EventKind.ENDED:
            about |= {
                "ended_at": _instant(happening.at),
                "ended_by": happening.actor.role if happening.actor else "system",
            }
        case EventKind.TRANSFERRED:
            data |= {"from_agent": _agent(happening.giver), "to_agent": _agent(happening.actor)}
        case EventKind.PARTICIPANT_JOINED | EventKind.PARTICIPANT_LEFT if happening.actor:
            data["participant"] = _person(happening.actor) | {"role": happening.actor.role}
        case _ if happening.message:
            data["message"] = _message(happening)
            data |= _filled(participants=_named(conversation.customer, happening.actor))
    return data


def _message(happening: Happening) -> dict[str, Any]:
    content, author = happening.message, happening.actor
    assert content is not None
    body: dict[str, Any] = {"id": content.message_id, "role": author.role if author else Role.SYSTEM}
    body |= {"author_id": author.participant_id} if author else {}
    if happening.kind is EventKind.MESSAGE_REMOVED:
        return body
    body |= {"text": content.text, "visibility": content.visibility}
    body |= {"attachments": [_attachment(item) for item in content.attachments]}
    if happening.kind is EventKind.MESSAGE_ADDED:
        body |= {"sequence": happening.sequence, "sent_at": _instant(happening.at)}
    return body


def _attachment(item: Attachment) -> dict[str, Any]:
    named = {"id": item.attachment_id, "name": item.name, "mime_type": item.media_type}
    return named | _filled(size_bytes=item.size_bytes, url=item.url)


def _agent(participant: Participant | None) -> dict[str, Any] | None:
    return _person(participant) if participant and participant.role is Role.AGENT else None


def _person(participant: Participant) -> dict[str, Any]:
    values = _filled(name=participant.name, email=participant.email, phone=participant.phone)
    return {"id": participant.participant_id} | values


def _named(*participants: Participant | None) -> Sequence[dict[str, Any]]:
    # A message names who is there, so that their names can be masked in it even when it arrives before the start.
    known = {p.participant_id: p for p in participants if p and (p.name or p.email or p.phone)}
    return [_person(p) | {"role": p.role} for p in known.values()]


def _filled(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _instant(at: datetime) -> str:
    precision = "microseconds" if at.microsecond % 1000 else "milliseconds"
    return at.isoformat(timespec=precision).replace("+00:00", "Z")
