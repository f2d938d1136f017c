"""What a model is trained from. Files and BigQuery fill the same shape; in BigQuery SQL has counted and sampled."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from earpiece.engine.normal import text_key


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


@dataclass(frozen=True, slots=True)
class Corpus:
    """Conversations to train and to test on (the newest), and the replies counted over those to train on."""

    train: Sequence[TrainingConversation]
    test: Sequence[TrainingConversation]
    replies: Sequence[ReplyCount]
    has_agent_ids: bool

    @property
    def data_hash(self) -> str:
        """SHA-256 over the contents, in whatever order they came."""
        parts = [_hash(repr(item)) for items in (self.train, self.test, self.replies) for item in items]
        return _hash("".join(sorted(parts)))


def corpus_of(conversations: Iterable[TrainingConversation], *, test_share: float = 0.1) -> Corpus:
    """Split by time (by a hash of the id where there are no times) and count, as SQL does for an account."""
    ordered = sorted(conversations, key=_place)
    train_count = len(ordered) - int(len(ordered) * test_share)
    train = ordered[:train_count]
    has_agent_ids = any(turn.agent_id for one in ordered for turn in one.turns)
    return Corpus(train, ordered[train_count:], count_replies(train), has_agent_ids)


def count_replies(conversations: Iterable[TrainingConversation]) -> list[ReplyCount]:
    """Every reply of the agents by its key, most frequent first."""
    told: dict[str, list[tuple[TrainingConversation, Turn]]] = defaultdict(list)
    for conversation in conversations:
        for turn in conversation.turns:
            if turn.role == "agent" and (key := text_key(turn.text)):
                told[key].append((conversation, turn))
    return sorted((_count(key, uses) for key, uses in told.items()), key=lambda reply: (-reply.count, reply.text_key))


def _count(key: str, uses: list[tuple[TrainingConversation, Turn]]) -> ReplyCount:
    wordings = Counter(turn.text for _, turn in uses)
    commonest = min(wordings, key=lambda text: (-wordings[text], text))
    return ReplyCount(
        text_key=key,
        text=commonest,
        wording_count=wordings[commonest],
        count=len(uses),
        agent_count=len({turn.agent_id for _, turn in uses}),
        customer_count=len({conversation.customer_id for conversation, _ in uses}),
        conversation_count=len({conversation.conversation_id for conversation, _ in uses}),
        last_used_at=max((turn.ts for _, turn in uses if turn.ts is not None), default=None),
    )


def _place(conversation: TrainingConversation) -> tuple[float, str]:
    first = conversation.turns[0].ts if conversation.turns else None
    return (first if first is not None else 0.0, _hash(conversation.conversation_id))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
