"""From the webhook's 2xx to readable through the conversation API, and how fast the writer drains a backlog.

`pytest tests/bench/test_event_to_visible.py -s`
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from earpiece_emulators.player import Player
from earpiece_emulators.samples.generate import generate

from load import percentile  # isort: skip
from results import tell  # isort: skip
from system import local_system  # isort: skip

RATE_PER_S = 50
SAMPLED = 10  # one in so many is asked for, so that the asking itself is no load


def test_event_to_visible_and_backlog(tmp_path: Path):
    with local_system(tmp_path / "run") as system:
        told = list(generate("lumen", count=300, until=datetime.now(UTC)))
        system.play(told[:20])
        visible = _visible(system, told[20:80])
        tell("event to visible at 50 events a second", [visible])

        began = time.perf_counter()
        played = system.play(told[80:])
        while system.missing(told) != (0, 0):
            time.sleep(0.5)
        drained_s = time.perf_counter() - began
        row = {"deliveries": played.acknowledged, "acknowledged_per_s": played.per_s}
        tell("writer", [{**row, "in_both_stores_per_s": played.acknowledged / drained_s}])


def _visible(system, conversations) -> dict[str, float]:
    """Plays at the rate, and asks for each conversation until its newest message is there."""
    player = Player(
        system.addresses()["webhook_intake"], "lumen", system.webhook_secret(), workers=12, rate_per_s=RATE_PER_S
    )
    thread = threading.Thread(target=player.play, args=(conversations,))
    thread.start()
    delays: list[float] = []
    seen = 0
    while thread.is_alive() or seen < len(player.history.attempts):
        for attempt in islice(player.history.attempts, seen, None):
            seen += 1
            if attempt.delivery.type == "message.created" and attempt.is_acknowledged and seen % SAMPLED == 0:
                until = system.wait_for_message(attempt.delivery.conversation_id, attempt.delivery.object_id)
                delays.append((until - attempt.ended_at) * 1000)
        time.sleep(0.005)
    return {"events": len(delays), "p50_ms": percentile(delays, 0.5), "p99_ms": percentile(delays, 0.99)}
