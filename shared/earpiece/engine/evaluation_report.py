"""An evaluation as plain data: what `earpiece evaluate --json` prints and its table is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.evaluation import Evaluation, call_times, differences, estimates
from earpiece.engine.intervals import Difference, Estimate

DIGITS = 4
ALL = "overall"


def report(done: Evaluation, against: Evaluation | None = None) -> dict[str, Any]:
    """Counts, and for all conversations and those of each language the measures and the times, with intervals.

    `parts[part]` is {"conversation_count", "measures": {name: figure}, "times_ms": {kind: {"p50", "p99": figure}}}, a
    figure {"value", "low", "high"}. With another evaluation of the same conversations each figure also has `against`,
    and each measure `difference` with a `verdict`; None stands where there was nothing to count.
    """
    parts = {ALL: done.everything, **done.parts()}
    return {"counts": done.counts(), "parts": {name: _part(done, against, chosen) for name, chosen in parts.items()}}


def _part(done: Evaluation, against: Evaluation | None, chosen: NDArray[np.bool_]) -> dict[str, Any]:
    return {
        "conversation_count": int(chosen.sum()),
        "measures": _measures(done, against, chosen),
        "times_ms": _times(done, against, chosen),
    }


def _measures(done: Evaluation, against: Evaluation | None, chosen: NDArray[np.bool_]) -> dict[str, Any]:
    found = {name: _figure(value) for name, value in estimates(done, chosen).items()}
    if against is None:
        return found
    others, less = estimates(against, chosen), differences(done, against, chosen)
    return {
        name: figure
        | {"against": _figure(others[name])}
        | {"difference": _figure(less[name]) if name in less else None}
        for name, figure in found.items()
    }


def _times(done: Evaluation, against: Evaluation | None, chosen: NDArray[np.bool_]) -> dict[str, Any]:
    ours = {kind: _figures(quantiles) for kind, quantiles in call_times(done, chosen).items()}
    if against is None:
        return ours
    theirs = {kind: _figures(quantiles) for kind, quantiles in call_times(against, chosen).items()}
    return {
        kind: {name: figure | {"against": theirs.get(kind, {}).get(name)} for name, figure in quantiles.items()}
        for kind, quantiles in ours.items()
    }


def _figures(quantiles: Mapping[str, Estimate]) -> dict[str, dict[str, Any]]:
    return {name: _figure(estimate) for name, estimate in quantiles.items()}


def _figure(figure: Estimate | Difference) -> dict[str, Any]:
    plain = asdict(figure)
    return {name: round(value, DIGITS) if isinstance(value, float) else value for name, value in plain.items()}
