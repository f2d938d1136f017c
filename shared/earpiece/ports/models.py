"""Model versions of one account, their training, and what they are trained from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from earpiece.domain.models import ModelRecord, RunState, TrainingRun


class ModelFiles(Protocol):
    """The folders `models/<account>/<version>/` of one account. Written once; the manifest comes last."""

    def upload(self, version: str, folder: Path) -> None:
        """Raises Conflict when the version is there with another manifest; the same one twice is one."""

    def download(self, version: str, into: Path) -> Path:
        """A folder below `into` with every file; raises NotFound, or ModelUnusable when a file is not as promised."""

    def verify(self, version: str) -> None:
        """Return if every file that the manifest names is there in its size; raises NotFound or ModelUnusable.

        Costs a listing, not a download.
        """

    def manifest(self, version: str) -> dict[str, Any]:
        """Raises NotFound."""


class ModelRecords(Protocol):
    """What was decided on each model version of one account."""

    def put(self, record: ModelRecord) -> None: ...
    def find(self, version: str) -> ModelRecord | None: ...
    def all(self) -> Sequence[ModelRecord]:
        """Newest first."""


class TrainingRuns(Protocol):
    """Training runs of one account, one at a time."""

    def start(self, run_id: str, now: datetime, *, lease_s: int) -> TrainingRun:
        """Take the lease, in state requested. Raises AlreadyRunning with `run_id` of the other that has it.

        The same run id again returns its run as it is; when that has not ended and its lease has, it takes it again.
        """

    def heartbeat(self, run_id: str, now: datetime, *, lease_s: int, state: RunState = RunState.RUNNING) -> None:
        """Hold the lease until `lease_s` from now (0 gives it up). Raises StaleVersion when the run may not go on:
        it has ended, or another run has the lease; NotFound when there is no such run.
        """

    def finish(self, run_id: str, state: RunState, now: datetime, **details: Any) -> None:
        """End the run and its lease. `reason` and `model_version` are the run's own fields; the rest are its details.

        A run that has ended stays as it ended.
        """

    def find(self, run_id: str) -> TrainingRun | None: ...
    def all(self) -> Sequence[TrainingRun]: ...


class Jobs(Protocol):
    """Executions of a job."""

    def run(self, job: str, environment: dict[str, str]) -> str:
        """Start an execution and return its name; raises Unavailable."""
