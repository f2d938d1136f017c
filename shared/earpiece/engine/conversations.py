"""Conversations as the engine learns from them, and what agents said in them, counted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """`role` is customer or agent; `ts` in seconds since 1970, None when unknown."""

    role: str
    text: str
    agent_id: str | None = None
    ts: float | None = None


@dataclass(frozen=True, slots=True)
class TrainingConversation:
    """Turns oldest first. Without ids a conversation counts as one customer."""

    conversation_id: str
    customer_id: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class ReplyCount:
    """What agents said, by its key: how often, by and to how many, and its commonest wording with its own count."""

    text_key: str
    text: str
    count: int
    agent_count: int
    customer_count: int
    conversation_count: int
    wording_count: int = 0
    last_used_at: float | None = None
