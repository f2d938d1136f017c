"""A whole reply that an account may be offered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReplyState(StrEnum):
    NEW = "new"  # mined; served only when the account's settings approve by themselves
    APPROVED = "approved"
    EDITED = "edited"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Reply:
    """`reply_id` is the hash of the normalised text."""

    reply_id: str
    text: str
    state: ReplyState = ReplyState.APPROVED
    language: str = ""
