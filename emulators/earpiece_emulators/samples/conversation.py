"""A sample conversation in full: everything that a platform would tell of it, in the order in which it happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from earpiece.domain.events import EventKind, MessageContent, Participant, Role, Visibility


@dataclass(frozen=True, slots=True)
class Happening:
    """One fact. `actor` did it (for a transfer: takes over from `giver`); messages are numbered by `sequence` from 1.

    A message that is edited or removed later has a happening for each, under the same message id.
    """

    kind: EventKind
    at: datetime
    actor: Participant | None = None
    giver: Participant | None = None
    message: MessageContent | None = None
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class SampleConversation:
    """`conversation_id` is the platform's; `happenings` are oldest first; `topic` is what the customer came for."""

    conversation_id: str
    customer: Participant
    happenings: tuple[Happening, ...]
    channel: str = ""
    locale: str = ""
    topic: str = ""

    @property
    def started_at(self) -> datetime:
        return self.happenings[0].at

    @property
    def ended_at(self) -> datetime:
        return self.happenings[-1].at

    @property
    def agents(self) -> tuple[Participant, ...]:
        """Those who took part, in the order in which they came."""
        actors = [happening.actor for happening in self.happenings]
        return tuple(dict.fromkeys(actor for actor in actors if actor and actor.role is Role.AGENT))

    def standing(self) -> tuple[Happening, ...]:
        """Each message as it stands at the end, in its first place: the latest text, without removed ones."""
        told = [happening for happening in self.happenings if happening.message]
        added = {_id(h): h for h in told if h.kind is EventKind.MESSAGE_ADDED}
        latest = {_id(h): h.message for h in told if h.kind is not EventKind.MESSAGE_REMOVED}
        removed = {_id(h) for h in told if h.kind is EventKind.MESSAGE_REMOVED}
        return tuple(
            Happening(h.kind, h.at, h.actor, message=latest[key], sequence=h.sequence)
            for key, h in added.items()
            if key not in removed
        )

    def turns(self) -> tuple[Happening, ...]:
        """What customer and agents said to each other: no bot, system, note, removed or empty message."""
        return tuple(
            said
            for said in self.standing()
            if said.actor
            and said.message
            and said.actor.role in (Role.CUSTOMER, Role.AGENT)
            and said.message.visibility is Visibility.PUBLIC
            and said.message.text.strip()
        )


def _id(happening: Happening) -> str:
    return happening.message.message_id if happening.message else ""
