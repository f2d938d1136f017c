"""What every adapter of TrainingRuns promises."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from tests.contract.adapter_sets import Adapters

from earpiece.domain.accounts import Account
from earpiece.domain.errors import AlreadyRunning, NotFound, StaleVersion
from earpiece.domain.models import RunState

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_one_run_at_a_time_and_the_other_is_told_which(adapters: Adapters, account: Account):
    runs = adapters.runs(account)

    assert runs.start("r-1", NOW, lease_s=60).state is RunState.REQUESTED
    assert runs.start("r-1", NOW, lease_s=60).run_id == "r-1"
    with pytest.raises(AlreadyRunning) as refused:
        runs.start("r-2", NOW + timedelta(seconds=59), lease_s=60)
    assert refused.value.facts["run_id"] == "r-1"

    runs.heartbeat("r-1", NOW + timedelta(seconds=50), lease_s=60)
    with pytest.raises(AlreadyRunning):
        runs.start("r-2", NOW + timedelta(seconds=100), lease_s=60)


def test_a_lease_that_ended_is_taken_over_and_its_old_holder_may_not_go_on(adapters: Adapters, account: Account):
    runs = adapters.runs(account)
    runs.start("r-1", NOW, lease_s=60)
    later = NOW + timedelta(seconds=61)

    assert runs.start("r-2", later, lease_s=60).run_id == "r-2"
    with pytest.raises(StaleVersion):
        runs.heartbeat("r-1", later, lease_s=60)

    runs.finish("r-2", RunState.SKIPPED, later, reason="insufficient_data", conversation_count=3)
    ended = runs.find("r-2")
    assert ended is not None
    assert (ended.state, ended.reason, ended.details) == (
        RunState.SKIPPED,
        "insufficient_data",
        {"conversation_count": 3},
    )
    runs.finish("r-2", RunState.SUCCEEDED, later)
    assert runs.find("r-2") == ended
    assert runs.start("r-3", later, lease_s=60).run_id == "r-3"


def test_of_two_runs_that_start_at_once_one_is_told_of_the_other(adapters: Adapters, account: Account):
    def start(run_id: str) -> str:
        try:
            return adapters.runs(account).start(run_id, NOW, lease_s=60).run_id
        except AlreadyRunning as refused:
            return str(refused.facts["run_id"])

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(start, ("r-1", "r-2"))

    assert first == second
    assert [run.run_id for run in adapters.runs(account).all()] == [first]


def test_a_run_holds_on_while_nobody_else_wants_the_lease_and_may_give_it_up(adapters: Adapters, account: Account):
    runs = adapters.runs(account)
    runs.start("r-1", NOW, lease_s=60)
    late = NOW + timedelta(seconds=90)

    runs.heartbeat("r-1", late, lease_s=60)
    found = runs.find("r-1")
    assert found is not None
    assert (found.state, found.requested_at, found.lease_until) == (RunState.RUNNING, NOW, late + timedelta(seconds=60))
    assert found.is_running(late)

    runs.heartbeat("r-1", late, lease_s=0, state=RunState.REQUESTED)
    assert runs.start("r-2", late, lease_s=60).run_id == "r-2"


def test_the_same_run_takes_its_lease_again_once_that_has_ended(adapters: Adapters, account: Account):
    runs = adapters.runs(account)
    runs.start("r-1", NOW, lease_s=60)
    runs.heartbeat("r-1", NOW, lease_s=60)
    late = NOW + timedelta(seconds=61)

    again = runs.start("r-1", late, lease_s=60)

    assert (again.state, again.requested_at, again.lease_until) == (
        RunState.REQUESTED,
        NOW,
        late + timedelta(seconds=60),
    )
    with pytest.raises(AlreadyRunning):
        runs.start("r-2", late, lease_s=60)


def test_a_run_that_lost_the_lease_ends_without_touching_it(adapters: Adapters, account: Account):
    runs = adapters.runs(account)
    runs.start("r-1", NOW, lease_s=60)
    late = NOW + timedelta(seconds=61)
    runs.start("r-2", late, lease_s=60)

    runs.finish("r-1", RunState.FAILED, late, reason="lost_lease")

    ended = runs.find("r-1")
    assert ended is not None
    assert (ended.state, ended.reason) == (RunState.FAILED, "lost_lease")
    runs.heartbeat("r-2", late, lease_s=60)
    with pytest.raises(AlreadyRunning):
        runs.start("r-3", late, lease_s=60)
    assert [run.run_id for run in runs.all()] == ["r-2", "r-1"]


def test_a_run_that_is_not_there_neither_beats_nor_ends(adapters: Adapters, account: Account):
    runs = adapters.runs(account)

    with pytest.raises(NotFound):
        runs.heartbeat("r-1", NOW, lease_s=60)
    runs.finish("r-1", RunState.FAILED, NOW)
    assert runs.find("r-1") is None
    assert runs.all() == []
