"""A thousand events while writers die five times: the short form of `make test-faults`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "fault"))

from instances import Killer
from system import WRITER_POINTS, FaultSystem

KILLS = 5


# On a machine with nothing else to do it takes one minute; a busy one starts a writer in twenty seconds.
@pytest.mark.timeout(900)
def test_a_thousand_events_survive_five_deaths_of_a_writer(tmp_path: Path):
    with FaultSystem(tmp_path) as system:
        with Killer(system.writers, WRITER_POINTS, KILLS, seed=1) as killer:
            system.play(50, seed=1)
            system.play_on(lambda: len(killer.kills) >= KILLS, f"{KILLS} kills inside a handler", 400)
        system.settle(240)
        findings = system.findings()

        assert sorted(killer.kills) == sorted(WRITER_POINTS)
        assert findings.is_clean, findings
