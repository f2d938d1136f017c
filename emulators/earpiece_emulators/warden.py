"""The warden: a process that waits for its supervisor's end, and clears up if that was not an orderly one.

Its standard input is a pipe that only the supervisor writes to; the end of file means that the supervisor is gone,
killed perhaps. It then saves the databases if the record says that they are whole, and stops what still runs.
Started as `python -m earpiece_emulators.warden <state folder>`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import traceback
from pathlib import Path

from earpiece_emulators.firestore_archive import save
from earpiece_emulators.launches import MARK, Role, clean_environment
from earpiece_emulators.leftovers import groups_left
from earpiece_emulators.places import State
from earpiece_emulators.processes import stop_group
from earpiece_emulators.record import RuntimeRecord, read_record
from earpiece_emulators.undelivered import keep_undelivered

_ORDERLY = b"done"


class Warden:
    """The supervisor's side: `dismiss` after everything has been stopped."""

    def __init__(self, state: State) -> None:
        log = state.log("warden")
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "earpiece_emulators.warden", str(state.folder)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={name: value for name, value in clean_environment().items() if name != MARK},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def dismiss(self) -> None:
        self._process.communicate(_ORDERLY)


def watch(state: State) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if sys.stdin.buffer.read() != _ORDERLY:
        _clear_up(state)


def _clear_up(state: State) -> None:
    record = read_record(state.runtime)
    # Without a record (the folder may have been removed) nothing is saved, but nothing may be left running either.
    if record and record.saves:
        for group in set(groups_left(state, record)) - _stores(record) - {os.getpid()}:
            stop_group(group, grace_s=5.0)
        _save(state, record)
    for group in set(groups_left(state, record)) - {os.getpid()}:
        stop_group(group)
    shutil.rmtree(state.scratch, ignore_errors=True)
    state.runtime.unlink(missing_ok=True)


def _stores(record: RuntimeRecord) -> set[int]:
    return {process.identity.pid for process in record.processes if process.role == Role.STORE and process.identity}


def _save(state: State, record: RuntimeRecord) -> None:
    addresses = {process.name: process.address for process in record.processes}
    try:
        counts = save(addresses["firestore"], record.project, state.firestore)
        print(f"saved {sum(counts.values())} documents", flush=True)  # noqa: T201 (its output is its log)
        kept = keep_undelivered(addresses["pubsub"], record.project, addresses, state.undelivered)
        print(f"kept {kept} undelivered messages", flush=True)  # noqa: T201
    except Exception:  # the processes must be stopped all the same
        traceback.print_exc()


if __name__ == "__main__":
    watch(State(Path(sys.argv[1])))
