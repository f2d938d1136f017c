"""When it is said: lines become what a platform would tell, with times, ids, comings and goings."""

from __future__ import annotations

import mimetypes
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from earpiece.domain.events import Attachment, EventKind, MessageContent, Participant, Role, Visibility
from earpiece_emulators.samples.conversation import Happening
from earpiece_emulators.samples.material import Material
from earpiece_emulators.samples.performance import Line

# Seconds before a line, lowest and highest; agents also need time to type.
_PAUSES = {"bot": (1, 2), "system": (1, 2), "customer": (6, 80), "agent": (5, 40), "note": (4, 30)}
_ACT_PAUSES = {"handover": (3, 20), "end": (5, 60), "reopen": (180, 5400)}
_LATE = (150, 420)
_TYPING_S_PER_CHARACTER = 0.1


class Stage:
    """One conversation as it is told by a platform."""

    def __init__(
        self,
        material: Material,
        conversation_id: str,
        customer: Participant,
        cast: Sequence[Participant],
        numbers: random.Random,
    ) -> None:
        self._facts, self._conversation_id, self._numbers = material.facts, conversation_id, numbers
        self._customer, self._cast = customer, cast
        bot = Participant(self._facts["bot"]["id"], Role.BOT, self._facts["bot"]["name"])
        self._others = {"customer": customer, "bot": bot, "system": Participant("system", Role.SYSTEM)}
        self._present: Participant | None = None
        self._count = 0

    def tell(self, lines: Sequence[Line], started_at: datetime) -> tuple[Happening, ...]:
        """Everything that happened, oldest first."""
        told = [Happening(EventKind.STARTED, started_at)]
        latest = started_at
        for line in lines:
            latest += self._pause(line)
            if line.author == "end":  # nothing, not even a correction, comes after it
                latest = max(latest, *(happening.at + timedelta(seconds=1) for happening in told))
            told.extend(self._happenings(line, latest))
        return tuple(sorted(told, key=lambda happening: happening.at))

    def _pause(self, line: Line) -> timedelta:
        if line.is_at_same_instant:
            return timedelta(0)
        low, high = _PAUSES.get(line.author) or _ACT_PAUSES[line.author]
        if line.is_with_previous or line.is_late:
            low, high = (1, 5) if line.is_with_previous else _LATE
        typing_s = _TYPING_S_PER_CHARACTER * len(line.text) if line.author == "agent" else 0
        return timedelta(milliseconds=int(1000 * (self._numbers.uniform(low, high) + typing_s)))

    def _happenings(self, line: Line, at: datetime) -> Iterator[Happening]:
        agent = self._cast[line.agent]
        match line.author:
            case "handover":
                yield from self._handover(agent, at)
            case "end":
                yield Happening(EventKind.ENDED, at, agent)
            case "reopen":
                yield Happening(EventKind.REOPENED, at, self._customer)
            case _:
                yield from self._arrival(agent, at) if line.author in ("agent", "note") else ()
                yield from self._message(line, self._others.get(line.author, agent), at)

    def _arrival(self, agent: Participant, at: datetime) -> Iterator[Happening]:
        if self._present != agent:
            self._present = agent
            yield Happening(EventKind.PARTICIPANT_JOINED, at - timedelta(milliseconds=2500), agent)

    def _handover(self, taker: Participant, at: datetime) -> Iterator[Happening]:
        giver, self._present = self._present, taker
        yield Happening(EventKind.TRANSFERRED, at, taker, giver)
        yield Happening(EventKind.PARTICIPANT_LEFT, at + timedelta(milliseconds=300), giver)
        yield Happening(EventKind.PARTICIPANT_JOINED, at + timedelta(milliseconds=900), taker)

    def _message(self, line: Line, author: Participant, at: datetime) -> Iterator[Happening]:
        self._count += 1
        visibility = Visibility.PRIVATE if line.author == "note" else Visibility.PUBLIC
        content = MessageContent(f"m-{self._count}", line.text, attachments=self._files(line), visibility=visibility)
        first = replace(content, text=line.draft or line.text)
        yield Happening(EventKind.MESSAGE_ADDED, at, author, message=first, sequence=self._count)
        later = at + timedelta(milliseconds=self._numbers.randint(3000, 15000))
        if line.draft:
            yield Happening(EventKind.MESSAGE_EDITED, later, author, message=content)
        if line.is_removed:
            yield Happening(EventKind.MESSAGE_REMOVED, later, author, message=replace(content, text="", attachments=()))

    def _files(self, line: Line) -> tuple[Attachment, ...]:
        if not line.file:
            return ()
        kind = mimetypes.guess_type(line.file)[0] or "application/octet-stream"
        url = f"https://files.{self._facts['domain']}/{self._conversation_id}/{line.file}"
        return (Attachment(f"a-{self._count}", line.file, kind, self._numbers.randint(20_000, 3_000_000), url),)
