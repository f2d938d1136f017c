"""A model version of an account, its training run, and the decision to release it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class ModelState(StrEnum):
    CANDIDATE = "candidate"  # trained; not in service, with the reason
    RELEASED = "released"  # was or is in service; the account's pointer says which is


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """What is known of a model version. `metrics` are of its own test set; `baseline` those of the model in service."""

    version: str
    state: ModelState
    created_at: datetime
    reason: str = ""
    released_at: datetime | None = None
    parent: str | None = None
    metrics: Mapping[str, Any] = field(default_factory=dict)
    baseline: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, Any] = field(default_factory=dict)
    data_hash: str = ""


class RunState(StrEnum):
    REQUESTED = "requested"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    SKIPPED = "skipped"  # for example insufficient_data: the model in service stays
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """One training of one account. Until `lease_until` nobody else may start one."""

    run_id: str
    state: RunState
    requested_at: datetime
    lease_until: datetime
    reason: str = ""
    model_version: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def is_running(self, now: datetime) -> bool:
        return self.state in (RunState.REQUESTED, RunState.RUNNING) and self.lease_until > now
