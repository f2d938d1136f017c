"""The values used most recently, by key; those that are missing are made together."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """At most so many. Safe for many threads: two may make the same. It holds nobody who makes values."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """What is known under the key, made when it is not."""
        return self.get_all((key,), lambda _: (make(),))[0]

    def known(self, key: Key) -> Value | None:
        """What is known under the key; that it was looked for does not count as use."""
        with self._lock:
            return self._values.get(key)

    def get_all(self, keys: Sequence[Key], make: Callable[[Sequence[Key]], Sequence[Value]]) -> list[Value]:
        """The same for many; `make` is given the missing keys, each once, and gives their values in that order."""
        with self._lock:
            found = {key: self._values[key] for key in keys if key in self._values}
            for key in found:
                self._values.move_to_end(key)
        if missing := [key for key in dict.fromkeys(keys) if key not in found]:
            made = dict(zip(missing, make(missing), strict=True))
            found |= made
            with self._lock:
                self._values |= made
                while len(self._values) > self._most:
                    self._values.popitem(last=False)
        return [found[key] for key in keys]

    def forget(self) -> None:
        """Let go of all."""
        with self._lock:
            self._values.clear()
