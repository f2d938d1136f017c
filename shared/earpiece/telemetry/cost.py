"""What work costs this process: processor seconds by step, and the most memory it ever held."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

_STATUS = Path("/proc/self/status")


class Cost:
    """Counts from its making; the work before the first step is named `first`."""

    def __init__(self, first: str) -> None:
        self._began_s = self._step_began_s = time.process_time()
        self._step = first
        self._steps: dict[str, float] = {}

    def step(self, name: str) -> bool:
        """From here on `name` is worked at; True when it was not already."""
        if name == self._step:
            return False
        self._close()
        self._step = name
        return True

    @property
    def cpu_s(self) -> float:
        """Processor seconds of all threads so far."""
        return round(time.process_time() - self._began_s, 1)

    def told(self) -> dict[str, object]:
        """`cpu_s` in all and by step in `step_cpu_s`, and `peak_mb`."""
        self._close()
        steps = {name: round(seconds, 1) for name, seconds in self._steps.items()}
        return {"cpu_s": self.cpu_s, "peak_mb": peak_mb(), "step_cpu_s": steps}

    def _close(self) -> None:
        now = time.process_time()
        self._steps[self._step] = self._steps.get(self._step, 0.0) + now - self._step_began_s
        self._step_began_s = now


def peak_mb() -> int:
    """The most resident memory that this program ever held, in 10^6 bytes."""
    try:
        told = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines() if ":" in line)
        return round(int(told["VmHWM"].split()[0]) * 1024 / 1e6)
    except (OSError, KeyError):
        # Without /proc; on Linux this would be the parent's where that was larger.
        unit = 1 if sys.platform == "darwin" else 1024
        return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6)
