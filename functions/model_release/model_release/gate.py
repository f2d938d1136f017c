"""The gate: whether a candidate may take the place of the model in service. Pure; the reason is a value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from earpiece.domain.errors import ModelUnusable

# The manifest's names of what may not fall, as a person reads them. All are shares of one test set.
METRICS = {"recall_at_3": "recall@3 (near)", "coverage": "coverage", "saved_keystrokes": "saved keystrokes"}
FALSE_OFFERS = "false_offers"
MOST_FALSE_OFFERS = 0.25

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a manifest says of a candidate and of the model that was in service when it was trained, on one test set.

    `baseline_version` is None when none was in service, `baseline` also when that one could not be loaded;
    `reply_ids` are the replies that the candidate can offer. `intervals` of 95 % are of the candidate's measures,
    `differences` of how much more it has than the baseline, on the same conversations; where one is missing there was
    too little to tell, or an earlier trainer wrote the manifest, and the figures stand alone.
    """

    metrics: Mapping[str, float]
    baseline_version: str | None
    baseline: Mapping[str, float] | None
    reply_ids: frozenset[str]
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    differences: Mapping[str, Interval] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is a sentence for a person, with the numbers."""

    is_promoted: bool
    reason: str


def read_evaluation(manifest: Mapping[str, Any]) -> Evaluation:
    """What the gate needs of a manifest; raises ModelUnusable when it is not there."""
    try:
        baseline = manifest["baseline"]
        return Evaluation(
            metrics=_shares(manifest["metrics"]),
            baseline_version=baseline["version"] if baseline else None,
            baseline=_shares(baseline["metrics"]) if baseline and baseline["metrics"] else None,
            reply_ids=frozenset(manifest["reply_ids"]),
            intervals=_intervals(manifest.get("intervals", {})),
            differences=_intervals(manifest.get("differences", {})),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelUnusable(f"the manifest lacks what the gate needs: {error}") from error


def judge(
    evaluation: Evaluation,
    blocked: Collection[str],
    tolerance: float,
    most_false_offers: float = MOST_FALSE_OFFERS,
) -> Verdict:
    """Promote unless a reply is blocked, offers are false too often, or a metric fell and chance does not explain it.

    A fall counts beyond `tolerance` (a share, 0.01 is one point), and where the interval of the difference is known
    only when that lies below zero. False offers count where their interval lies above `most_false_offers` (a share),
    unless the model in service has as many.
    """
    offending = evaluation.reply_ids & frozenset(blocked)
    if offending:
        return Verdict(is_promoted=False, reason=f"it can offer {len(offending)} blocked replies; train again")
    if _offers_falsely(evaluation, most_false_offers):
        return Verdict(is_promoted=False, reason=_false_offers(evaluation, most_false_offers))
    if evaluation.baseline_version is None:
        return Verdict(is_promoted=True, reason="no model was in service")
    if evaluation.baseline is None:
        return Verdict(is_promoted=True, reason=f"{evaluation.baseline_version}, in service, could not be measured")
    worse = [name for name in METRICS if _fell(evaluation, evaluation.baseline, name, tolerance)]
    if worse:
        return Verdict(is_promoted=False, reason=f"worse than {_comparison(evaluation, worse, tolerance)}")
    return Verdict(is_promoted=True, reason=f"no worse than {_comparison(evaluation, METRICS, tolerance)}")


def _fell(evaluation: Evaluation, baseline: Mapping[str, float], name: str, tolerance: float) -> bool:
    if evaluation.metrics[name] >= baseline[name] - tolerance:
        return False
    return name not in evaluation.differences or evaluation.differences[name][1] < 0


def _offers_falsely(evaluation: Evaluation, most: float) -> bool:
    share = evaluation.metrics.get(FALSE_OFFERS)
    if share is None or share <= most:
        return False
    in_service = (evaluation.baseline or {}).get(FALSE_OFFERS)
    if in_service is not None and share <= in_service:
        return False
    return FALSE_OFFERS not in evaluation.intervals or evaluation.intervals[FALSE_OFFERS][0] > most


def _false_offers(evaluation: Evaluation, most: float) -> str:
    interval = _bounds(evaluation.intervals.get(FALSE_OFFERS))
    return f"false offers {evaluation.metrics[FALSE_OFFERS]:.4f}{interval}; at most {most:g} are allowed"


def _comparison(evaluation: Evaluation, names: Collection[str], tolerance: float) -> str:
    assert evaluation.baseline is not None
    pairs = (
        f"{METRICS[name]} {evaluation.metrics[name]:.4f} against {evaluation.baseline[name]:.4f}"
        f"{_bounds(evaluation.differences.get(name))}"
        for name in names
    )
    return f"{evaluation.baseline_version}: {', '.join(pairs)} (tolerance {tolerance:g})"


def _bounds(interval: Interval | None) -> str:
    return f" [95 %: {interval[0]:.4f} to {interval[1]:.4f}]" if interval else ""


def _shares(metrics: Mapping[str, Any]) -> dict[str, float]:
    needed = {name: float(metrics[name]) for name in METRICS}
    offers = metrics.get(FALSE_OFFERS)
    return needed if offers is None else needed | {FALSE_OFFERS: float(offers)}


def _intervals(figures: Mapping[str, Mapping[str, Any]]) -> dict[str, Interval]:
    known = {name: (figure["low"], figure["high"]) for name, figure in figures.items()}
    return {name: (float(low), float(high)) for name, (low, high) in known.items() if None not in (low, high)}
