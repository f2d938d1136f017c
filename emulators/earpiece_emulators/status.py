"""What runs now: the record of the run, and how each part of it answers at this moment."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

from earpiece_emulators.claim import is_claimed
from earpiece_emulators.keeping import answers
from earpiece_emulators.launches import Role
from earpiece_emulators.places import State
from earpiece_emulators.processes import is_alive
from earpiece_emulators.record import ProcessRecord, RuntimeRecord, read_record

_PROBE_S = 2.0


def status_of(state: State) -> dict[str, Any]:
    """The object that `earpiece status --format json` prints.

    `phase` is starting, running, stopping or stopped; `health` of a part is ready (takes work), live (answers,
    but takes none yet) or down.
    """
    record = read_record(state.runtime) if is_claimed(state) else None
    shown: dict[str, Any] = {"phase": "stopped", "state": str(state.folder), "units": {}, "stores": {}}
    if record is not None:
        shown |= _running(record)
    return shown | {"accounts": read_credentials(state)}


def read_credentials(state: State) -> dict[str, Any]:
    """Account id → its local credentials."""
    try:
        credentials = json.loads(state.credentials.read_bytes())
    except (OSError, ValueError):
        return {}
    accounts = credentials.get("accounts") if isinstance(credentials, dict) else None
    return accounts if isinstance(accounts, dict) else {}


def _running(record: RuntimeRecord) -> dict[str, Any]:
    by_role: dict[str, list[ProcessRecord]] = {role: [] for role in Role}
    for process in record.processes:
        by_role[process.role].append(process)
    with ThreadPoolExecutor(16) as pool:  # a part that hangs must not hold up the others
        health = dict(zip([p.name for p in record.processes], pool.map(_health, record.processes), strict=True))
    return {
        "phase": record.phase,
        "project": record.project,
        "supervisor": {"pid": record.supervisor.pid, "url": record.control},
        "units": {p.name: {"url": p.address} | _process(p, health[p.name]) for p in by_role[Role.UNIT]},
        "stores": {p.name: {"address": p.address} | _process(p, health[p.name]) for p in by_role[Role.STORE]},
        "stand_ins": {p.name: {"url": p.address} | _process(p, health[p.name]) for p in by_role[Role.STAND_IN]},
        "executions": [asdict(execution) for execution in record.executions],
    }


def _process(process: ProcessRecord, health: str) -> dict[str, Any]:
    pid = process.identity.pid if process.identity else None
    return {"health": health, "pid": pid, "restarts": process.restarts}


def _health(process: ProcessRecord) -> str:
    if process.identity is None or not is_alive(process.identity):
        return "down"
    if answers(process.probe, _PROBE_S):
        return "ready"
    is_unit = process.role == Role.UNIT
    return "live" if is_unit and answers(f"{process.address}/healthz", _PROBE_S) else "down"
