"""From the webhook's 2xx to readable through the conversation API: `pytest tests/bench/test_event_to_visible.py -s`.

One event in four is asked for where it is a message, each by a poller of its own with the last ETag and 20 ms
between two questions, so that a late message holds up no other and the asking is little load.
"""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from earpiece_emulators.local_system import LocalSystem
from earpiece_emulators.player import Player
from earpiece_emulators.samples.conversation import SampleConversation
from earpiece_emulators.samples.generate import generate
from earpiece_emulators.sending import Attempt

from load import percentile  # isort: skip
from processes_cpu import Machine, recorded_cpu_seconds  # isort: skip
from results import tell  # isort: skip
from system import local_system  # isort: skip

RATE_PER_S = 50
SECONDS = 20
SAMPLED = 4
POLLERS = 32
PAUSE_S = 0.02
PATIENCE_S = 60.0
WARMING = 40


def test_event_to_visible_at_fifty_events_a_second(tmp_path: Path):
    with local_system(tmp_path / "run") as system:
        told = list(generate("lumen", count=300, until=datetime.now(UTC)))
        system.play(told[:WARMING])
        while system.missing(told[:WARMING]) != (0, 0):
            time.sleep(0.5)
        machine, before = Machine(), recorded_cpu_seconds(tmp_path / "run")
        began = time.monotonic()
        delays, per_s = _delays(system, _so_many_events(told[WARMING:], RATE_PER_S * SECONDS))
        spent = sum(recorded_cpu_seconds(tmp_path / "run").values()) - sum(before.values())
        ours = spent / (time.monotonic() - began) / (os.cpu_count() or 1)
        # At 1 the machine was full, and the delays say how long the queue had become.
        shares = {"machine_busy": machine.busy_share(), "of_it_the_system": ours}

    row = {"asked_for": len(delays), "p50_ms": percentile(delays, 0.5), "p99_ms": percentile(delays, 0.99)}
    tell("event to visible", [{"events_per_s": per_s, **row, "max_ms": max(delays), **shares}])


def _so_many_events(conversations: list[SampleConversation], count: int) -> list[SampleConversation]:
    taken: list[SampleConversation] = []
    while sum(len(one.happenings) for one in taken) < count:
        taken.append(conversations[len(taken)])
    return taken


def _delays(system: LocalSystem, conversations: list[SampleConversation]) -> tuple[list[float], float]:
    """Milliseconds of each message that was asked for, and the deliveries acknowledged a second."""
    player = Player(
        system.addresses()["webhook_intake"], "lumen", system.webhook_secret(), workers=12, rate_per_s=RATE_PER_S
    )
    address, headers = system.addresses()["conversation_api"], system.authorization()
    began = time.monotonic()
    playing = threading.Thread(target=player.play, args=(conversations,))
    playing.start()
    asked: list[Future[float]] = []
    seen = 0
    with ThreadPoolExecutor(POLLERS) as pool:
        while playing.is_alive() or seen < len(player.history.attempts):
            for attempt in islice(player.history.attempts, seen, None):
                seen += 1
                if seen % SAMPLED == 0 and attempt.is_acknowledged and attempt.delivery.type == "message.created":
                    asked.append(pool.submit(_delay_ms, address, headers, attempt))
            time.sleep(0.002)
        per_s = seen / (time.monotonic() - began)
    return [one.result() for one in asked], per_s


def _delay_ms(address: str, headers: Mapping[str, str], attempt: Attempt) -> float:
    """From the acknowledgement until an answer shows the message."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    path = f"/v1/conversations/by-platform-id/custom/{attempt.delivery.conversation_id}"
    etag: dict[str, str] = {}
    while time.time() < attempt.ended_at + PATIENCE_S:
        connection.request("GET", path, headers={**headers, **etag})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status == 200:
            etag = {"If-None-Match": answer.headers["ETag"]}
            if attempt.delivery.object_id in {message["message_id"] for message in json.loads(body)["messages"]}:
                connection.close()
                return (time.time() - attempt.ended_at) * 1000
        time.sleep(PAUSE_S)
    raise AssertionError(f"{attempt.delivery.object_id} is not visible after {PATIENCE_S:.0f} s")
