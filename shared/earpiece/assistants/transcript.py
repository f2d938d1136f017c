"""A conversation as a model is shown it: short names for messages, and a length in turns."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from earpiece.domain.assistants import Reads
from earpiece.domain.conversations import Conversation
from earpiece.domain.events import Role, Visibility
from earpiece.domain.ids import digest

LONGEST_TURN = 12_000
_SPOKEN = (Role.CUSTOMER, Role.AGENT, Role.BOT)
_LINE_CHARACTERS = 40  # of a line's own, beside its text


@dataclass(frozen=True, slots=True)
class Turn:
    """`name` (m1, m2, …) is what a model cites: a platform's own id could hold anything."""

    name: str
    message_id: str
    role: Role
    text: str

    def line(self) -> str:
        """One line of JSON: nothing that was said can look like another line."""
        return json.dumps({"id": self.name, "by": self.role.value, "text": self.text}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Transcript:
    """`segments` are to be read one after the other; `is_trimmed` says that something was left out."""

    segments: tuple[tuple[Turn, ...], ...]
    is_trimmed: bool

    @property
    def turns(self) -> tuple[Turn, ...]:
        return tuple(turn for segment in self.segments for turn in segment)

    def message_ids(self) -> Mapping[str, str]:
        return {turn.name: turn.message_id for turn in self.turns}


def spoken(conversation: Conversation) -> tuple[Turn, ...]:
    """What customer, agents and bots said to each other, oldest first: no private note, no removed or empty message."""
    said = [
        message
        for message in conversation.messages
        if message.role in _SPOKEN
        and message.visibility is Visibility.PUBLIC
        and not message.is_removed
        and message.text.strip()
    ]
    return tuple(
        Turn(f"m{number}", message.message_id, message.role, message.text.strip())
        for number, message in enumerate(said, 1)
    )


def state_of(turns: Sequence[Turn]) -> str:
    """A digest of all that can be read: the same while nothing was said, edited or removed."""
    said = [[turn.message_id, turn.role.value, turn.text] for turn in turns]
    return digest("read-state", json.dumps(said, ensure_ascii=False))


def transcript_of(turns: Sequence[Turn], reads: Reads) -> Transcript:
    """The turns in segments, as the assistant reads them; what does not fit is left out from the front."""
    kept = [_shortened(turn) for turn in (turns[-reads.newest_turns :] if reads.newest_turns else turns)]
    is_trimmed = len(kept) < len(turns) or any(len(turn.text) > LONGEST_TURN for turn in turns)
    segments = _segments(kept, reads.segment_characters)
    most = reads.most_segments if reads.is_divided else 1
    return Transcript(tuple(segments[-most:]), is_trimmed or len(segments) > most)


def _shortened(turn: Turn) -> Turn:
    if len(turn.text) <= LONGEST_TURN:
        return turn
    return Turn(turn.name, turn.message_id, turn.role, turn.text[:LONGEST_TURN])


def _segments(turns: Sequence[Turn], most_characters: int) -> list[tuple[Turn, ...]]:
    # Filled from the end, so that the newest turns always stand together.
    segments: list[list[Turn]] = []
    size = most_characters + 1
    for turn in reversed(turns):
        own = len(turn.text) + _LINE_CHARACTERS
        if size + own > most_characters:
            segments.append([])
            size = 0
        segments[-1].append(turn)
        size += own
    return [tuple(reversed(segment)) for segment in reversed(segments)]


def said_in(turns: Sequence[Turn]) -> dict[str, Any]:
    """Each turn's text by its name."""
    return {turn.name: turn.text for turn in turns}
