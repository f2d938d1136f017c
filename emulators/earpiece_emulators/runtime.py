"""One run of the local system: its stores and units, as processes that are kept alive until the run ends."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from earpiece.domain.errors import NotFound, Unavailable
from earpiece_emulators import ports as free_ports
from earpiece_emulators.claim import Claim, take_folder
from earpiece_emulators.control import Control
from earpiece_emulators.jobs import Execution, Jobs
from earpiece_emulators.keeping import Keeper, Running
from earpiece_emulators.keys import ensure_keys
from earpiece_emulators.launches import Launch, Role
from earpiece_emulators.places import REPOSITORY, State
from earpiece_emulators.plan import CONTROL, DESK, Plan, parts_named
from earpiece_emulators.preparations import preparation
from earpiece_emulators.processes import in_group
from earpiece_emulators.record import Phase, write_record
from earpiece_emulators.recording import record_of
from earpiece_emulators.schedules import Scheduler, schedules
from earpiece_emulators.stores import STORES, Cloud
from earpiece_emulators.undelivered import publish_again
from earpiece_emulators.units import UNITS, Unit
from earpiece_emulators.upkeep import Upkeep

_PATIENCE_S = 300.0  # a store may have many documents to restore; one that dies is noticed at once


def _silently(_line: str) -> None:
    """Tell nobody."""


class Runtime:
    """Stores and units of one state folder. A context manager: started on entry, all stopped on exit.

    `units` names units, and `warehouse` the stand-in of the BigQuery subscriptions; None means all that exist.
    `stores` may be any of STORES. `ports` gives a port to those that need a certain one, `variables` adds to the
    environment of single units. `keeps_data` restores what was saved of Firestore at every start of its emulator,
    and publishes again what was left undelivered. `outbox_every_s` starts the schedules. Whatever happens to this
    process, none of its children outlives it (`warden`).
    """

    def __init__(
        self,
        state: Path,
        units: Sequence[str] | None = (),
        stores: Sequence[str] = STORES,
        *,
        root: Path = REPOSITORY,
        catalogue: Sequence[Unit] = UNITS,
        cloud: Cloud | None = None,
        ports: Mapping[str, int] | None = None,
        variables: Mapping[str, Mapping[str, str]] | None = None,
        outbox_every_s: float | None = None,
        keeps_data: bool = False,
        tell: Callable[[str], None] = _silently,
    ) -> None:
        self.state = State(state.resolve())
        self.parts = parts_named(units, stores, root=root, catalogue=catalogue, variables=variables, cloud=cloud)
        self.cloud = self.parts.cloud
        self.keeps_data = keeps_data
        self.phase = Phase.STARTING
        self.asked_to_go_down = threading.Event()
        self.drain_s = 60.0
        self._outbox_every_s = outbox_every_s
        self._given_ports = ports or {}
        self._tell = tell
        self._keepers: dict[str, Keeper] = {}
        self._claim: Claim | None = None
        self._recording = threading.Lock()
        self._plan: Plan | None = None
        self._jobs: Jobs | None = None
        self._control: Control | None = None
        self._scheduler: Scheduler | None = None
        self._upkeep: Upkeep | None = None

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
        """Start everything; return when all of it is ready.

        Raises AlreadyRunning, InvalidInput for a port in use, or Unavailable with the reason.
        """
        self._claim = take_folder(self.state, self._tell)
        self.write_record()
        chosen = free_ports.choose(self.parts.port_names(), self._given_ports, self._last_ports())
        if DESK in chosen:
            self.state.desk_port.write_text(str(chosen[DESK]))
        self._plan = Plan(self.parts, self.state, ensure_keys(self.state.keys), chosen)
        self._start_all(self.plan.store_launches())
        if self.parts.units:
            self._open_control()
        self._start_all([*self.plan.stand_in_launches(), *self.plan.unit_launches()])
        if self.plan.takers() and "pubsub" in self.parts.stores:
            if self.keeps_data:  # now that somebody listens: pushes that nobody takes are put off, longer each time
                publish_again(self.address("pubsub"), self.cloud.project, self.state.undelivered)
            self._upkeep = Upkeep(self.plan)
            self._upkeep.start()
        if self._outbox_every_s is not None:
            self._scheduler = Scheduler(self.state)
            self._scheduler.start(schedules(self._outbox_every_s), self.plan.unit_urls())
        self.phase = Phase.RUNNING
        self.write_record()

    def _last_ports(self) -> Mapping[str, int]:
        try:
            return {DESK: int(self.state.desk_port.read_text())}
        except (OSError, ValueError):
            return {}

    def stop(self) -> None:
        """Stop everything that this run started: units first, then stores. Does nothing the second time."""
        if self._claim is None:
            return
        self.phase = Phase.STOPPING
        self.stop_timers()
        if self._control:
            self._control.close()
        if self._jobs:
            self._jobs.stop()
        for role in (Role.UNIT, Role.STAND_IN, Role.STORE):
            self.halt(*(name for name, keeper in self._keepers.items() if keeper.launch.role == role))
        if self._plan:
            free_ports.give_back(self._plan.ports.values())
        with self._recording:
            self._claim.leave()
            self._claim = None

    @property
    def plan(self) -> Plan:
        if self._plan is None:
            raise Unavailable("this run has not been started")
        return self._plan

    @property
    def warden_pid(self) -> int | None:
        return self._claim.warden.pid if self._claim else None

    @property
    def control(self) -> str | None:
        """The address of the runtime's own HTTP door: Cloud Run's jobs, and the request to go down."""
        return self.plan.control() if self._control else None

    def executions(self) -> list[Execution]:
        return self._jobs.executions() if self._jobs else []

    def environment(self) -> dict[str, str]:
        """What a child process needs in its environment to use these stores."""
        return self.plan.environment()

    def address(self, name: str) -> str:
        """Where a store or unit is: host and port, or a URL, as its clients want it."""
        return self._keeper(name).launch.address

    def running(self, name: str) -> Running:
        return self._keeper(name).running

    def all_running(self) -> list[Running]:
        return [keeper.running for keeper in list(self._keepers.values())]

    def workers(self, name: str) -> list[int]:
        """The processes that do a unit's work: those of its group without the master that they were forked from."""
        identity = self.running(name).identity
        return [worker.pid for worker in in_group(identity.pid) if worker != identity] if identity else []

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Signal a unit's or a store's process. It is started again when it dies."""
        self._keeper(name).kill(number)

    def wait_ready(self, name: str, timeout_s: float = 60.0) -> None:
        self._keeper(name).wait_ready(timeout_s)

    def halt(self, *names: str) -> None:
        """Stop units or stores, all at once, and leave them stopped until `resume`."""
        threads = [threading.Thread(target=self._keeper(name).stop) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def resume(self, *names: str) -> None:
        """Start halted units or stores again, at the same addresses, and return when they are ready."""
        for name in names:
            self._keeper(name).start()
        self._await_all([self._keeper(name) for name in names])

    def stop_timers(self) -> None:
        """No schedule starts anything any more. May be called twice."""
        for timer in (self._scheduler, self._upkeep):
            if timer:
                timer.stop()
        self._scheduler = self._upkeep = None

    def holds_folder(self) -> bool:
        """False before the start, after the end, and once somebody has removed the state folder."""
        return self._claim is not None and self._claim.is_held()

    def go_down(self, drain_s: float) -> None:
        """Ask whoever supervises this run to end it, with this long to drain."""
        self.drain_s = drain_s
        self.asked_to_go_down.set()

    def _keeper(self, name: str) -> Keeper:
        if name not in self._keepers:
            raise NotFound(f"{name} is no part of this run; there are {', '.join(sorted(self._keepers))}")
        return self._keepers[name]

    def _open_control(self) -> None:
        self._jobs = Jobs(self.parts.jobs(), self.environment(), self.state, self.write_record)
        self._control = Control(self.plan.ports[CONTROL], self._jobs, self.go_down)
        self._control.start()

    def _start_all(self, launches: Sequence[Launch]) -> None:
        keepers = [self._keep(launch) for launch in launches]
        for keeper in keepers:
            keeper.start()
        self._await_all(keepers)

    def _keep(self, launch: Launch) -> Keeper:
        prepare = preparation(launch.name, self.plan, keeps_data=self.keeps_data)
        keeper = Keeper(launch, self.state, prepare=prepare, changed=self.write_record)
        self._keepers[launch.name] = keeper
        return keeper

    def _await_all(self, keepers: Sequence[Keeper]) -> None:
        """Return when all are ready; raises Unavailable as soon as one has failed or somebody asks us to go down."""
        started = time.monotonic()
        waiting = list(keepers)
        while waiting:
            for keeper in [keeper for keeper in waiting if keeper.running.is_ready]:
                seconds = time.monotonic() - started
                self._tell(f"{keeper.launch.name} is ready at {keeper.launch.address} after {seconds:.1f} s")
                waiting.remove(keeper)
            for keeper in waiting:
                keeper.raise_failure()
            if time.monotonic() - started > _PATIENCE_S:
                waiting[0].wait_ready(0)  # raises, with what it said last
            if self.asked_to_go_down.wait(0.05):
                raise Unavailable("stopped before everything was ready")

    def write_record(self) -> None:
        with self._recording:
            if self.holds_folder():  # an execution's end may come after the run's
                write_record(self.state.runtime, record_of(self))
