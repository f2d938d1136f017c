"""Free ports of this machine."""

from __future__ import annotations

import random
import socket
from collections.abc import Mapping, Sequence
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


def choose(
    names: Sequence[str], given: Mapping[str, int], preferred: Mapping[str, int] = MappingProxyType({})
) -> dict[str, int]:
    """A port for each name: the given one, else the preferred if it is free, else any free one.

    Raises InvalidInput if a given one is in use.
    """
    for name, port in given.items():
        if not is_free(port):
            raise InvalidInput(f"port {port} for {name} is in use; give another, or none to have a free one chosen")
    chosen = {name: given[name] for name in names if name in given}
    for name, port in preferred.items():
        if name in names and name not in chosen and port not in given.values() and is_free(port):
            chosen[name] = port
    for name in names:
        if name not in chosen:
            chosen[name] = _a_free_port(taken=set(chosen.values()) | set(given.values()))
    return chosen


def _a_free_port(taken: set[int]) -> int:
    # SystemRandom: two runs that start together must not follow the same sequence.
    numbers = random.SystemRandom()
    for _ in range(1000):
        port = numbers.choice(_RANGE)
        if port not in taken and is_free(port):
            return port
    raise InvalidInput(f"no free port found from {_RANGE.start} to {_RANGE.stop - 1}")
