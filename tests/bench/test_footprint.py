"""What an instance of each unit costs: import, start, memory. `pytest tests/bench/test_footprint.py -s`"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from earpiece_emulators.processes import in_group
from earpiece_emulators.runtime import Runtime
from earpiece_emulators.units import UNITS, Kind

from results import tell  # isort: skip

ROOT = Path(__file__).parents[2]


def test_footprint_of_every_unit(tmp_path: Path):
    names = [unit.name for unit in UNITS if unit.kind is not Kind.JOB]
    with Runtime(tmp_path / "run", units=names) as runtime:
        rows = []
        for unit in UNITS:
            if unit.kind is Kind.JOB:
                continue
            memory = _resident_mb(runtime, unit.name)
            environment = _environment(runtime, unit.name)
            began = time.perf_counter()
            runtime.kill(unit.name)
            runtime.wait_ready(unit.name)
            restart_s = time.perf_counter() - began
            imported = _import_s(unit.folder(ROOT), environment)
            rows.append({"unit": unit.name, "import_cpu_s": imported, "kill_to_ready_s": restart_s, "idle_mb": memory})
    tell("footprint", rows)


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
    pages = sum(int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) for process in in_group(identity.pid))
    return pages * 4096 / 1e6
