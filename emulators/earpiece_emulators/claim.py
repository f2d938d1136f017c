"""The claim of a run on its state folder: one run at a time, and none that leaves anything behind."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from typing import IO

from earpiece.domain.errors import AlreadyRunning
from earpiece_emulators.leftovers import stop_leftovers
from earpiece_emulators.places import State
from earpiece_emulators.warden import Warden


class Claim:
    """Held from `take_folder` to `leave`. The system gives the lock up when the process dies, however it dies."""

    def __init__(self, state: State, lock: IO[str], warden: Warden) -> None:
        self._state = state
        self._lock = lock
        self.warden = warden

    def is_held(self) -> bool:
        """False once somebody has removed the folder; another run may have taken a new one of its name."""
        try:
            return os.path.samestat(os.fstat(self._lock.fileno()), self._state.lock.stat())
        except OSError:
            return False

    def leave(self) -> None:
        """Give the folder up; call it when everything has been stopped."""
        if self.is_held():
            shutil.rmtree(self._state.scratch, ignore_errors=True)
            self._state.runtime.unlink(missing_ok=True)
        self.warden.dismiss()
        self._lock.close()


def take_folder(state: State, tell: Callable[[str], None]) -> Claim:
    """Claim a folder, and stop what an earlier run left behind there. Raises AlreadyRunning."""
    state.folder.mkdir(parents=True, exist_ok=True)
    lock = state.lock.open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise AlreadyRunning(f"{state.folder} is in use by a run; `earpiece down` ends it") from None
    if count := stop_leftovers(state):
        tell(f"stopped {count} processes that an earlier run had left behind")
    shutil.rmtree(state.scratch, ignore_errors=True)
    return Claim(state, lock, Warden(state))


def is_claimed(state: State) -> bool:
    """Whether a run holds the folder now."""
    if not state.lock.exists():
        return False
    with state.lock.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False
