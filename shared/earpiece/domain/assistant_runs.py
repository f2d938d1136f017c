"""Runs of assistants: what was read, how it ended, what it cost, and what the agent made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from earpiece.domain.assistants import Assistant, Skip, Trigger, known_fields
from earpiece.domain.ids import digest
from earpiece.domain.times import format_instant, parse_instant


class RunState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"  # no call was made; `reason` is a Skip
    FAILED = "failed"  # the model answered, and twice not as it must; `reason` says how
    WAITING = "waiting"  # no model answered; it is tried again


OPEN = (RunState.RUNNING, RunState.WAITING)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run took. `cost_usd` is None where nobody knows a price."""

    call_count: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0
    latency_ms: int = 0
    upstream_model: str = ""

    def and_also(self, other: Spent) -> Spent:
        """Both together; an unknown cost stays unknown."""
        known = self.cost_usd is not None and other.cost_usd is not None
        return Spent(
            self.call_count + other.call_count,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            (self.cost_usd or 0.0) + (other.cost_usd or 0.0) if known else None,
            self.latency_ms + other.latency_ms,
            other.upstream_model or self.upstream_model,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: `result` fits the assistant's schema, `text` is the same to read and to edit.

    `dropped_statements` and `dropped_entities` count what named no message, and what nobody had said.
    """

    state: RunState
    reason: str = ""
    result: Mapping[str, Any] | None = None
    text: str = ""
    is_trimmed: bool = False
    is_repaired: bool = False
    segment_count: int = 0
    dropped_statements: int = 0
    dropped_entities: int = 0
    spent: Spent = field(default_factory=Spent)

    @property
    def is_final(self) -> bool:
        """Whether the same state of the conversation is never tried again: not while only a model was missing."""
        return self.state not in OPEN and self.reason != Skip.NO_MODEL


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `run_id` is `run_id_of` what it reads: the same conversation state has one run of an assistant.

    `based_on` counts the conversation's events; `read_state` is the digest of the turns that were read.
    """

    run_id: str
    conversation_id: str
    code: str
    assistant_version: str
    model: str
    trigger: Trigger
    read_state: str
    based_on: int
    settings_version: str
    started_at: datetime
    finished_at: datetime | None = None
    outcome: Outcome = field(default_factory=lambda: Outcome(RunState.RUNNING))


@dataclass(frozen=True, slots=True)
class FinalText:
    """What the agent made of a result, or wrote without one. `edited_words` were added, removed or replaced."""

    text: str
    agent_id: str
    at: datetime
    run_id: str | None = None
    edited_words: int | None = None


def run_id_of(account_id: str, conversation_id: str, read_state: str, assistant: Assistant, *given: str) -> str:
    """The id of the run of one version of an assistant over one state; `given` is what else its answer depends on."""
    return digest("assistant-run", account_id, conversation_id, read_state, assistant.code, assistant.version, *given)


def run_to_json(run: Run) -> dict[str, Any]:
    """As it is stored with its conversation."""
    finished = format_instant(run.finished_at) if run.finished_at else None
    return {**asdict(run), "started_at": format_instant(run.started_at), "finished_at": finished}


def run_from_json(body: Mapping[str, Any]) -> Run:
    """What `run_to_json` wrote; fields that we do not know are passed over."""
    told = known_fields(Outcome, body["outcome"])
    spent = Spent(**known_fields(Spent, told.get("spent", {})))
    outcome = Outcome(**{**told, "state": RunState(told["state"]), "spent": spent})
    finished = body.get("finished_at")
    times = {
        "started_at": parse_instant(body["started_at"]),
        "finished_at": parse_instant(finished) if finished else None,
    }
    return Run(**{**known_fields(Run, body), **times, "trigger": Trigger(body["trigger"]), "outcome": outcome})


def final_to_json(final: FinalText) -> dict[str, Any]:
    return {**asdict(final), "at": format_instant(final.at)}


def final_from_json(body: Mapping[str, Any]) -> FinalText:
    return FinalText(**{**known_fields(FinalText, body), "at": parse_instant(body["at"])})
