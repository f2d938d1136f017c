"""When the demo's conversations take place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from earpiece_emulators.deliveries import deliveries
from earpiece_emulators.demo import played_until
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
