"""Conversations of one account, and the replies it wrote itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from earpiece.domain.conversations import Conversation, ToldSoFar
from earpiece.domain.events import ConversationEvent
from earpiece.domain.replies import Reply
from earpiece.ports.assistants import Results


class Conversations(Protocol):
    """Conversations of one account."""

    def append(self, event: ConversationEvent) -> bool:
        """Keep the event; False if it was kept before. Any order, any number of times. Raises Unavailable."""

    def told(self, conversation_id: str) -> ToldSoFar:
        """What the events up to this process's last one have told: less than `find` says, for less.

        What another process's later events told may be missing.
        """

    def find(self, conversation_id: str) -> Conversation | None:
        """The fold of all events kept so far."""

    def find_with_results(self, conversation_id: str) -> tuple[Conversation, Results] | None:
        """The same, with what assistants made of it."""


@dataclass(frozen=True, slots=True)
class RepliesSince:
    """What was written since a moment, and how many there were in all when it was asked for.

    Whoever has the replies of that moment has them all by taking `changed` over; where that gives another number than
    `count`, some were removed, and only asking for all says which.
    """

    changed: Sequence[Reply]
    count: int
    until: datetime
    """The moment to ask from the next time, on the store's own clock."""


class Replies(Protocol):
    """Whole replies of one account, canned or mined, with what an administrator said of them."""

    def all(self) -> Sequence[Reply]: ...
    def since(self, moment: datetime | None) -> RepliesSince:
        """Those put or added since, perhaps some from shortly before; all of them for None."""

    def put(self, replies: Sequence[Reply]) -> None:
        """Write them, over what was there."""

    def add(self, replies: Sequence[Reply]) -> int:
        """Write those whose id is not there yet, and say how many: what an administrator decided stays."""

    def remove(self, reply_ids: Collection[str]) -> None:
        """As if they had never been: one that is mined again is new. To be rid of a reply for good, block it."""
