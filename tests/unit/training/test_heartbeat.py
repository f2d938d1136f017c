"""A run's lease is held while the work goes on, and its loss is noticed."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from earpiece.domain.errors import StaleVersion, Unavailable
from trainer.heartbeat import Heartbeat

START = datetime(2026, 11, 20, tzinfo=UTC)
FINE, AWAY, TAKEN = None, Unavailable, StaleVersion


class Runs:
    """Answers each heartbeat with the next of `answers`, the last one for ever; `beat` is set at each."""

    def __init__(self, *answers):
        self._answers = list(answers)
        self.count = 0
        self.reached = threading.Condition()

    def heartbeat(self, run_id, now, *, lease_s):
        answer = self._answers[min(self.count, len(self._answers) - 1)]
        with self.reached:
            self.count += 1
            self.reached.notify_all()
        if answer:
            raise answer

    def wait_for(self, count):
        with self.reached:
            assert self.reached.wait_for(lambda: self.count >= count, timeout=60)


class Clock:
    def __init__(self):
        self.at = START

    def __call__(self):
        return self.at


def a_heartbeat(runs, clock):
    return Heartbeat(runs, "r", clock, lease_s=300, interval_s=0.001)


def test_the_lease_is_renewed_until_the_block_ends():
    runs = Runs(FINE)

    with a_heartbeat(runs, Clock()) as beat:
        runs.wait_for(5)
        beat.check()

    assert not [thread for thread in threading.enumerate() if thread.name == "heartbeat"]


def test_a_lease_that_is_anothers_stops_the_work_before_it_starts():
    with pytest.raises(StaleVersion), a_heartbeat(Runs(TAKEN), Clock()):
        pytest.fail("the work began")


def test_a_lease_that_is_lost_meanwhile_is_noticed():
    runs = Runs(FINE, FINE, TAKEN)

    with a_heartbeat(runs, Clock()) as beat:
        runs.wait_for(3)
        with pytest.raises(StaleVersion):
            _check_until_lost(beat)


def _check_until_lost(beat):
    until = datetime.now(UTC) + timedelta(seconds=10)
    while datetime.now(UTC) < until:
        beat.check()


def test_a_store_that_is_away_for_less_than_the_lease_does_no_harm():
    clock, runs = Clock(), Runs(FINE, AWAY)

    with a_heartbeat(runs, clock) as beat:
        runs.wait_for(3)
        clock.at += timedelta(seconds=299)
        beat.check()


def test_a_store_that_is_away_for_the_whole_lease_ends_the_work():
    clock, runs = Clock(), Runs(FINE, AWAY)

    with a_heartbeat(runs, clock) as beat:
        runs.wait_for(3)
        clock.at += timedelta(seconds=300)
        with pytest.raises(StaleVersion):
            beat.check()
