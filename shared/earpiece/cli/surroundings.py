"""Where the staff commands work: what the environment names, else what runs on this machine."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from earpiece.cli.stage import workspace_root
from earpiece.domain.errors import NotFound, Unavailable

STATE_VARIABLE = "EARPIECE_STATE"
PROJECT = "PROJECT_ID"
_EMULATOR_SUFFIX = "_EMULATOR_HOST"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`variables` are those of the environment; `state` is the folder of the local run, None for any other place.

    `units` has the address of each local unit.
    """

    variables: Mapping[str, str]
    state: Path | None = None
    units: Mapping[str, str] = field(default_factory=dict)

    def need(self, name: str) -> str:
        """The value of a variable; raises NotFound that names it."""
        value = self.get(name)
        if not value:
            raise NotFound(f"{name} is not set; set it, or start a local run with `earpiece up`")
        return value

    def get(self, name: str, default: str = "") -> str:
        return self.variables.get(name) or default

    def enter(self) -> Surroundings:
        """Let this process's clients find the emulators, by Google's own variables."""
        hosts = {name: value for name, value in self.variables.items() if name.endswith(_EMULATOR_SUFFIX)}
        os.environ.update(hosts)
        return self


def find_surroundings(environment: Mapping[str, str], here: Path) -> Surroundings:
    """The environment's, when it names a project; else those of the local run; raises Unavailable without either.

    The two are never mixed: a command for production must not reach an emulator for a variable that was forgotten.
    """
    state = _state_folder(environment, here)
    record = _read(state / "runtime.json") if state else {}
    local = _texts(record.get("environment"))
    if not environment.get(PROJECT):
        if not local.get(PROJECT):
            raise Unavailable(f"nothing runs here (`earpiece up` starts it), and {PROJECT} is not set")
        return Surroundings(local, state, _units(record))
    hosts = {name: value for name, value in local.items() if name == PROJECT or name.endswith(_EMULATOR_SUFFIX)}
    is_local = bool(hosts) and all(environment.get(name) == value for name, value in hosts.items())
    return Surroundings(dict(environment), state if is_local else None, _units(record) if is_local else {})


def _state_folder(environment: Mapping[str, str], here: Path) -> Path | None:
    if told := environment.get(STATE_VARIABLE):
        return Path(told).expanduser().resolve()
    try:
        return workspace_root(here) / ".local"
    except NotFound:
        return None


def _read(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _units(record: Mapping[str, Any]) -> dict[str, str]:
    processes = record.get("processes") or ()
    return {p["name"]: p["address"] for p in processes if isinstance(p, dict) and p.get("role") == "unit"}


def _texts(found: object) -> dict[str, str]:
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}
