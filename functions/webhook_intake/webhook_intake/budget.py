"""The time in which a platform is answered, whatever the stores do: one for all that a delivery waits for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

LEAST_S = 0.05  # a call that has no time at all cannot even fail as it should


@dataclass(frozen=True, slots=True)
class Budget:
    """Ends at `ends_at_s` of the clock `monotonic_s`."""

    ends_at_s: float
    monotonic_s: Callable[[], float]

    @classmethod
    def of(cls, seconds: float, monotonic_s: Callable[[], float]) -> Budget:
        return cls(monotonic_s() + seconds, monotonic_s)

    def left_s(self, most_s: float, *, share: float = 1.0) -> float:
        """How long a call may take: `most_s`, but no more than that share of what is left."""
        return max(LEAST_S, min(most_s, share * (self.ends_at_s - self.monotonic_s())))
