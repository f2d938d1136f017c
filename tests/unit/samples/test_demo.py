"""When the demo's conversations take place, and how long it waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from earpiece.domain.errors import Unavailable
from earpiece_emulators.deliveries import deliveries
from earpiece_emulators.demo import played_until
from earpiece_emulators.demo_waiting import wait_until
from earpiece_emulators.places import State
from earpiece_emulators.samples import generate


def test_a_rerun_on_kept_state_sends_the_same_deliveries_again(tmp_path: Path):
    kept = State(tmp_path / "kept")

    first, again = (
        [deliveries(told) for told in generate("lumen", count=3, until=played_until(kept))] for _ in range(2)
    )

    assert first == again
    assert datetime.now(UTC) - played_until(kept) < timedelta(minutes=1)


def test_another_state_folder_has_a_time_of_its_own(tmp_path: Path):
    assert played_until(State(tmp_path / "one")) != played_until(State(tmp_path / "two"))


def test_what_goes_on_is_waited_for_however_long_it_takes():
    left, told = iter(range(5, -1, -1)), []

    wait_until(lambda: next(left), str, told.append, is_done=lambda count: count == 0, patience_s=0.3, pause_s=0.1)

    assert told == ["5", "4", "3", "2", "1"]


def test_what_stands_still_is_given_up():
    with pytest.raises(Unavailable, match=r"5 to come: nothing for 0\.2 s"):
        wait_until(
            lambda: 5,
            "{} to come".format,
            lambda _: None,
            is_done=lambda count: count == 0,
            patience_s=0.2,
            pause_s=0.1,
        )
