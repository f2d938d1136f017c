"""Where the machine's time went: processor seconds of each part of a run, and of everybody else, from /proc."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from earpiece_emulators.places import State
from earpiece_emulators.processes import in_group
from earpiece_emulators.record import read_record
from earpiece_emulators.runtime import Runtime

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def cpu_seconds(runtime: Runtime, names: Sequence[str]) -> dict[str, float]:
    """Processor seconds so far by part, with all processes of its group."""
    groups = {name: runtime.running(name).identity for name in names}
    return {name: _of_group(identity.pid) if identity else 0.0 for name, identity in groups.items()}


def recorded_cpu_seconds(folder: Path) -> dict[str, float]:
    """The same for the detached run of a state folder, all its parts."""
    record = read_record(State(folder).runtime)
    assert record is not None
    return {process.name: _of_group(process.identity.pid) for process in record.processes if process.identity}


class Machine:
    """How much of all cores was busy since this was made, whoever used them: 1 is all of them, all the time."""

    def __init__(self) -> None:
        self._began = (time.monotonic(), _busy_s())

    def busy_share(self) -> float:
        began_s, busy_s = self._began
        return (_busy_s() - busy_s) / (time.monotonic() - began_s) / (os.cpu_count() or 1)


def _of_group(group: int) -> float:
    return sum(of_process(process.pid) for process in in_group(group))


def of_process(pid: int) -> float:
    """Processor seconds of one process so far."""
    # proc(5): utime and stime are fields 14 and 15, counted behind a name that may hold spaces.
    fields = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def _busy_s() -> float:
    # proc(5): user, nice, system, idle, iowait, irq, softirq, steal.
    user, nice, system, _, _, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    return (user + nice + system + irq + softirq) / _TICKS_PER_S
