"""How far a figure may be trusted: 95 % intervals by drawing conversations again, with replacement.

Conversations and not messages are drawn: messages of one conversation are alike, and would make the interval too small.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np

from earpiece.engine.measures import Array

RESAMPLES = 1_000
SEED = 13
AT_ONCE = 100
MOST_KEPT = 5_000_000  # numbers drawn, 40 MB: the draws of one part serve all its measures and both systems
TAILS = (2.5, 97.5)


class Verdict(StrEnum):
    """What the interval of a difference says."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no difference"  # that this much data could show


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval; None where there is nothing to tell it from (an interval needs two)."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more the first has than the second, its 95 % interval, and what it says."""

    value: float
    low: float | None
    high: float | None
    verdict: Verdict


def resampled(counts: Array, resamples: int = RESAMPLES, seed: int = SEED) -> Array:
    """Sums (resamples, columns) over conversations drawn anew from counts (conversations, columns).

    The same seed and number of conversations draw the same ones: that makes two systems' sums pairs.
    """
    count = len(counts)
    draw = _kept_draws if count * resamples <= MOST_KEPT else _draws
    return np.concatenate([drawn @ counts for drawn in draw(count, resamples, seed)])


@lru_cache(maxsize=1)
def _kept_draws(count: int, resamples: int, seed: int) -> Sequence[Array]:
    return list(_draws(count, resamples, seed))


def _draws(count: int, resamples: int, seed: int) -> Iterator[Array]:
    random = np.random.default_rng(seed)
    for start in range(0, resamples, AT_ONCE):
        rows = min(AT_ONCE, resamples - start)
        yield random.multinomial(count, np.full(count, 1 / count), size=rows).astype(np.float64)


def estimate(value: float | None, drawn: Array, source_count: int) -> Estimate:
    """The value with the interval of what was drawn; `source_count` conversations had something to count."""
    if value is None or source_count < 2:
        return Estimate(value, None, None)
    return Estimate(value, *interval(drawn))


def interval(drawn: Array) -> tuple[float | None, float | None]:
    """The middle 95 % of the draws; none where fewer than half of them had anything to count."""
    known = drawn[~np.isnan(drawn)]
    if 2 * len(known) < len(drawn):
        return None, None
    low, high = np.percentile(known, TAILS)
    return float(low), float(high)


def difference(value: float, drawn: Array, *, is_more_better: bool) -> Difference:
    """Better or worse only where the interval leaves nothing out but that."""
    low, high = interval(drawn)
    if low is None or high is None or low <= 0 <= high:
        return Difference(value, low, high, Verdict.NO_DIFFERENCE)
    return Difference(value, low, high, Verdict.BETTER if (low > 0) is is_more_better else Verdict.WORSE)
