"""How much processor time each kind of call took, in milliseconds, by the conversation that it was made for."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

QUANTILES = {"p50": 0.5, "p99": 0.99}
# For intervals the times are kept in bins of 5 %, from 0.1 µs to over an hour.
BIN = 1.05
LEAST_MS = 1e-4
BINS = 512
Answer = TypeVar("Answer")


class CallTimes:
    """The times of the calls of one system, as they are made. Processor time of the calling thread."""

    def __init__(self) -> None:
        self._taken: dict[str, list[tuple[int, float]]] = {}

    def timed(self, kind: str, conversation: int, call: Callable[..., Answer], *arguments: Any) -> Answer:
        began_ns = time.thread_time_ns()
        answer = call(*arguments)
        self._taken.setdefault(kind, []).append((conversation, (time.thread_time_ns() - began_ns) / 1e6))
        return answer

    @property
    def kinds(self) -> Sequence[str]:
        return list(self._taken)

    def quantiles(self, kind: str, chosen: NDArray[np.bool_]) -> dict[str, float | None]:
        """The quantiles over the calls for the chosen conversations (a mask of them); None without calls."""
        taken = sorted(ms for conversation, ms in self._taken[kind] if chosen[conversation])
        last = len(taken) - 1
        return {name: taken[min(last, int(q * len(taken)))] if taken else None for name, q in QUANTILES.items()}

    def binned(self, kind: str, conversation_count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How many calls of each conversation lie in each bin that is used (conversations, bins), and its middle."""
        bins = np.zeros((conversation_count, BINS))
        taken = np.array(self._taken[kind])
        places = np.log(np.maximum(taken[:, 1], LEAST_MS) / LEAST_MS) / np.log(BIN)
        np.add.at(bins, (taken[:, 0].astype(int), np.minimum(places.astype(int), BINS - 1)), 1)
        used = np.flatnonzero(bins.any(axis=0))
        return bins[:, used], np.asarray(LEAST_MS * BIN ** (used + 0.5), np.float64)


def binned_quantile(bins: NDArray[np.float64], middles: NDArray[np.float64], q: float) -> NDArray[np.float64]:
    """The quantile of each row of bins, within half a bin; NaN for a row without calls."""
    reached = np.cumsum(bins, axis=1)
    places = (reached <= q * reached[:, -1:]).sum(axis=1)
    return np.where(reached[:, -1] > 0, middles[np.minimum(places, len(middles) - 1)], np.nan)
