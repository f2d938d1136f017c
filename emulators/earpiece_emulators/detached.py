"""From one process to the supervisor in another: start it and leave it, or bring it down."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from earpiece.domain.errors import AlreadyRunning, Unavailable
from earpiece_emulators.claim import is_claimed, take_folder
from earpiece_emulators.launches import clean_environment
from earpiece_emulators.places import REPOSITORY, State
from earpiece_emulators.processes import is_alive
from earpiece_emulators.record import Phase, RuntimeRecord, read_record
from earpiece_emulators.supervisor import LOG, Options

_PAUSE_S = 0.1
_SAVING_S = 300.0  # beyond draining: saving large databases, and stopping
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Follower:
    """The lines that are added to the supervisor's log from now on, without their times."""

    def __init__(self, state: State) -> None:
        self._log = state.log(LOG)
        self._at = self._log.stat().st_size if self._log.exists() else 0

    def lines(self) -> Iterator[str]:
        if not self._log.exists():
            return
        with self._log.open("rb") as log:
            log.seek(self._at)
            for line in log:
                if not line.endswith(b"\n"):
                    break
                self._at += len(line)
                yield line.decode(errors="replace").rstrip("\n").partition(" ")[2]


def start_detached(options: Options, tell: Callable[[str], None]) -> None:
    """Start a supervisor that outlives us, and return when everything is ready; if it is already, that is fine.

    Raises AlreadyRunning while a run is starting or stopping, and Unavailable if it does not get ready.
    """
    state = State(Path(options.state))
    if is_claimed(state):
        record = read_record(state.runtime)
        if record and record.phase == Phase.RUNNING:
            tell(f"already up from {state.folder}")
            return
        raise AlreadyRunning(f"a run from {state.folder} is starting or stopping; try again in a moment")
    follower = Follower(state)
    process = _spawn(options, state)
    try:
        _follow_until_ready(process, state, follower, tell)
    except KeyboardInterrupt:
        tell("stopping")
        process.terminate()
        process.wait()
        raise


def _spawn(options: Options, state: State) -> subprocess.Popen[bytes]:
    state.log(LOG).parent.mkdir(parents=True, exist_ok=True)
    with state.log(f"{LOG}-output").open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "earpiece_emulators.supervisor", options.to_json()],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=clean_environment(),
            cwd=REPOSITORY,
            start_new_session=True,
        )


def _follow_until_ready(
    process: subprocess.Popen[bytes], state: State, follower: Follower, tell: Callable[[str], None]
) -> None:
    while True:
        ended = process.poll() is not None
        for line in follower.lines():
            if not line.startswith("error: "):
                tell(line)
                continue
            process.wait()
            raise Unavailable(line.removeprefix("error: "))
        if ended:
            raise Unavailable(f"the supervisor ended with status {process.returncode}; see {state.log(LOG).parent}")
        record = read_record(state.runtime)
        if record and record.phase == Phase.RUNNING and record.supervisor.pid == process.pid:
            return
        time.sleep(_PAUSE_S)


def bring_down(state: State, drain_s: float, tell: Callable[[str], None]) -> None:
    """Ask the run of a folder to drain, save and stop, and return when it has.

    Clears up what a killed run left behind. Raises Unavailable if it does not stop.
    """
    if not is_claimed(state):
        if state.runtime.exists():
            take_folder(state, tell).leave()
        tell(f"nothing runs from {state.folder}")
        return
    record = read_record(state.runtime)
    if record is None or not is_alive(record.supervisor):
        raise Unavailable(f"{state.folder} is in use, but does not say by what; try again in a moment")
    follower = Follower(state)
    _ask(record, drain_s)
    deadline = time.monotonic() + drain_s + _SAVING_S
    while is_claimed(state):
        for line in follower.lines():
            tell(line)
        if time.monotonic() > deadline:
            raise Unavailable(f"the run of {state.folder} (process {record.supervisor.pid}) does not stop")
        time.sleep(_PAUSE_S)
    for line in follower.lines():
        tell(line)


def _ask(record: RuntimeRecord, drain_s: float) -> None:
    """Over HTTP, which carries the time-out; by a signal while there is no door yet."""
    if record.control:
        headers = {"content-type": "application/json"}
        body = json.dumps({"timeout_s": drain_s}).encode()
        request = urllib.request.Request(f"{record.control}/down", body, headers)  # noqa: S310 (our own)
        try:
            _direct.open(request, timeout=10).close()
        except OSError:
            pass
        else:
            return
    os.kill(record.supervisor.pid, signal.SIGTERM)
