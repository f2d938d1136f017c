"""The gate: whether a candidate may take the place of the model in service. Pure; the reason is a value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from earpiece.domain.errors import ModelUnusable

# The manifest's names of what may not fall, as a person reads them. All are shares of one test set.
METRICS = {"recall_at_3": "recall@3 (near)", "coverage": "coverage", "saved_keystrokes": "saved keystrokes"}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a manifest says of a candidate and of the model that was in service when it was trained, on one test set.

    `baseline_version` is None when none was in service, `baseline` also when that one could not be loaded;
    `reply_ids` are the replies that the candidate can offer.
    """

    metrics: Mapping[str, float]
    baseline_version: str | None
    baseline: Mapping[str, float] | None
    reply_ids: frozenset[str]


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
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelUnusable(f"the manifest lacks what the gate needs: {error}") from error


def judge(evaluation: Evaluation, blocked: Collection[str], tolerance: float) -> Verdict:
    """Promote unless a reply is blocked, or a metric falls by more than `tolerance` (a share, 0.01 is one point)."""
    offending = evaluation.reply_ids & frozenset(blocked)
    if offending:
        return Verdict(is_promoted=False, reason=f"it can offer {len(offending)} blocked replies; train again")
    if evaluation.baseline_version is None:
        return Verdict(is_promoted=True, reason="no model was in service")
    if evaluation.baseline is None:
        return Verdict(is_promoted=True, reason=f"{evaluation.baseline_version}, in service, could not be measured")
    worse = [name for name in METRICS if evaluation.metrics[name] < evaluation.baseline[name] - tolerance]
    if worse:
        return Verdict(is_promoted=False, reason=f"worse than {_comparison(evaluation, worse, tolerance)}")
    return Verdict(is_promoted=True, reason=f"no worse than {_comparison(evaluation, METRICS, tolerance)}")


def _comparison(evaluation: Evaluation, names: Collection[str], tolerance: float) -> str:
    assert evaluation.baseline is not None
    pairs = (
        f"{METRICS[name]} {evaluation.metrics[name]:.4f} against {evaluation.baseline[name]:.4f}" for name in names
    )
    return f"{evaluation.baseline_version}: {', '.join(pairs)} (tolerance {tolerance:g})"


def _shares(metrics: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(metrics[name]) for name in METRICS}
