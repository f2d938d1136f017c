"""Training costs no more for each message when there are more of them, and what it holds is bounded."""

from __future__ import annotations

import pytest
from training_at_scale import named, scaled

from results import tell  # isort: skip

COUNTS = (1_000, 4_000)
MOST_MB = 4_000
PER_10000_S = 30 * 60  # fifteen minutes of two cores, for 10,000 conversations


def test_four_times_the_conversations_cost_no_more_than_four_times_as_much():
    small, large = rows = list(scaled(named(), COUNTS))

    tell("training_at_scale", [{name: row[name] for name in row if name != "steps"} for row in rows])
    assert large["cpu_s"] / large["contexts"] < 1.3 * small["cpu_s"] / small["contexts"]
    assert large["cpu_s"] / large["conversations"] * 10_000 < PER_10000_S
    assert large["peak_mb"] < MOST_MB


def test_beyond_the_bound_more_conversations_cost_their_reading_alone():
    small, large = scaled(named(), COUNTS, options=("--most-messages", "3000"))

    assert large["contexts"] == pytest.approx(small["contexts"], rel=0.05)
    assert large["cpu_s"] - large["reading_s"] < 1.3 * (small["cpu_s"] - small["reading_s"])
    assert large["peak_mb"] < small["peak_mb"] + 60
