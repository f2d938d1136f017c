"""Named places where a fault test may kill the process. In production there is no folder, and reaching one is free."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

FailPoint = Callable[[str], None]


def fail_points(folder: str | None) -> FailPoint:
    """`reach(name)`: whoever first finds the file `<folder>/<name>` renames it to `<name>.killed.<pid>` and dies.

    The rename is atomic, so one armed file kills one process; the whole process group goes, as a lost instance does.
    """
    if not folder:
        return lambda name: None  # noqa: ARG005 (the name is the point)

    def reach(name: str) -> None:
        armed = Path(folder, name)
        try:
            armed.rename(armed.with_name(f"{name}.killed.{os.getpid()}"))
        except FileNotFoundError:
            return
        os.killpg(os.getpgid(0), signal.SIGKILL)

    return reach
