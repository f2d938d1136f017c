"""Which accounts are due, and what a run is called."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from earpiece.domain.models import RunState, TrainingRun


def is_due(runs: Iterable[TrainingRun], now: datetime, interval: timedelta) -> bool:
    """Whether no run that was requested within the interval succeeded. A skipped or failed one is tried again."""
    return not any(run.state is RunState.SUCCEEDED and run.requested_at > now - interval for run in runs)


def new_run_id(at: datetime, distinction: str) -> str:
    """`<UTC time>-<distinction>`: sorts by time. The same schedule gives the same id, so its repeat starts nothing."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{distinction[:8]}"
