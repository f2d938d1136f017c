"""How long a request may still take."""

from __future__ import annotations

import time
from dataclasses import dataclass

KEPT_BACK_S = 0.015


@dataclass(frozen=True, slots=True)
class Deadline:
    """`ends_at_s` on the clock of `time.perf_counter`."""

    ends_at_s: float

    @classmethod
    def after(cls, began_s: float, deadline_ms: int) -> Deadline:
        return cls(began_s + deadline_ms / 1000)

    @property
    def left_s(self) -> float:
        return max(0.0, self.ends_at_s - time.perf_counter())

    @property
    def left_to_read_s(self) -> float:
        """Without what is kept back for the engine and the answer."""
        return max(0.0, self.left_s - KEPT_BACK_S)

    @property
    def is_over(self) -> bool:
        return self.left_s == 0
