"""A conversation is the fold of its events: order of arrival and repetition cannot matter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from earpiece.domain.events import (
    MESSAGE_KINDS,
    Attachment,
    ConversationEvent,
    EventKind,
    Participant,
    Role,
    Visibility,
)
from earpiece.domain.times import SUSPECT_AFTER


class ConversationStatus(StrEnum):
    OPEN = "open"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands now. A removed one keeps its place and loses its text."""

    message_id: str
    role: Role
    participant_id: str | None
    text: str
    content_type: str
    attachments: tuple[Attachment, ...]
    visibility: Visibility
    sent_at: datetime
    sequence: int | None
    edited_at: datetime | None = None
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """The state after all events known so far. `message_count` counts those that are not removed.

    `has_started` is False while only later events have come (a placeholder, filled when the start arrives).
    `last_message_at` never runs more than five minutes ahead of when we received the message.
    """

    conversation_id: str
    platform: str
    platform_conversation_id: str
    status: ConversationStatus
    has_started: bool
    started_at: datetime
    ended_at: datetime | None
    last_message_at: datetime | None
    segment_count: int
    channel: str | None
    locale: str | None
    agent_id: str | None
    participants: tuple[Participant, ...]
    messages: tuple[Message, ...]
    event_count: int

    @property
    def message_count(self) -> int:
        return sum(not message.is_removed for message in self.messages)

    def turns(self) -> tuple[Message, ...]:
        """What customer and agent said to each other, oldest first: no bot, system, note, removed or empty message."""
        return tuple(
            message
            for message in self.messages
            if message.role in (Role.CUSTOMER, Role.AGENT)
            and message.visibility is Visibility.PUBLIC
            and not message.is_removed
            and message.text.strip()
        )


@dataclass(frozen=True, slots=True)
class ToldSoFar:
    """Whom the first events kept of a conversation have named, with what they said of them, and whether one ended it.

    Adding one event's to it takes no other event; a conversation that has ended may have been opened again.
    """

    participants: tuple[Participant, ...] = ()
    has_ended: bool = False

    def and_then(self, later: ToldSoFar) -> ToldSoFar:
        named = tuple(dict.fromkeys((*self.participants, *later.participants)))
        return ToldSoFar(named, self.has_ended or later.has_ended)


def fold(events: Iterable[ConversationEvent], reopen_within: timedelta = timedelta(0)) -> Conversation:
    """The conversation that a non-empty set of events makes; repeats of an event id count once.

    Every permutation and repetition gives an equal conversation. A removal wins over any edit; of edits the latest
    stands; a message keeps the place of its first mention; one of the customer up to `reopen_within` after the end
    opens the conversation again. Raises ValueError when there are no events.
    """
    ordered = sorted(
        {event.event_id: event for event in sorted(events, key=_tie, reverse=True)}.values(), key=lambda e: e.order
    )
    if not ordered:
        raise ValueError("a conversation has at least one event")
    first = ordered[0]
    messages = _messages(ordered)
    starts = [event for event in ordered if event.kind is EventKind.STARTED]
    segment_count, ended_at = _segments(ordered, reopen_within)
    return Conversation(
        conversation_id=first.conversation_id,
        platform=first.platform,
        platform_conversation_id=first.platform_conversation_id,
        status=ConversationStatus.ENDED if ended_at else ConversationStatus.OPEN,
        has_started=bool(starts),
        started_at=(starts or ordered)[0].occurred_at,
        ended_at=ended_at,
        last_message_at=_last_message_at(ordered),
        segment_count=segment_count,
        channel=_last(event.channel for event in ordered),
        locale=_last(event.locale for event in ordered),
        agent_id=_agent(ordered),
        participants=_participants(ordered),
        messages=messages,
        event_count=len(ordered),
    )


def _tie(event: ConversationEvent) -> tuple[str, datetime, str]:
    # Two bodies under one id: which one stands must not depend on arrival in this process.
    return (event.event_id, event.received_at, event.body_hash)


