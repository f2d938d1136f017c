"""Which accounts are due for training, and what a run is called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from earpiece.domain.models import RunState, TrainingRun
from training_trigger.due import is_due, new_run_id

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
INTERVAL = timedelta(days=14)


def a_run(state, days_ago):
    at = NOW - timedelta(days=days_ago)
    return TrainingRun("r", state, at, at)


def test_an_account_that_was_never_trained_is_due():
    assert is_due([], NOW, INTERVAL)


def test_a_success_within_the_interval_means_not_due():
    assert not is_due([a_run(RunState.SUCCEEDED, 13.9)], NOW, INTERVAL)


def test_a_success_before_the_interval_means_due():
    assert is_due([a_run(RunState.SUCCEEDED, 14.1)], NOW, INTERVAL)


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.SKIPPED, RunState.RUNNING])
def test_a_run_that_did_not_succeed_does_not_count(state):
    assert is_due([a_run(state, 1)], NOW, INTERVAL)


def test_run_ids_sort_by_time_whatever_the_zone():
    earlier = new_run_id(NOW.astimezone(timezone(timedelta(hours=9))), "ffffffffff")
    later = new_run_id(NOW + timedelta(seconds=1), "0000000000")

    assert earlier == "20261120T120000Z-ffffffff"
    assert earlier < later
