"""Holding a run's lease while the work goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

import structlog

from earpiece.domain.errors import StaleVersion, Unavailable
from earpiece.ports.models import TrainingRuns

log = structlog.get_logger()


class Heartbeat:
    """Renews a run's lease every `interval_s`, in a thread beside the work, until the block ends.

    `check` raises StaleVersion once the lease is another's, or could not be renewed before it ran out.
    """

    def __init__(
        self, runs: TrainingRuns, run_id: str, now: Callable[[], datetime], *, lease_s: int, interval_s: float
    ) -> None:
        self._runs = runs
        self._run_id = run_id
        self._now = now
        self._lease_s = lease_s
        self._interval_s = interval_s
        self._is_over = threading.Event()
        self._is_lost = threading.Event()
        self._renewed_at = now()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._renew()
        self.check()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def check(self) -> None:
        """Return while the lease is ours; call it before anything that others can see."""
        is_old = (self._now() - self._renewed_at).total_seconds() >= self._lease_s
        if is_old or self._is_lost.is_set():
            raise StaleVersion("the run's lease is not ours any more")

    def _beat(self) -> None:
        while not self._is_lost.is_set() and not self._is_over.wait(self._interval_s):
            self._renew()

    def _renew(self) -> None:
        at = self._now()
        try:
            self._runs.heartbeat(self._run_id, at, lease_s=self._lease_s)
            self._renewed_at = at
        except StaleVersion:
            self._is_lost.set()
        except Unavailable:
            log.warning("heartbeat_failed")
