"""Nothing lost, nothing doubled, order right, nobody else's, whatever dies meanwhile. Long: `make test-faults`."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from instances import Killer, wait_until  # isort: skip
from system import ACCOUNTS, WRITER_POINTS, FaultSystem  # isort: skip

CONVERSATIONS = 500
KILLS = 24
POISON = [b"{", b"[]", b"\xff", b'{"format": 99}', json.dumps({"format": 1, "kind": "nonsense"}).encode()] * 20


def test_ten_thousand_events_survive_the_death_of_writers_at_every_point(tmp_path: Path, capsys):
    with FaultSystem(tmp_path) as system:
        began = time.monotonic()
        with Killer(system.writers, WRITER_POINTS, KILLS, seed=11) as killer:
            system.publish_poison(ACCOUNTS[0], [payload + b" " * n for n, payload in enumerate(POISON)])
            system.play(CONVERSATIONS, seed=11)
            played_s = time.monotonic() - began
            system.play_on(lambda: len(killer.kills) >= KILLS, f"{KILLS} kills inside a handler", 500)
        settled_s = system.settle(300)
        findings = system.findings()

        with capsys.disabled():
            counted = {point: killer.kills.count(point) for point in WRITER_POINTS}
            print(f"\n{len(system.acknowledged)} facts acknowledged in {played_s:.0f} s; kills {counted}")
            print(f"settled {settled_s:.0f} s after the last kill; {findings.counts()}")
        assert len(killer.kills) >= 20
        assert findings.is_clean, findings
        wait_until(lambda: system.dead_letter_count() == len(POISON), "every poison is a dead letter, once", 60)


def test_an_outage_of_pubsub_is_answered_from_the_outbox_and_nothing_is_lost(tmp_path: Path, capsys):
    with FaultSystem(tmp_path) as system:
        system.play(20, seed=3)
        system.settle(120)
        system.runtime.halt("pubsub")
        began = time.monotonic()
        while time.monotonic() - began < 30:  # away for half a minute, while deliveries go on
            system.play(5, seed=4, rate=20)
        waiting = system.outbox_count()
        system.runtime.resume("pubsub")
        emptied_s = wait_until(lambda: system.outbox_count() == 0, "the outbox is empty", 90)
        system.settle(180)
        findings = system.findings()

        with capsys.disabled():
            print(
                f"\n{waiting} deliveries waited in outboxes; empty {emptied_s:.1f} s after Pub/Sub; {findings.counts()}"
            )
        assert waiting > 0
        assert findings.is_clean, findings


def test_intake_dies_between_acknowledgement_and_answer_and_the_relay_between_publish_and_removal(tmp_path: Path):
    with FaultSystem(tmp_path) as system:
        for _ in range(3):
            (system.points("webhook_intake") / "intake-after-publish").touch()
            system.play(5, seed=5)
        system.settle(120)
        system.runtime.halt("pubsub")
        system.play(5, seed=6)
        (system.points("outbox_relay") / "relay-after-publish").touch()
        system.runtime.resume("pubsub")
        wait_until(lambda: system.outbox_count() == 0, "the outbox is empty", 90)
        system.settle(120)

        killed = [
            path.name.split(".")[0]
            for unit in ("webhook_intake", "outbox_relay")
            for path in system.points(unit).glob("*.killed.*")
        ]
        assert sorted(killed) == ["intake-after-publish"] * 3 + ["relay-after-publish"]
        assert system.findings().is_clean, system.findings()


@pytest.mark.parametrize(
    ("unit", "variant", "finding"),
    [
        ("webhook_intake", "doubling_intake", "doubled_in_firestore"),
        ("conversation_writer", "hasty_writer", "lost"),
        ("conversation_api", "arrival_order_api", "misordered"),
    ],
)
def test_the_checker_fails_on_a_sabotaged_build(tmp_path: Path, unit: str, variant: str, finding: str):
    with FaultSystem(tmp_path, {unit: variant}) as system:
        with Killer(system.writers, WRITER_POINTS[1:2], 4, seed=2) as killer:
            system.play(25, seed=2, duplicates=0.2, late=0.3)
            wait_until(lambda: len(killer.kills) >= 2, "two kills", 60)
        system.settle(20)

        assert system.findings().counts()[finding] > 0
