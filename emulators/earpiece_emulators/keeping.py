"""Keeping one process alive: started, made ready, and started again when it dies."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

from earpiece.domain.errors import Unavailable
from earpiece_emulators.launches import Launch, clean_environment, environment_of
from earpiece_emulators.places import State
from earpiece_emulators.processes import Identity, identify, signal_group, start, stop_group

_FAILED_STARTS = 3  # so many deaths before the first readiness, and we give up
_LONGEST_PAUSE_S = 5.0
# A traceback's last line: `ValueError: why`, `earpiece.domain.errors.Unavailable: why`.
_EXCEPTION = re.compile(r"(\w+\.)*[A-Z]\w*(Error|Exception|Exit)(: .*)?$|(\w+\.)+[A-Z]\w+: .*$")
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Running:
    """What is known of a kept process now. `identity` is None between a death and the next start."""

    launch: Launch
    identity: Identity | None
    restarts: int
    is_ready: bool


def answers(url: str, timeout_s: float = 2.0) -> bool:
    """Whether a GET is answered with 200."""
    try:
        with _direct.open(url, timeout=timeout_s) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


class Keeper:
    """Keeps the process of one launch alive from `start` to `stop`, on a thread of its own.

    `prepare` runs each time the process answers its probe, before it counts as ready: it puts back what a
    store in memory has lost. `changed` is called after every change of `running`.
    """

    def __init__(
        self,
        launch: Launch,
        state: State,
        *,
        prepare: Callable[[], object] = lambda: None,
        changed: Callable[[], None] = lambda: None,
        grace_s: float = 10.0,
    ) -> None:
        self.launch = launch
        self._state = state
        self._prepare = prepare
        self._changed = changed
        self._grace_s = grace_s
        self._process: subprocess.Popen[bytes] | None = None
        self._identity: Identity | None = None
        self._restarts = 0
        self._ready = threading.Event()
        self._stopping = threading.Event()
        self.failure: str | None = None  # why we gave up, once we have
        self._thread: threading.Thread | None = None
        self._log_from = 0

    @property
    def running(self) -> Running:
        return Running(self.launch, self._identity, self._restarts, self._ready.is_set())

    def start(self) -> None:
        self._stopping.clear()
        log = self._state.log(self.launch.name)
        self._log_from = log.stat().st_size if log.exists() else 0
        self._thread = threading.Thread(target=self._keep, name=f"keep {self.launch.name}", daemon=True)
        self._thread.start()

    def wait_ready(self, timeout_s: float) -> None:
        """Return once the process is ready; raises Unavailable, with its last words, if that does not come."""
        deadline = time.monotonic() + timeout_s
        while not self._ready.wait(0.05):
            self.raise_failure()
            if self._stopping.is_set():
                raise Unavailable(f"{self.launch.name} was stopped before it was ready")
            if time.monotonic() > deadline:
                raise Unavailable(f"{self.launch.name} was not ready after {timeout_s:.0f} s: {self._last_words()}")

    def raise_failure(self) -> None:
        """Raise Unavailable, with its last words, if the process has died at each of its first starts."""
        if self.failure:
            raise Unavailable(f"{self.launch.name} could not be started: {self.failure}")

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Signal the process alone, not its group: what the system does when it kills one."""
        identity = self._identity
        if identity:
            os.kill(identity.pid, number)

    def stop(self) -> None:
        """Stop the whole group and keep it stopped, until `start`."""
        self._stopping.set()
        if self._process is not None:
            stop_group(self._process.pid, grace_s=self._grace_s)
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _keep(self) -> None:
        failed_starts = 0
        pause_s = 0.2
        while not self._stopping.is_set():
            was_ready = self._run_once()
            if self._stopping.is_set():
                break
            failed_starts = 0 if was_ready else failed_starts + 1
            if failed_starts >= _FAILED_STARTS and self._restarts < _FAILED_STARTS:
                self.failure = self._last_words()
            self._restarts += 1
            self._changed()
            pause_s = 0.2 if was_ready else min(2 * pause_s, _LONGEST_PAUSE_S)
            self._stopping.wait(pause_s)

    def _run_once(self) -> bool:
        """Run the process until it ends; True if it was ready at some time."""
        process = self._spawn()
        was_ready = self._make_ready(process)
        process.wait()
        self._ready.clear()
        self._identity = None
        # Workers outlive a killed master for a moment and would hold its port.
        signal_group(process.pid, signal.SIGKILL)
        self._changed()
        return was_ready

    def _spawn(self) -> subprocess.Popen[bytes]:
        environment = clean_environment() | dict(self.launch.environment) | environment_of(self._state)
        self._process = start(
            self.launch.command,
            environment=environment,
            folder=self.launch.folder,
            log=self._state.log(self.launch.name),
        )
        self._identity = identify(self._process.pid)
        self._changed()
        if self._stopping.is_set():  # stopped between the last look and the start
            stop_group(self._process.pid, grace_s=0)
        return self._process

    def _make_ready(self, process: subprocess.Popen[bytes]) -> bool:
        while process.poll() is None and not self._stopping.is_set():
            if answers(self.launch.probe):
                return self._prepared(process)
            time.sleep(0.05)
        return False

    def _prepared(self, process: subprocess.Popen[bytes]) -> bool:
        try:
            self._prepare()
        except Exception as error:  # whatever it was: the process is of no use unprepared, and starts again
            self._note(f"could not be prepared: {type(error).__name__}: {error}")
            signal_group(process.pid, signal.SIGKILL)
            return False
        self._ready.set()
        self._changed()
        return True

    def _note(self, text: str) -> None:
        with self._state.log(self.launch.name).open("a") as log:
            log.write(f"earpiece: {self.launch.name} {text}\n")

    def _last_words(self) -> str:
        log = self._state.log(self.launch.name)
        said = log.read_bytes()[self._log_from :].decode(errors="replace") if log.exists() else ""
        lines = [line.strip() for line in said.splitlines() if line.strip()] or ["it said nothing"]
        exceptions = [line for line in lines if _EXCEPTION.match(line)]
        return f"{(exceptions or lines)[-1][:300]} ({log})"
