"""What takes long to make and not everybody needs: made at its first use, beside the requests, and kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, wait
from typing import Generic, TypeVar

Made = TypeVar("Made")


class OnDemand(Generic[Made]):
    """One thing. Safe for many threads: it is made once, however many ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._making: Future[Made] | None = None

    def get(self, make: Callable[[], Made], pool: Executor, wait_s: float) -> Made | None:
        """What `make` gives; None while it is being made. What it raises is raised, and tried again the next time."""
        with self._lock:
            if self._making is None:
                self._making = pool.submit(make)
            making = self._making
        wait([making], wait_s)
        if not making.done():
            return None
        if making.exception():
            self.forget()
        return making.result()

    @property
    def made(self) -> Made | None:
        """What there is already."""
        making = self._making
        return making.result() if making and making.done() and not making.exception() else None

    def forget(self) -> None:
        """Let go; who asks next makes it anew."""
        with self._lock:
            self._making = None
