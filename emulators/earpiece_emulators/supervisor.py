"""The process that a run of `earpiece up` is: starts everything, keeps it, and ends it in good order.

Runs in the terminal, or detached as `python -m earpiece_emulators.supervisor <options as JSON>`.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from earpiece.domain.errors import EarpieceError, Unavailable
from earpiece_emulators import firestore_archive
from earpiece_emulators.draining import drain
from earpiece_emulators.launches import Role
from earpiece_emulators.places import State
from earpiece_emulators.plan import DESK
from earpiece_emulators.record import Phase
from earpiece_emulators.runtime import Runtime
from earpiece_emulators.undelivered import keep_undelivered

LOG = "supervisor"


@dataclass(frozen=True, slots=True)
class Options:
    """What `earpiece up` was asked for."""

    state: str
    ports: Mapping[str, int] = field(default_factory=dict)
    outbox_every_s: float = 5.0
    units: Sequence[str] | None = None  # None means all that exist

    def to_json(self) -> str:
        return json.dumps(asdict(self))


class Told:
    """Progress: each line into the supervisor's log, and to whoever watches."""

    def __init__(self, state: State, watcher: Callable[[str], None]) -> None:
        self._log = state.log(LOG)
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._watcher = watcher

    def __call__(self, line: str) -> None:
        self.write(line)
        self._watcher(line)

    def write(self, line: str) -> None:
        with contextlib.suppress(FileNotFoundError), self._log.open("a") as log:  # the folder may have been removed
            log.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}\n")


class Signals:
    """SIGINT, SIGTERM and SIGHUP ask to go down; the second one asks to hurry. Restores what was set before."""

    def __init__(self, ask: Callable[[], None]) -> None:
        self._ask = ask
        self.count = 0

    def __enter__(self) -> Signals:
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        self._before = {number: signal.signal(number, self._received) for number in numbers}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def is_in_a_hurry(self) -> bool:
        return self.count > 1

    def _received(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        # On a thread: the interrupted code may hold the very lock that setting the event needs.
        threading.Thread(target=self._ask).start()


def supervise(options: Options, watcher: Callable[[str], None], ready: Callable[[Runtime], None]) -> None:
    """Start, call `ready`, stay until asked to go down, then drain, save and stop. Raises EarpieceError."""
    state = State(Path(options.state))
    tell = Told(state, watcher)
    runtime = Runtime(
        state.folder,
        options.units,
        ports=options.ports,
        outbox_every_s=options.outbox_every_s,
        keeps_data=True,
        tell=tell,
    )
    with Signals(runtime.asked_to_go_down.set) as signals:
        try:
            runtime.start()
            tell("everything is ready")
            ready(runtime)
            _await_request(runtime)
            go_down(runtime, tell, signals.is_in_a_hurry)
        except EarpieceError as error:
            tell.write(f"error: {error}")  # the command itself shows it
            raise
        finally:
            runtime.stop()
        tell("everything is stopped")


def _await_request(runtime: Runtime) -> None:
    """Return when asked to go down; raises Unavailable when the state folder is removed, for nothing can be kept."""
    while not runtime.asked_to_go_down.wait(1.0):
        if not runtime.holds_folder():
            raise Unavailable(f"{runtime.state.folder} was removed: everything is stopped, and nothing kept")


def go_down(runtime: Runtime, tell: Callable[[str], None], hurry: Callable[[], bool]) -> None:
    """Drain, stop the units, and save the databases; the stores still run afterwards."""
    runtime.phase = Phase.STOPPING
    runtime.write_record()
    tell("draining")
    if runtime.parts.has_desk():
        runtime.halt(DESK)  # its customers would go on writing
    try:
        for name, count in drain(runtime, runtime.drain_s, tell, hurry).items():
            tell(f"{count} of {name} were not finished")
    except Exception as error:  # a store that does not answer must not keep the databases from being saved
        tell(f"could not drain: {type(error).__name__}: {error}")
    runtime.halt(*(process.launch.name for process in runtime.all_running() if process.launch.role != Role.STORE))
    _keep_undelivered(runtime, tell)
    if not runtime.running("firestore").is_ready:
        tell("Firestore was not whole; what was saved before is kept")
        return
    counts = firestore_archive.save(runtime.address("firestore"), runtime.cloud.project, runtime.state.firestore)
    tell(f"saved {sum(counts.values())} documents of {len(counts)} databases")


def _keep_undelivered(runtime: Runtime, tell: Callable[[str], None]) -> None:
    address, takers = runtime.address("pubsub"), runtime.plan.takers()
    try:
        kept = keep_undelivered(address, runtime.cloud.project, takers, runtime.state.undelivered)
    except Exception as error:  # as above
        tell(f"could not keep undelivered messages: {type(error).__name__}: {error}")
        return
    if kept:
        tell(f"kept {kept} undelivered messages for the next start")


def main() -> None:
    options = Options(**json.loads(sys.argv[1]))
    try:
        supervise(options, watcher=_unwatched, ready=lambda _runtime: None)
    except EarpieceError as error:
        sys.exit(f"earpiece: {error}")


def _unwatched(_line: str) -> None:
    """The log is enough: whoever started us reads it."""


if __name__ == "__main__":
    main()
