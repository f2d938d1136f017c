"""One run of the local system: its stores and units, as processes that are kept alive until the run ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from earpiece.domain.errors import AlreadyRunning, NotFound
from earpiece_emulators import ports as free_ports
from earpiece_emulators.keeping import Keeper, Running
from earpiece_emulators.launches import Launch, Role
from earpiece_emulators.leftovers import stop_leftovers
from earpiece_emulators.places import State
from earpiece_emulators.preparations import preparation
from earpiece_emulators.processes import Identity, identify
from earpiece_emulators.record import Phase, ProcessRecord, RuntimeRecord, write_record
from earpiece_emulators.stores import STORES, Cloud, store_launch, store_ports, store_variables
from earpiece_emulators.warden import Warden

_STORE_PATIENCE_S = 90.0


def _silently(_line: str) -> None:
    """Tell nobody."""


class Runtime:
    """Stores, and later units, of one state folder. A context manager: started on entry, all stopped on exit.

    `stores` may be any of STORES; `ports` gives a port to those that need a certain one. Whatever happens to this
    process, none of its children outlives it (`warden`).
    """

    def __init__(
        self,
        state: Path,
        units: Sequence[str] | None = (),
        stores: Sequence[str] = STORES,
        *,
        cloud: Cloud | None = None,
        ports: Mapping[str, int] | None = None,
        tell: Callable[[str], None] = _silently,
    ) -> None:
        self.state = State(state.resolve())
        self.cloud = cloud or Cloud()
        self._stores = tuple(stores)
        self._units = units
        self._given_ports = ports or {}
        self._tell = tell
        self._keepers: dict[str, Keeper] = {}
        self._phase = Phase.STARTING
        self._record_lock = threading.Lock()
        self._lock: IO[str] | None = None
        self._warden: Warden | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start everything; return when all of it is ready. Raises AlreadyRunning, or Unavailable with the reason."""
        self._take_folder()
        self._ports = free_ports.choose(self._port_names(), self._given_ports)
        self._start_all([store_launch(store, self.state, self._ports, self.cloud) for store in self._stores])
        self._phase = Phase.RUNNING
        self._write_record()

    def stop(self) -> None:
        """Stop everything that this run started: units first, then stores. Does nothing the second time."""
        if self._lock is None:
            return
        self._phase = Phase.STOPPING
        for role in (Role.UNIT, Role.STAND_IN, Role.STORE):
            self._stop_all([keeper for keeper in self._keepers.values() if keeper.launch.role == role])
        self.state.runtime.unlink(missing_ok=True)
        if self._warden:
            self._warden.dismiss()
        self._lock.close()
        self._lock = None

    def environment(self) -> dict[str, str]:
        """What a child process needs in its environment to use these stores."""
        named = {"PROJECT_ID": self.cloud.project, "GOOGLE_CLOUD_PROJECT": self.cloud.project}
        place = {"REGION": self.cloud.region, "MODELS_BUCKET": self.cloud.bucket}
        return named | place | store_variables({store: self.address(store) for store in self._stores})

    def address(self, name: str) -> str:
        """Where a store or unit is: host and port, or a URL, as its clients want it."""
        return self._keeper(name).launch.address

    def running(self, name: str) -> Running:
        return self._keeper(name).running

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Signal a unit's or a store's process. It is started again when it dies."""
        self._keeper(name).kill(number)

    def wait_ready(self, name: str, timeout_s: float = 60.0) -> None:
        self._keeper(name).wait_ready(timeout_s)

    def halt(self, name: str) -> None:
        """Stop a unit or a store, and leave it stopped until `resume`."""
        self._keeper(name).stop()

    def resume(self, name: str) -> None:
        """Start a halted unit or store again, at the same address, and return when it is ready."""
        self._keeper(name).start()
        self._keeper(name).wait_ready(_STORE_PATIENCE_S)

    def _keeper(self, name: str) -> Keeper:
        if name not in self._keepers:
            raise NotFound(f"{name} is no part of this run; there are {', '.join(sorted(self._keepers))}")
        return self._keepers[name]

    def _take_folder(self) -> None:
        self.state.folder.mkdir(parents=True, exist_ok=True)
        lock = self.state.lock.open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise AlreadyRunning(f"{self.state.folder} is in use by a run; `earpiece down` ends it") from None
        self._lock = lock
        if count := stop_leftovers(self.state):
            self._tell(f"stopped {count} processes that an earlier run had left behind")
        self._warden = Warden(self.state)
        self._write_record()

    def _port_names(self) -> list[str]:
        return [port for store in self._stores for port in store_ports(store)]

    def _start_all(self, launches: Sequence[Launch]) -> None:
        keepers = [self._keep(launch) for launch in launches]
        for keeper in keepers:
            keeper.wait_ready(_STORE_PATIENCE_S)
            self._tell(f"{keeper.launch.name} is ready at {keeper.launch.address}")

    def _keep(self, launch: Launch) -> Keeper:
        prepare = preparation(launch, self.cloud)
        keeper = Keeper(launch, self.state, prepare=prepare, changed=self._write_record)
        self._keepers[launch.name] = keeper
        keeper.start()
        return keeper

    def _stop_all(self, keepers: Sequence[Keeper]) -> None:
        threads = [threading.Thread(target=keeper.stop) for keeper in keepers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _write_record(self) -> None:
        with self._record_lock:
            running = [keeper.running for keeper in list(self._keepers.values())]
            record = RuntimeRecord(
                phase=self._phase,
                project=self.cloud.project,
                supervisor=_known(os.getpid()),
                warden=identify(self._warden.pid) if self._warden else None,
                processes=[_recorded(process) for process in running],
            )
            with contextlib.suppress(FileNotFoundError):  # a test's folder may be gone before its last process
                write_record(self.state.runtime, record)


def _known(pid: int) -> Identity:
    return identify(pid) or Identity(pid, "")


def _recorded(process: Running) -> ProcessRecord:
    launch = process.launch
    return ProcessRecord(launch.name, launch.role, launch.address, process.restarts, process.identity)
