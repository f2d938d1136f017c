"""runtime.json: what a run has started, for `status`, for `down`, and for the run after a crash."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from earpiece_emulators.processes import Identity


class Phase(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class ProcessRecord:
    name: str
    role: str
    address: str
    probe: str
    restarts: int
    identity: Identity | None = None


@dataclass(frozen=True, slots=True)
class ExecutionRecord:
    """A job's execution; `identity` while it runs, `exit_code` once it has ended."""

    name: str
    started_at: str
    log: str
    identity: Identity | None = None
    ended_at: str | None = None
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class RuntimeRecord:
    """A run. `saves`: the Firestore databases hold all that was kept of them, so they may be saved at its end."""

    phase: Phase
    project: str
    supervisor: Identity
    warden: Identity | None = None
    control: str | None = None  # the supervisor's own HTTP address
    saves: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)  # for whoever wants to use the stores
    processes: Sequence[ProcessRecord] = field(default_factory=tuple)
    executions: Sequence[ExecutionRecord] = field(default_factory=tuple)


def write_record(path: Path, record: RuntimeRecord) -> None:
    write_atomically(path, json.dumps(asdict(record), indent=1).encode())


def read_record(path: Path) -> RuntimeRecord | None:
    """The record, or None when there is none or it cannot be read."""
    try:
        data = json.loads(path.read_bytes())
        return RuntimeRecord(
            phase=Phase(data["phase"]),
            project=data["project"],
            supervisor=Identity(**data["supervisor"]),
            warden=_identity(data["warden"]),
            control=data["control"],
            saves=data["saves"],
            environment=data["environment"],
            processes=[ProcessRecord(**_with_identity(process)) for process in data["processes"]],
            executions=[ExecutionRecord(**_with_identity(execution)) for execution in data["executions"]],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _with_identity(data: dict[str, Any]) -> dict[str, Any]:
    return data | {"identity": _identity(data["identity"])}


def _identity(data: dict[str, Any] | None) -> Identity | None:
    return Identity(**data) if data else None


def write_atomically(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Replace a file in one step: a reader sees the old content or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
