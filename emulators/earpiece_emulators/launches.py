"""What is needed to start one process of the runtime and to know that it is ready."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from earpiece_emulators.places import State

# A run's processes carry its state folder in this variable, so that a later run can find what is left of them.
MARK = "EARPIECE_RUN"
_OF_ANOTHER_RUN = (
    "FIRESTORE_EMULATOR_HOST",
    "PUBSUB_EMULATOR_HOST",
    "BIGQUERY_EMULATOR_HOST",
    "STORAGE_EMULATOR_HOST",
    "GOOGLE_APPLICATION_CREDENTIALS",
)


class Role(StrEnum):
    STORE = "store"
    UNIT = "unit"
    STAND_IN = "stand_in"  # does what a part of Google's platform does: the warehouse subscriptions
    JOB = "job"


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start a process. `address` is what its clients are told; `probe` a URL that answers 200 when ready."""

    name: str
    role: Role
    command: tuple[str, ...]
    folder: Path
    address: str
    probe: str
    environment: Mapping[str, str] = field(default_factory=dict)


def environment_of(state: State) -> dict[str, str]:
    """By which a process of a run is known for one, and where it puts what it needs for itself."""
    state.scratch.mkdir(parents=True, exist_ok=True)
    return {MARK: str(state.folder), "TMPDIR": str(state.scratch)}


def clean_environment() -> dict[str, str]:
    """The environment of our own process without what points at other stores, and with no proxy before this machine."""
    kept = {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER_RUN}
    direct = ",".join(filter(None, (os.environ.get("no_proxy") or os.environ.get("NO_PROXY"), "127.0.0.1,localhost")))
    return kept | {"NO_PROXY": direct, "no_proxy": direct, "PYTHONUNBUFFERED": "1"}
