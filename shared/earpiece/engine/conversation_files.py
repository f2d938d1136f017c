"""Conversations from JSONL files, gzip allowed: what cannot be read is counted and named, and the rest is used."""

from __future__ import annotations

import gzip
import json
import math
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earpiece.domain.errors import EarpieceError, InvalidInput
from earpiece.domain.times import parse_instant
from earpiece.engine.corpus import TrainingConversation, Turn

ROLES = ("customer", "agent")
NAMED = 10  # broken lines are named, the others only counted
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, EarpieceError)


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line that is not a conversation, and why not. Lines count from 1."""

    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """The conversations of some files, how many lines held none, and the first ten of those."""

    conversations: tuple[TrainingConversation, ...]
    broken_count: int
    broken: tuple[BrokenLine, ...]


class FiledConversations:
    """The conversations of some files, read anew each time they are gone through: they never stand in memory together.

    `broken_count` and `broken` are of the last time. Going through raises InvalidInput naming a file in which no line
    is a conversation.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = tuple(paths)
        self.broken_count = 0
        self.broken: list[BrokenLine] = []

    def __iter__(self) -> Iterator[TrainingConversation]:
        self.broken_count, self.broken = 0, []
        for path in self._paths:
            yield from self._of(path)

    def _of(self, path: Path) -> Iterator[TrainingConversation]:
        is_any, first = False, ""
        for found in _lines(path):
            if isinstance(found, TrainingConversation):
                is_any = True
                yield found
            else:
                first = first or f" ({found})"
                self.broken_count += 1
                self.broken += [found] if len(self.broken) < NAMED else []
        if not is_any:
            raise InvalidInput(f"{path}: no line is a conversation{first}")


def read_files(paths: Iterable[Path]) -> ReadFiles:
    """Every conversation of the files; raises InvalidInput naming a file in which no line is one."""
    filed = FiledConversations(paths)
    return ReadFiles(tuple(filed), filed.broken_count, tuple(filed.broken))


def _lines(path: Path) -> Iterator[TrainingConversation | BrokenLine]:
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _line(path, number, line)
    except (OSError, EOFError, zlib.error) as error:
        # A torn archive: what came before is whole.
        yield BrokenLine(path, number + 1, f"the file cannot be read from here ({error})")


def _line(path: Path, number: int, line: bytes) -> TrainingConversation | BrokenLine:
    try:
        return conversation_of(json.loads(line.decode("utf-8-sig")))
    except UNREADABLE as error:
        return BrokenLine(path, number, f"not a conversation ({type(error).__name__}: {error})")


def conversation_of(body: Mapping[str, Any]) -> TrainingConversation:
    """The conversation of a line's JSON; raises one of UNREADABLE when it is none."""
    conversation_id = _text(body["conversation_id"])
    turns = tuple(_turn(turn, body.get("agent_id")) for turn in body["turns"])
    return TrainingConversation(conversation_id, _text(body.get("customer_id") or conversation_id), turns)


def _turn(turn: dict[str, Any], agent_id: object) -> Turn:
    if turn["role"] not in ROLES:
        raise ValueError(f"role must be customer or agent, not {turn['role']!r}")
    if not isinstance(turn["text"], str):
        raise ValueError(f"text must be a string, not {turn['text']!r}")
    text = turn["text"].encode("utf-8", "replace").decode()  # a lone surrogate is no text
    speaker = (turn.get("agent_id") or agent_id) if turn["role"] == "agent" else None
    return Turn(turn["role"], text, _text(speaker) if speaker else None, _seconds(turn.get("ts")))


def _text(value: object) -> str:
    if not isinstance(value, str | int):
        raise ValueError(f"an id must be a string, not {value!r}")
    return str(value).encode("utf-8", "replace").decode()


def _seconds(ts: Any) -> float | None:
    seconds = parse_instant(ts).timestamp() if isinstance(ts, str) else ts
    if seconds is not None and not math.isfinite(seconds):
        raise ValueError(f"ts must be a time, not {ts!r}")
    return seconds
