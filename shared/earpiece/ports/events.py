"""Publishing, and what holds the fort while it does not work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from earpiece.domain.accounts import Account
from earpiece.domain.dead_letters import DeadLetter


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A Pub/Sub message to be: JSON bytes and attributes."""

    data: bytes
    attributes: Mapping[str, str] = field(default_factory=dict)


class Publisher(Protocol):
    def publish(self, topic: str, messages: Sequence[OutgoingMessage], *, timeout_s: float) -> None:
        """Return once every message is acknowledged; raises Unavailable when that took longer."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages of one delivery that wait in an outbox."""

    outbox_id: str
    topic: str
    messages: tuple[OutgoingMessage, ...]
    kept_at: datetime


class Outbox(Protocol):
    """What one account's deliveries left to be published."""

    def keep(self, waiting: Waiting, *, timeout_s: float) -> None:
        """Durable when it returns; the same id twice is one. Raises Unavailable."""


class Outboxes(Protocol):
    """The outboxes of all accounts: for the relay, the one unit that reads across them."""

    def oldest(self, limit: int, *, after: datetime | None = None) -> Iterable[tuple[Waiting, Callable[[], None]]]:
        """What waits longest, each with the call that removes it; of what was kept later than `after`.

        Accounts whose database does not answer are passed over while others have something; then it raises Unavailable.
        """


class DeadLetters(Protocol):
    """Dead letters of one account, or those that name none of ours."""

    def record(self, dead_letter: DeadLetter, *, timeout_s: float = 10.0) -> None:
        """Keep it; for one that is there, count the attempt, move `last_attempt_at`, and open it again.

        Raises Unavailable.
        """

    def find(self, dead_letter_id: str) -> DeadLetter | None: ...
    def all(self, *, include_replayed: bool = False) -> Sequence[DeadLetter]: ...
    def mark_replayed(self, dead_letter_id: str, at: datetime, *, attempts: int | None = None) -> None:
        """Close it; not when it has failed again since `attempts` of it were counted. Raises NotFound."""


DeadLettersOf = Callable[[Account | None], DeadLetters]
"""Those of an account; for None, of messages that name no account of ours."""
