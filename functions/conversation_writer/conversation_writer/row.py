"""A message event as a row of the warehouse: masked, normalised, and without a platform's own ids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from earpiece.domain.events import ConversationEvent, EventKind, Participant
from earpiece.domain.ids import digest
from earpiece.domain.times import format_instant
from earpiece.engine.normal import TEXT_KEY_VERSION, text_key
from earpiece.privacy import conversation_key, known_values, mask

# RFC 6838, section 4.2, and RFC 5646, section 2.1: a platform may put any text where these should stand.
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,4}")


def warehouse_row(
    event: ConversationEvent, participants: Sequence[Participant], account_key: bytes, now: datetime
) -> dict[str, Any]:
    """The row of `earpiece_raw.messages` (adapters/schemas/messages.json) that a message event makes."""
    message = event.message
    assert message is not None
    text = None if event.kind is EventKind.MESSAGE_REMOVED else _masked(event, participants, account_key)
    return {
        "event_id": event.event_id,
        "account_id": event.account_id,
        "platform": event.platform,
        "conversation_id": event.conversation_id,
        "message_id": digest("message", event.conversation_id, message.message_id),
        "kind": event.kind.value,
        "occurred_at": format_instant(event.occurred_at),
        "sequence": event.sequence,
        "received_at": format_instant(event.received_at),
        "written_at": format_instant(now),
        "role": event.participant.role.value if event.participant else "system",
        "participant_id": _participant_id(event),
        "visibility": message.visibility.value,
        "content_type": _media_type(message.content_type),
        "locale": event.locale if _LANGUAGE_TAG.fullmatch(event.locale or "") else None,
        "text": text,
        "text_key": text_key(text) if text else None,
        "text_key_version": TEXT_KEY_VERSION,
    }


def _masked(event: ConversationEvent, participants: Sequence[Participant], account_key: bytes) -> str:
    key = conversation_key(account_key, event.conversation_id)
    return mask(event.message.text if event.message else "", key=key, known=known_values(participants))


def _media_type(told: str) -> str | None:
    # Without its parameters: a file's name, and with it a person's, may stand there.
    essence = told.partition(";")[0].strip().lower()
    return essence if _MEDIA_TYPE.fullmatch(essence) else None


def _participant_id(event: ConversationEvent) -> str | None:
    # The same person in two conversations is counted once, without the platform's id leaving Firestore.
    return digest("participant", event.account_id, event.participant.participant_id) if event.participant else None