def _messages(ordered: Sequence[ConversationEvent]) -> tuple[Message, ...]:
    told = [event for event in ordered if event.kind in MESSAGE_KINDS and event.message]
    by_message = sorted(told, key=_message_id)
    groups = [tuple(group) for _, group in groupby(by_message, key=_message_id)]
    placed = sorted((min(_anchor(event) for event in group)[1], _message(group)) for group in groups)
    return tuple(message for _, message in placed)


def _message_id(event: ConversationEvent) -> str:
    return event.message.message_id if event.message else ""


def _anchor(event: ConversationEvent) -> tuple[bool, tuple[datetime, int, str]]:
    # The message's place is where it was added; an edit or removal only stands in while that has not come.
    return (event.kind is not EventKind.MESSAGE_ADDED, event.order)


def _message(group: Sequence[ConversationEvent]) -> Message:
    origin = min(group, key=_anchor)
    added = [event for event in group if event.kind is EventKind.MESSAGE_ADDED]
    edits = [event for event in group if event.kind is EventKind.MESSAGE_EDITED]
    is_removed = any(event.kind is EventKind.MESSAGE_REMOVED for event in group)
    content = (edits or added or [origin])[-1 if edits else 0].message
    first = origin.message
    assert content is not None
    assert first is not None
    return Message(
        message_id=first.message_id,
        role=origin.participant.role if origin.participant else Role.SYSTEM,
        participant_id=origin.participant.participant_id if origin.participant else None,
        text="" if is_removed else content.text,
        content_type=content.content_type,
        attachments=() if is_removed else (content.attachments or first.attachments),
        visibility=first.visibility,
        sent_at=origin.occurred_at,
        sequence=origin.sequence,
        edited_at=edits[-1].occurred_at if edits else None,
        is_removed=is_removed,
    )


def _segments(ordered: Sequence[ConversationEvent], reopen_within: timedelta) -> tuple[int, datetime | None]:
    """How often the conversation was opened, and when it ended; None while it is open."""
    count, ended_at, is_by_customer = 1, None, False
    for event in ordered:
        match event.kind:
            case EventKind.ENDED:
                ended_at, is_by_customer = event.occurred_at, False
            case EventKind.REOPENED:  # the platform may say of an opening what the customer's message told before
                count += not is_by_customer
                ended_at, is_by_customer = None, False
            case EventKind.MESSAGE_ADDED if ended_at and _is_by_customer(event):
                if reopen_within and event.occurred_at - ended_at <= reopen_within:
                    count, ended_at, is_by_customer = count + 1, None, True
            case _:
                pass
    return count, ended_at


def _is_by_customer(event: ConversationEvent) -> bool:
    return event.participant is not None and event.participant.role is Role.CUSTOMER


def _last_message_at(ordered: Sequence[ConversationEvent]) -> datetime | None:
    times = [
        min(event.occurred_at, event.received_at + SUSPECT_AFTER)
        for event in ordered
        if event.kind is EventKind.MESSAGE_ADDED
    ]
    return max(times, default=None)


def _agent(ordered: Sequence[ConversationEvent]) -> str | None:
    """Who has the conversation: whoever it was last given to, or last joined or wrote as its first agent."""
    holder: str | None = None
    for event in ordered:
        agent = event.participant if event.participant and event.participant.role is Role.AGENT else None
        match event.kind:
            case EventKind.TRANSFERRED:
                holder = agent.participant_id if agent else None
            case EventKind.PARTICIPANT_LEFT if agent and agent.participant_id == holder:
                holder = None
            case EventKind.PARTICIPANT_JOINED | EventKind.MESSAGE_ADDED | EventKind.STARTED if agent and not holder:
                holder = agent.participant_id
            case _:
                pass
    return holder


def _participants(ordered: Sequence[ConversationEvent]) -> tuple[Participant, ...]:
    known: dict[str, Participant] = {}
    for event in ordered:
        for seen in (*event.participants, *((event.participant,) if event.participant else ())):
            before = known.get(seen.participant_id, seen)
            known[seen.participant_id] = replace(
                seen,
                name=seen.name or before.name,
                email=seen.email or before.email,
                phone=seen.phone or before.phone,
            )
    return tuple(known[key] for key in sorted(known))


def _last(values: Iterable[str | None]) -> str | None:
    return next((value for value in reversed(list(values)) if value), None)
