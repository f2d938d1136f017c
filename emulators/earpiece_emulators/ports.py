"""Free ports of this machine."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from earpiece.domain.errors import InvalidInput

LOOPBACK = "127.0.0.1"
# Below the range from which Linux and macOS take the ports of outgoing connections, so that a port
# stays ours while its process is being restarted.
_RANGE = range(20_000, 32_000)


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


class _Promises:
    """Ports promised to somebody who will listen on them soon: until then another run would find them free.

    A promise is a lock on one byte of a file that all of a user's runs share, at the port's offset (fcntl(2),
    advisory record locks): the system gives it up when the process dies, however it dies, and a child does not
    have it. Such locks do not keep a process from itself; the set does.
    """

    def __init__(self) -> None:
        self._mine: set[int] = set()
        self._turn = threading.Lock()
        self._file: int | None = None

    def make(self, port: int) -> bool:
        """Promise a port; False if it is promised already, here or by another process."""
        with self._turn:
            if port in self._mine:
                return False
            try:
                fcntl.lockf(self._opened(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
            except (BlockingIOError, PermissionError):  # POSIX leaves it to the system which of the two it is
                return False
            self._mine.add(port)
            return True

    def end(self, ports: Iterable[int]) -> None:
        with self._turn:
            for port in self._mine.intersection(ports):
                fcntl.lockf(self._opened(), fcntl.LOCK_UN, 1, port)
                self._mine.remove(port)

    def _opened(self) -> int:
        # One descriptor, never closed: closing any that this process has of the file would end all its promises.
        if self._file is None:
            path = Path(tempfile.gettempdir()) / f"earpiece-ports-{os.getuid()}"
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        return self._file


_promises = _Promises()


def choose(
    names: Sequence[str], given: Mapping[str, int], preferred: Mapping[str, int] = MappingProxyType({})
) -> dict[str, int]:
    """A port for each name: the given one, else the preferred if it is free, else any free one.

    What was chosen is not chosen again, by any process of this user, until `give_back` or the end of this process;
    a port that is given is taken all the same. Raises InvalidInput if a given one is in use.
    """
    for name, port in given.items():
        if not is_free(port):
            raise InvalidInput(f"port {port} for {name} is in use; give another, or none to have a free one chosen")
    chosen = {name: given[name] for name in names if name in given}
    for port in chosen.values():
        _promises.make(port)
    for name, port in preferred.items():
        if name in names and name not in chosen and is_free(port) and _promises.make(port):
            chosen[name] = port
    for name in names:
        if name not in chosen:
            chosen[name] = _a_free_port()
    return chosen


def give_back(ports: Iterable[int]) -> None:
    """Ports that `choose` gave may be chosen again. Others are left as they are."""
    _promises.end(ports)


def _a_free_port() -> int:
    # SystemRandom: two runs that start together must not follow the same sequence.
    numbers = random.SystemRandom()
    for _ in range(1000):
        port = numbers.choice(_RANGE)
        if is_free(port) and _promises.make(port):
            return port
    raise InvalidInput(f"no free port found from {_RANGE.start} to {_RANGE.stop - 1}")
