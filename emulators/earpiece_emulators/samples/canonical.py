"""The canonical form: one JSON object per conversation, one line each, gzip allowed (DESIGN, "Model").

`{"conversation_id", "agent_id"?, "customer_id"?, "turns": [{"role", "text", "ts"?}]}`; other keys are passed over.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from earpiece.domain.errors import EarpieceError, InvalidInput
from earpiece.domain.events import EventKind, MessageContent, Participant, Role
from earpiece.domain.ids import digest, platform_id
from earpiece.domain.times import format_instant, parse_instant
from earpiece_emulators.samples.conversation import Happening, SampleConversation

AGENT_COUNT = 20
# Where a file tells no times: conversations start a minute apart in the order of the file, turns follow every 20 s.
SYNTHETIC_START = datetime(2026, 1, 5, 8, tzinfo=UTC)
_APART = timedelta(minutes=1)
_PAUSE = timedelta(seconds=20)
_TICK = timedelta(milliseconds=1)


def to_canonical(conversation: SampleConversation) -> dict[str, Any]:
    """What customer and agents said, as it stands at the end; the agent is the last one."""
    agents = conversation.agents
    turns = [
        {"role": said.actor.role.value, "text": said.message.text, "ts": format_instant(said.at)}
        for said in conversation.turns()
        if said.actor and said.message
    ]
    return {
        "conversation_id": conversation.conversation_id,
        "agent_id": agents[-1].participant_id if agents else None,
        "customer_id": conversation.customer.participant_id,
        "turns": turns,
    }


def from_canonical(record: object, position: int = 0) -> SampleConversation:
    """The conversation of one object; raises InvalidInput.

    Without `agent_id` it goes to one of 20 agents by hash, without `customer_id` to a customer of its own; without
    `ts` it starts `position` minutes after SYNTHETIC_START. Turns keep their order: a time before its predecessor's
    is taken to be the predecessor's.
    """
    body = _object(record)
    theirs = platform_id(body.get("conversation_id"))
    customer = Participant(platform_id(body.get("customer_id") or f"customer-{digest(theirs)[:12]}"), Role.CUSTOMER)
    spread = f"agent-{int(digest('agent', theirs), 16) % AGENT_COUNT + 1:02}"
    agent = Participant(platform_id(body.get("agent_id") or spread), Role.AGENT)
    said = _messages(_turns(body), {Role.CUSTOMER: customer, Role.AGENT: agent}, SYNTHETIC_START + position * _APART)
    opened_at = said[0].at if said else SYNTHETIC_START + position * _APART
    closed_at = (said[-1].at if said else opened_at) + _TICK
    start = Happening(EventKind.STARTED, opened_at, agent)
    end = Happening(EventKind.ENDED, closed_at, agent)
    return SampleConversation(theirs, customer, (start, *said, end))


def read_conversations(path: Path, limit: int | None = None) -> Iterator[SampleConversation]:
    """The conversations of a JSONL file, gzipped or not; raises InvalidInput that names file and line."""
    for count, (number, line) in enumerate(_lines(path)):
        if count == limit:
            return
        try:
            record = json.loads(line)
        except ValueError as error:
            raise InvalidInput(f"{path}, line {number}: not JSON") from error
        try:
            yield from_canonical(record, position=count)
        except EarpieceError as error:
            raise InvalidInput(f"{path}, line {number}: {error.detail}") from error


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                if raw.strip():
                    yield number, raw.decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path}, line {number + 1}: cannot be read ({error})") from error


def _object(record: object) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise InvalidInput("a conversation must be an object")
    return record


def _turns(body: dict[str, Any]) -> list[dict[str, Any]]:
    turns = body.get("turns")
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        raise InvalidInput("turns must be a list of objects")
    return turns


def _messages(
    turns: Sequence[dict[str, Any]], speakers: dict[Role, Participant], start: datetime
) -> tuple[Happening, ...]:
    said: list[Happening] = []
    for number, turn in enumerate(turns, 1):
        default = said[-1].at + _PAUSE if said else start
        told = parse_instant(turn["ts"]) if turn.get("ts") is not None else default
        at = max(told, said[-1].at) if said else told
        text = turn.get("text")
        if not isinstance(text, str):
            raise InvalidInput(f"turn {number}: text must be a text")
        actor = _speaker(turn.get("role"), speakers, number)
        said.append(
            Happening(EventKind.MESSAGE_ADDED, at, actor, message=MessageContent(f"m-{number}", text), sequence=number)
        )
    return tuple(said)


def _speaker(role: object, speakers: dict[Role, Participant], number: int) -> Participant:
    try:
        known = Role(str(role))
    except ValueError as error:
        raise InvalidInput(f"turn {number}: role must be one of {', '.join(Role)}") from error
    return speakers.get(known) or Participant(known.value, known)
