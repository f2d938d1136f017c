"""Which process of a run the machine's time went to: processor seconds of each part of a Runtime, from /proc."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from earpiece_emulators.processes import in_group
from earpiece_emulators.runtime import Runtime

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def cpu_seconds(runtime: Runtime, names: Sequence[str]) -> dict[str, float]:
    """Processor seconds so far by part, with all processes of its group."""
    return {name: sum(map(_of_process, _pids(runtime, name))) for name in names}


def _pids(runtime: Runtime, name: str) -> list[int]:
    identity = runtime.running(name).identity
    return [process.pid for process in in_group(identity.pid)] if identity else []


def _of_process(pid: int) -> float:
    # proc(5): utime and stime are fields 14 and 15, counted behind a name that may hold spaces.
    fields = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S
