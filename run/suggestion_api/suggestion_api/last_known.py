"""Reads that may take longer than a request can wait: what was known before serves, and says that it is late."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from earpiece.domain.errors import Unavailable

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Known(Generic[Value]):
    """`is_late`: the store did not answer in time, and this is what it said before."""

    value: Value
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class _Copy(Generic[Value]):
    value: Value
    read_at_s: float


class LastKnown(Generic[Key, Value]):
    """Copies of what was read, the most recently used `most` of them.

    A copy younger than `fresh_s` is served as it is; one younger than `fresh_s + behind_s` is served while it is read
    again; an older one waits for the read, and still serves when that takes too long, until `useless_s`.
    A key is read once at a time, however many ask.
    """

    def __init__(
        self,
        pool: Executor,
        *,
        fresh_s: float = 0,
        behind_s: float = 0,
        useless_s: float = 600,
        most: int = 5_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = pool
        self._fresh_s = fresh_s
        self._served_s = fresh_s + behind_s
        self._useless_s = useless_s
        self._most = most
        self._clock = clock
        self._lock = threading.RLock()
        self._copies: OrderedDict[Key, _Copy[Value]] = OrderedDict()
        self._reads: dict[Key, Future[Value]] = {}

    def get(self, key: Key, read: Callable[[], Value], wait_s: float) -> Known[Value]:
        """What `read` says, or said before; raises Unavailable when neither is known in time."""
        copy = self._copy(key)
        age_s = self._clock() - copy.read_at_s if copy else None
        if copy and age_s is not None and age_s < self._fresh_s:
            return Known(copy.value)
        reading = self._start(key, read)
        if copy and age_s is not None and age_s < self._served_s:
            return Known(copy.value)
        try:
            return Known(reading.result(wait_s))
        except (TimeoutError, CancelledError, Unavailable) as error:
            reading.cancel()  # one that has not begun would only stand in the way
            if copy and age_s is not None and age_s < self._useless_s:
                return Known(copy.value, is_late=True)
            raise Unavailable("the store does not answer in time") from error

    def peek(self, key: Key) -> Value | None:
        """What was read last, however long ago; None when it is not kept."""
        copy = self._copy(key)
        return copy.value if copy else None

    def prepare(self, key: Key, read: Callable[[], Value]) -> None:
        """Begin to read what `get` will ask for, unless it is fresh."""
        copy = self._copy(key)
        if copy is None or self._clock() - copy.read_at_s >= self._fresh_s:
            self._start(key, read)

    def _copy(self, key: Key) -> _Copy[Value] | None:
        with self._lock:
            if key in self._copies:
                self._copies.move_to_end(key)
            return self._copies.get(key)

    def _start(self, key: Key, read: Callable[[], Value]) -> Future[Value]:
        with self._lock:
            reading = self._reads.get(key)
            if reading is None:
                reading = self._reads[key] = self._pool.submit(read)
                # A read that is done by now calls back in this very thread: the lock lets its holder in again.
                reading.add_done_callback(lambda done: self._finish(key, done))
            return reading

    def _finish(self, key: Key, done: Future[Value]) -> None:
        with self._lock:
            if self._reads.get(key) is done:
                del self._reads[key]
            if not done.cancelled() and done.exception() is None:
                self._copies[key] = _Copy(done.result(), self._clock())
                self._copies.move_to_end(key)
                while len(self._copies) > self._most:
                    self._copies.popitem(last=False)
