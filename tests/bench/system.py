"""The whole local system with the account `lumen` in it, for the benches that measure the way through it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from earpiece_emulators.detached import bring_down, start_detached
from earpiece_emulators.local_system import LocalSystem
from earpiece_emulators.places import State
from earpiece_emulators.supervisor import Options


def _quietly(line: str) -> None:
    """Progress is not what a bench shows."""


@contextlib.contextmanager
def local_system(folder: Path) -> Iterator[LocalSystem]:
    state = State(folder)
    start_detached(Options(str(folder)), _quietly)
    try:
        system = LocalSystem(state, "lumen")
        system.create_account()
        yield system
    finally:
        bring_down(state, 5.0, _quietly)
