"""A whole reply that an account may be offered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from earpiece.domain.ids import digest


class ReplyState(StrEnum):
    NEW = "new"  # mined; served only when the account's settings approve by themselves
    APPROVED = "approved"
    EDITED = "edited"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Reply:
    """`reply_id` is `reply_id_of` its normalised text."""

    reply_id: str
    text: str
    state: ReplyState = ReplyState.APPROVED
    language: str = ""


def reply_id_of(text_key: str) -> str:
    """The id of every reply whose text is normalised to this (`earpiece.engine.normal.text_key`)."""
    return digest("reply", text_key)
