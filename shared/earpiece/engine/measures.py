"""What an evaluation measures: each measure is a ratio of two counts, summed over conversations.

The counts are kept for each conversation, so that an interval over conversations costs no second evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measure:
    """`counted` by `of`, times `scale`; `is_rest` takes what is left of 1. `title` is for a person."""

    name: str
    title: str
    counted: str
    of: str
    scale: float = 1.0
    is_rest: bool = False
    is_more_better: bool = True

    def of_sums(self, sums: Mapping[str, Array]) -> Array:
        """The measure of each row of sums; NaN where there was nothing to count."""
        with np.errstate(divide="ignore", invalid="ignore"):
            share = self.scale * sums[self.counted] / sums[self.of]
        share = np.where(sums[self.of] > 0, share, np.nan)
        return 1 - share if self.is_rest else share


def _ranked(kind: str, title: str) -> list[Measure]:
    places = [Measure(f"{kind}_at_{k}", f"{title}, R@{k}", f"{kind}_at_{k}", kind) for k in (1, 3, 5)]
    return [*places, Measure(f"{kind}_mrr", f"{title}, MRR", f"{kind}_mrr", kind)]


def _retrieved(suffix: str, title: str) -> list[Measure]:
    examples = f"retrieved{suffix}"
    titles = {
        "exact_at_1": "first suggestion exact",
        "exact_at_3": "one of 3 exact",
        "recall_at_1": "first suggestion near",
        "recall_at_3": "one of 3 near",
        "coverage": "anything suggested",
    }
    return [Measure(name + suffix, f"{told}, {title}", name + suffix, examples) for name, told in titles.items()]


def _linked(suffix: str, title: str) -> list[Measure]:
    # A link that was hit counts among the seen ones too: what was never sent cannot be offered.
    places = (1, 3, 5)
    return [Measure(f"links_at_{k}{suffix}", f"{title}, R@{k}", f"links_at_{k}", f"links{suffix}") for k in places]


MEASURES: tuple[Measure, ...] = (
    *_ranked("rank", "1 of 100"),
    *_ranked("distinct", "1 of 100 distinct"),
    *_retrieved("", "nothing typed"),
    *_retrieved("_typed", "8 characters typed"),
    Measure("saved_keystrokes", "saved keystrokes", "keys", "characters", is_rest=True),
    Measure("false_offers", "false offers", "false_offers", "offers", is_more_better=False),
    Measure(
        "false_offers_per_100",
        "false offers per 100 characters",
        "false_offers",
        "characters",
        scale=100,
        is_more_better=False,
    ),
    *_linked("", "links"),
    *_linked("_seen", "links seen in training"),
)
COUNTS = (*dict.fromkeys(name for measure in MEASURES for name in (measure.counted, measure.of)), "typed")


class Tally:
    """Counts of each conversation: a column of (conversations,) for each name."""

    def __init__(self, conversation_count: int) -> None:
        self.columns: dict[str, Array] = {name: np.zeros(conversation_count) for name in COUNTS}

    def add(self, conversation: int, counts: Mapping[str, float]) -> None:
        for name, count in counts.items():
            self.columns[name][conversation] += count

    def total(self, name: str) -> int:
        return int(self.columns[name].sum())
