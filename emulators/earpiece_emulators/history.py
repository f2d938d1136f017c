"""What a player did, attempt by attempt: for progress, and for a checker that asks whether anything was lost."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

from earpiece_emulators.sending import Attempt

Progress = Callable[[int, int, float], None]  # deliveries sent, acknowledged, and acknowledged per second
_TOLD_EVERY_S = 0.5


def silently(_sent: int, _acknowledged: int, _per_s: float) -> None:
    """Tell nobody."""


class History:
    """Attempts of all threads, in the order in which they ended."""

    def __init__(self, progress: Progress = silently) -> None:
        self._lock = threading.Lock()
        self._progress = progress
        self._started_at = self._told_at = time.monotonic()
        self._attempts: list[Attempt] = []
        self._sent = self._acknowledged = self._refused = 0

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        with self._lock:
            return tuple(self._attempts)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Deliveries sent, acknowledged, refused."""
        return self._sent, self._acknowledged, self._refused

    def record(self, attempt: Attempt) -> None:
        with self._lock:
            self._attempts.append(attempt)
            self._sent += attempt.number == 1
            self._acknowledged += attempt.is_acknowledged
            self._refused += attempt.is_refused
            if time.monotonic() - self._told_at >= _TOLD_EVERY_S:
                self._tell()

    def close(self) -> None:
        """Report the final counts."""
        with self._lock:
            self._tell()

    def write(self, path: Path) -> None:
        """One JSON object per attempt and line: what was sent, the answer (0: none came), and when (Unix seconds)."""
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(_row(attempt), ensure_ascii=False) + "\n" for attempt in self.attempts)

    def _tell(self) -> None:
        self._told_at = time.monotonic()
        elapsed_s = self._told_at - self._started_at
        self._progress(self._sent, self._acknowledged, self._acknowledged / elapsed_s if elapsed_s else 0.0)


def _row(attempt: Attempt) -> dict[str, object]:
    delivery = attempt.delivery
    return {
        "delivery_id": delivery.delivery_id,
        "conversation_id": delivery.conversation_id,
        "type": delivery.type,
        "object_id": delivery.object_id,
        "attempt": attempt.number,
        "status": attempt.status,
        "acknowledged": attempt.is_acknowledged,
        "started_at": round(attempt.started_at, 6),
        "ended_at": round(attempt.ended_at, 6),
    }
