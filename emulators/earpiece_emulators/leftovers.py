"""What an earlier run of a state folder left behind when it was killed: found for certain, and stopped."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from earpiece_emulators.launches import MARK
from earpiece_emulators.places import State
from earpiece_emulators.processes import Identity, all_processes, carries, is_alive, stop_group
from earpiece_emulators.record import RuntimeRecord, read_record

_WARDEN_PATIENCE_S = 90.0


def stop_leftovers(state: State) -> int:
    """Stop every process of an earlier run; how many groups there were. Call it with the state's lock held."""
    record = read_record(state.runtime)
    if record is not None:
        _await_warden(record)
    groups = set(groups_left(state, record))
    for group in groups:
        stop_group(group, grace_s=2.0)
    state.runtime.unlink(missing_ok=True)
    return len(groups)


def groups_left(state: State, record: RuntimeRecord | None) -> Iterator[int]:
    """The process groups of a state folder's run, a group perhaps more than once.

    Never a foreign one: a process is ours if it has the recorded id and start time, or carries this folder's mark.
    """
    for identity in _recorded(record):
        if is_alive(identity):
            yield identity.pid
    own_group = os.getpgrp()
    for seen in all_processes():
        if seen.group != own_group and carries(seen.identity.pid, MARK, str(state.folder)):
            yield seen.group


def _recorded(record: RuntimeRecord | None) -> list[Identity]:
    if record is None:
        return []
    processes = [process.identity for process in record.processes]
    executions = [execution.identity for execution in record.executions]
    return [identity for identity in (record.warden, *processes, *executions) if identity]


def _await_warden(record: RuntimeRecord) -> None:
    """Let the warden of a killed supervisor finish saving what the databases hold."""
    deadline = time.monotonic() + _WARDEN_PATIENCE_S
    while record.warden and is_alive(record.warden) and time.monotonic() < deadline:
        time.sleep(0.1)
