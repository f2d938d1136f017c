"""How good a system is on conversations that it has not seen, overall and by language, and beside another system.

`earpiece evaluate` prints it; the trainer stores it in the manifest, where the release gate reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine import protocol
from earpiece.engine.call_times import QUANTILES, CallTimes, binned_quantile
from earpiece.engine.corpus import TrainingConversation
from earpiece.engine.intervals import Difference, Estimate, difference, estimate, interval, resampled
from earpiece.engine.language import spoken_language
from earpiece.engine.measures import COUNTS, MEASURES, Array, Tally

UNKNOWN = "unknown"
# What the release gate looks at.
GATED = ("recall_at_3", "coverage", "saved_keystrokes", "false_offers")
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was counted of one system, by conversation. `languages` (conversations,) are codes, or unknown."""

    tally: Tally
    times: CallTimes
    languages: NDArray[np.str_]
    example_count: int

    @property
    def everything(self) -> NDArray[np.bool_]:
        return np.ones(len(self.languages), bool)

    def parts(self) -> dict[str, NDArray[np.bool_]]:
        """The conversations (a mask) of each language, the commonest first."""
        names, counts = np.unique(self.languages, return_counts=True)
        return {str(names[place]): self.languages == names[place] for place in np.argsort(-counts, kind="stable")}

    def counts(self) -> dict[str, int]:
        """How much was asked: how many examples there were, and how many of them each part took."""
        taken = {name: self.tally.total(name) for name in ("rank", "distinct", "retrieved", "typed", "links")}
        return {"conversations": len(self.languages), "examples": self.example_count, **taken}


def evaluate(
    system: Any,
    conversations: Sequence[TrainingConversation],
    *,
    limit: int = 1000,
    typing_limit: int = 300,
    seed: int = 13,
    seen_links: AbstractSet[str] = frozenset(),
) -> Evaluation:
    """Ask the system about the conversations. `limit` bounds the examples of ranking and retrieval, 0 is all.

    The same for `typing_limit` and the typed messages. A system that lacks one of `suggest`, `complete`, `score` and
    `urls` is not asked about it.
    """
    found = protocol.shuffled(protocol.examples(conversations), seed)
    some, typed = found[: limit or None], found[: typing_limit or None]
    bench = protocol.Bench(system, Tally(len(conversations)), CallTimes())
    if bench.can("score"):
        protocol.rank(bench, some, seed)
    if bench.can("suggest"):
        protocol.retrieve(bench, some)
    if bench.can("complete"):
        protocol.type_messages(bench, typed)
    if bench.can("urls"):
        protocol.link(bench, found, seen_links)
    languages = np.array([spoken_language(one.turns) or UNKNOWN for one in conversations], dtype=np.str_)
    return Evaluation(bench.tally, bench.times, languages, len(found))


def metrics_of(done: Evaluation) -> dict[str, Any]:
    """The measures alone, for a manifest: the same for the same model and data. Only counts without examples.

    Of each language, where there are several, what the release gate looks at.
    """
    counts = {f"{name}_count": count for name, count in done.counts().items()}
    if not done.example_count:
        return counts
    found: dict[str, Any] = counts | measured(done, done.everything)
    parts = done.parts()
    if len(parts) > 1:
        found["languages"] = {
            name: {kept: measured(done, chosen)[kept] for kept in GATED} for name, chosen in parts.items()
        }
    return found


def measured(done: Evaluation, chosen: NDArray[np.bool_]) -> dict[str, float | None]:
    """Each measure over the chosen conversations (a mask); None where there was nothing to count."""
    values = _values(_sums(done, chosen).sum(axis=0, keepdims=True))
    return {name: _rounded(float(value[0])) for name, value in values.items()}


def estimates(done: Evaluation, chosen: NDArray[np.bool_]) -> dict[str, Estimate]:
    """The same with intervals."""
    values, sums = measured(done, chosen), _sums(done, chosen)
    drawn = _values(resampled(sums)) if len(sums) else {}
    sources = {measure.name: int((sums[:, COUNTS.index(measure.of)] > 0).sum()) for measure in MEASURES}
    return {name: estimate(value, drawn[name], sources[name]) for name, value in values.items() if drawn}


def differences(done: Evaluation, other: Evaluation, chosen: NDArray[np.bool_]) -> dict[str, Difference]:
    """How much more the first has of each measure that both have; pairs, since both saw the same conversations."""
    ours, theirs = _sums(done, chosen), _sums(other, chosen)
    if not len(ours):
        return {}
    value = _less(_values(ours.sum(axis=0, keepdims=True)), _values(theirs.sum(axis=0, keepdims=True)))
    drawn = _less(_values(resampled(ours)), _values(resampled(theirs)))
    return {
        measure.name: difference(
            float(value[measure.name][0]), drawn[measure.name], is_more_better=measure.is_more_better
        )
        for measure in MEASURES
        if not np.isnan(value[measure.name][0])
    }


def call_times(done: Evaluation, chosen: NDArray[np.bool_]) -> dict[str, dict[str, Estimate]]:
    """Milliseconds of processor time by kind of call and quantile; intervals are within the 5 % of a bin."""
    return {kind: _call_time(done, kind, chosen) for kind in done.times.kinds}


def _call_time(done: Evaluation, kind: str, chosen: NDArray[np.bool_]) -> dict[str, Estimate]:
    bins, middles = done.times.binned(kind, len(done.languages))
    values, source_count = done.times.quantiles(kind, chosen), int(bins[chosen].any(axis=1).sum())
    if source_count < 2:
        return {name: Estimate(value, None, None) for name, value in values.items()}
    drawn = resampled(bins[chosen])
    return {
        name: Estimate(value, *interval(binned_quantile(drawn, middles, QUANTILES[name])))
        for name, value in values.items()
    }


def _sums(done: Evaluation, chosen: NDArray[np.bool_]) -> Array:
    """Counts (chosen conversations, names)."""
    return np.stack([done.tally.columns[name] for name in COUNTS], axis=1)[chosen]


def _values(sums: Array) -> dict[str, Array]:
    columns = {name: sums[:, place] for place, name in enumerate(COUNTS)}
    return {measure.name: measure.of_sums(columns) for measure in MEASURES}


def _less(ours: Mapping[str, Array], theirs: Mapping[str, Array]) -> dict[str, Array]:
    return {name: values - theirs[name] for name, values in ours.items()}


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(value, DIGITS)
