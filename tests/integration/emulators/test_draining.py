"""Going down lets units finish what came in, and keeps what they could not."""

from __future__ import annotations

import base64
import time

import pytest
import requests
from google.cloud import pubsub_v1
from tests.integration.emulators.tiny import FUNCTION, RELAY, UNITS, requests_of, write_units
from tests.waiting import until

from earpiece_emulators.draining import drain
from earpiece_emulators.runtime import Runtime
from earpiece_emulators.supervisor import go_down

SUBSCRIPTION = "conversation-event-received.conversation-writer"


@pytest.fixture
def root(tmp_path):
    return write_units(tmp_path / "root")


@pytest.fixture
def run(tmp_path, root):
    def start(**more):
        stores = more.pop("stores", ["pubsub"])
        return Runtime(tmp_path / "state", None, stores, root=root, catalogue=UNITS, keeps_data=True, **more)

    return start


def test_draining_closes_the_doors_and_waits_for_messages_and_executions(run, root, monkeypatch):
    (FUNCTION.folder(root) / "slow").touch()
    with run() as runtime:
        _publish(runtime, monkeypatch, *(f"m-{n}" for n in range(40)))
        told = []

        left = drain(runtime, 60, told.append, hurry=lambda: False)

        assert left == {}
        assert {_data(request) for request in requests_of(FUNCTION, root)} == {f"m-{n}" for n in range(40)}
        assert told[0].endswith(f"of {SUBSCRIPTION}")
        assert runtime.running("suggestion_api").identity is None
        assert runtime.running("conversation_writer").is_ready


def test_what_is_not_taken_in_is_kept_and_comes_again_at_the_next_start(run, root, monkeypatch):
    refuse = FUNCTION.folder(root) / "refuse"
    refuse.touch()
    told = []
    with run(stores=["pubsub", "firestore"]) as runtime:
        _publish(runtime, monkeypatch, "stubborn")
        runtime.drain_s = 0
        go_down(runtime, told.append, hurry=lambda: False)
    refuse.unlink()
    before = len(requests_of(FUNCTION, root))

    with run() as runtime:
        until(lambda: len(requests_of(FUNCTION, root)) > before)

        assert f"1 of {SUBSCRIPTION} were not finished" in told
        assert _data(requests_of(FUNCTION, root)[-1]) == "stubborn"
        assert not runtime.state.undelivered.exists()


def test_a_drain_that_takes_too_long_ends_and_says_what_is_left(run, root, monkeypatch):
    (FUNCTION.folder(root) / "refuse").touch()
    with run() as runtime:
        _publish(runtime, monkeypatch, "one", "two")
        started = time.monotonic()

        left = drain(runtime, 1, print, hurry=lambda: False)

        assert left == {SUBSCRIPTION: 2}
        assert time.monotonic() - started < 60


def test_the_schedule_posts_to_the_outbox_relay(run, root):
    with run(outbox_every_s=0.2):
        until(lambda: len(requests_of(RELAY, root)) >= 2)

    assert {request["path"] for request in requests_of(RELAY, root)} == {"/"}


def test_a_running_execution_is_waited_for(run):
    with run() as runtime:
        job = f"{runtime.control}/v2/projects/p/locations/l/jobs/trainer:run"
        overrides = {"overrides": {"containerOverrides": [{"env": [{"name": "SECONDS", "value": "1.5"}]}]}}
        requests.post(job, json=overrides, timeout=60).raise_for_status()

        assert drain(runtime, 30, print, hurry=lambda: False) == {}
        assert [execution.exit_code for execution in runtime.executions()] == [0]


def _publish(runtime, monkeypatch, *texts):
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", runtime.address("pubsub"))
    publisher = pubsub_v1.PublisherClient()
    topic = f"projects/{runtime.cloud.project}/topics/conversation-event-received"
    for future in [publisher.publish(topic, text.encode()) for text in texts]:
        future.result(10)


def _data(request):
    return base64.b64decode(request["body"]["message"]["data"]).decode()
