"""The values used most recently, by key; those that are missing are made together."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

FORGOTTEN_AT_ONCE = 16
Key = TypeVar("Key")
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """At most so many. Safe for many threads: two may make the same. It holds nobody who makes values."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._values: OrderedDict[Key, tuple[Value, float]] = OrderedDict()  # and when it was used last
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """What is known under the key, made when it is not."""
        return self.get_all((key,), lambda _: (make(),))[0]

    def known(self, key: Key) -> Value | None:
        """What is known under the key; that it was looked for does not count as use."""
        with self._lock:
            found = self._values.get(key)
        return found[0] if found else None

    def get_all(self, keys: Sequence[Key], make: Callable[[Sequence[Key]], Sequence[Value]]) -> list[Value]:
        """The same for many; `make` is given the missing keys, each once, and gives their values in that order."""
        with self._lock:
            found = {key: self._values[key][0] for key in keys if key in self._values}
            self._use(found)
        if missing := [key for key in dict.fromkeys(keys) if key not in found]:
            made = dict(zip(missing, make(missing), strict=True))
            found |= made
            with self._lock:
                self._use(made)
                while len(self._values) > self._most:
                    self._values.popitem(last=False)
        return [found[key] for key in keys]

    def forget_unused(self, for_s: float) -> None:
        """Let go of what nobody asked for in so many seconds, a few at a time: others need the lock meanwhile."""
        least_s, left = self._clock() - for_s, True
        while left:
            gone: list[object] = []
            with self._lock:
                while len(gone) < FORGOTTEN_AT_ONCE and self._values and self._oldest_s() <= least_s:
                    gone.append(self._values.popitem(last=False))
            left = len(gone) == FORGOTTEN_AT_ONCE

    @property
    def longest_unused_s(self) -> float:
        """How long ago somebody asked for what nobody has asked for longest; 0 where nothing is kept."""
        with self._lock:
            return self._clock() - self._oldest_s() if self._values else 0.0

    def forget(self) -> None:
        """Let go of all."""
        with self._lock:
            self._values.clear()

    def _oldest_s(self) -> float:
        return next(iter(self._values.values()))[1]

    def _use(self, values: Mapping[Key, Value]) -> None:
        now_s = self._clock()
        for key, value in values.items():
            self._values[key] = (value, now_s)
            self._values.move_to_end(key)
