"""webhook_intake against a bare function that only publishes the body: `pytest tests/bench/test_intake.py -s`.

Both are started the same way in one run, and take turns; the peer's own spread over its rounds is the machine's noise.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from earpiece.platforms.standard_webhooks import sign
from earpiece_emulators.runtime import Runtime
from earpiece_emulators.units import UNITS, Kind, Unit

from asked import create_account  # isort: skip
from load import Request, in_own_process  # isort: skip
from results import tell  # isort: skip

ROUNDS = 4
REQUESTS = 1500
BARE = Path(__file__).parent / "units" / "bare_intake"


@dataclass(frozen=True, slots=True)
class BareUnit(Unit):
    """The peer, started like a unit of ours."""

    def folder(self, root: Path) -> Path:
        return BARE


def test_intake_beside_a_bare_function(tmp_path: Path):
    catalogue = [*UNITS, BareUnit("bare_intake", Kind.FUNCTION)]
    units = ["webhook_intake", "bare_intake"]
    with Runtime(tmp_path / "run", units=units, stores=["firestore", "pubsub"], catalogue=catalogue) as runtime:
        os.environ.update(runtime.environment())
        secret = create_account(runtime).webhook_secret
        rows = []
        for name in ("bare_intake", "webhook_intake") * 2:  # the first of each warms up
            in_own_process(runtime.address(name), lambda: _deliveries(secret, 200), connections=8, rate_per_s=None)
        for _ in range(ROUNDS):
            for name in ("bare_intake", "webhook_intake"):
                make = lambda: _deliveries(secret, REQUESTS)  # noqa: E731
                full = in_own_process(runtime.address(name), make, connections=8, rate_per_s=None)
                rows.append({"unit": name, **full})
        paced = []
        for name in ("bare_intake", "webhook_intake"):
            make = lambda: _deliveries(secret, 1000)  # noqa: E731
            paced.append({"unit": name, **in_own_process(runtime.address(name), make, connections=16, rate_per_s=50.0)})

    tell("intake, as fast as it goes, 8 connections", rows)
    tell("intake at 50 requests a second", paced)
    ours, bare = _median(rows, "webhook_intake"), _median(rows, "bare_intake")
    noise = [row["per_s"] for row in rows if row["unit"] == "bare_intake"]
    tell("intake ratio", [{"ratio": ours / bare, "ours": ours, "bare": bare, "noise": max(noise) / min(noise)}])
    assert not any(row["failures"] for row in rows + paced)


def _median(rows: list[dict[str, object]], unit: str) -> float:
    return statistics.median(float(str(row["per_s"])) for row in rows if row["unit"] == unit)


def _deliveries(secret: str, count: int) -> list[Request]:
    return [_delivery(secret, f"{time.time_ns()}-{number}") for number in range(count)]


def _delivery(secret: str, name: str) -> Request:
    body = json.dumps(
        {
            "type": "message.created",
            "timestamp": "2026-11-20T10:15:21.904Z",
            "data": {
                "conversation": {"id": f"c-{name[-3:]}", "channel": "webchat", "locale": "en"},
                "message": {
                    "id": name,
                    "sequence": 1,
                    "role": "customer",
                    "author_id": "cust-1",
                    "text": "Hi, my router keeps dropping the connection since Tuesday, could you have a look at it?",
                    "sent_at": "2026-11-20T10:15:21.904Z",
                    "attachments": [],
                },
            },
        }
    ).encode()
    timestamp = int(time.time())
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, name, timestamp, body),
    }
    return "/v1/deliveries/bench/custom", body, headers


def test_cold_start_of_intake_and_of_the_bare_function(tmp_path: Path):
    units = {"bare_intake": BARE, "webhook_intake": Path(__file__).parents[2] / "functions" / "webhook_intake"}
    with Runtime(tmp_path / "run", units=["outbox_relay"], stores=["firestore", "pubsub"]) as runtime:
        environment = {**os.environ, **runtime.environment()}
        rows = [
            {"unit": name, "ready_s": _cold_start(name, folder, environment)}
            for _ in range(3)
            for name, folder in units.items()
        ]
    tell("cold start, from process start to ready", rows)


def _cold_start(name: str, folder: Path, environment: dict[str, str]) -> float:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    framework = Path(sys.executable).with_name("functions-framework")
    command = [framework, "--source", folder / "main.py", "--target", name, "--signature-type", "http"]
    began = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10).close()
                return time.perf_counter() - began
            except OSError:
                time.sleep(0.01)
    finally:
        os.killpg(process.pid, 9)
        process.wait()
