"""What an instance of each unit costs: import, start, memory. `pytest tests/bench/test_footprint.py -s`

Memory is resident, of gunicorn's master and worker together, their common pages counted once (Pss); the second figure
is after 500 requests that the unit answers with its real work (`asked`), none of them refused; units that call a
language model are not asked.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from earpiece_emulators.processes import in_group
from earpiece_emulators.runtime import Runtime
from earpiece_emulators.units import UNITS, Kind

from asked import Asked  # isort: skip
from load import in_own_process  # isort: skip
from results import tell  # isort: skip

ROOT = Path(__file__).parents[2]
REQUESTS = 500
LOAD: dict[str, Any] = {"connections": 4, "rate_per_s": None}


def test_footprint_of_every_unit(tmp_path: Path):
    names = [unit.name for unit in UNITS if unit.kind is not Kind.JOB]
    with Runtime(tmp_path / "run", units=names) as runtime:
        os.environ.update(runtime.environment())
        asked = Asked(runtime)
        rows = []
        for unit in UNITS:
            if unit.kind is Kind.JOB:
                continue
            idle_mb = _resident_mb(runtime, unit.name)
            busy_mb = _after_requests_mb(runtime, asked, unit.name) if asked.knows(unit.name) else None
            environment = _environment(runtime, unit.name)
            runtime.halt(unit.name)
            began = time.perf_counter()
            runtime.resume(unit.name)
            ready_s = time.perf_counter() - began
            imported = _import_s(unit.folder(ROOT), environment)
            start = {"import_cpu_s": imported, "start_to_ready_s": ready_s}
            rows.append({"unit": unit.name, **start, "idle_mb": idle_mb, "after_500_mb": busy_mb})
    tell("footprint", rows)
    assert [row["unit"] for row in rows] == names


def _after_requests_mb(runtime: Runtime, asked: Asked, name: str) -> float:
    method = "GET" if name == "widget" else "POST"
    answered = in_own_process(runtime.address(name), lambda: asked.of(name, REQUESTS), method=method, **LOAD)
    assert not answered["failures"], (name, answered)
    return _resident_mb(runtime, name)


def _import_s(folder: Path, environment: dict[str, str]) -> float:
    code = "import time; import main; print(time.process_time())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout.splitlines()[-1])


def _environment(runtime: Runtime, name: str) -> dict[str, str]:
    """The environment that the running unit was started with."""
    identity = runtime.running(name).identity
    assert identity is not None
    listed = Path(f"/proc/{identity.pid}/environ").read_text().split("\0")
    return dict(line.split("=", 1) for line in listed if "=" in line)


def _resident_mb(runtime: Runtime, name: str) -> float:
    identity = runtime.running(name).identity
    assert identity is not None
    return sum(_proportional_kb(process.pid) for process in in_group(identity.pid)) / 1000


def _proportional_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
