"""Units are started as in production, wired by push, and started again when they die."""

from __future__ import annotations

import base64
import json
import os
import signal
from pathlib import Path

import pytest
import requests
from google.cloud import pubsub_v1
from tests.integration.emulators.tiny import FUNCTION, UNITS, requests_of, write_units
from tests.waiting import until

from earpiece.domain.errors import NotFound, Unavailable
from earpiece_emulators.pubsub_setup import PubSub
from earpiece_emulators.record import read_record
from earpiece_emulators.runtime import Runtime
from earpiece_emulators.topology import Subscription

TOPIC = "conversation-event-received"
SUBSCRIPTION = "conversation-event-received.conversation-writer"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_units(tmp_path_factory.mktemp("root"))


@pytest.fixture(scope="module")
def runtime(root, tmp_path_factory):
    state = tmp_path_factory.mktemp("state")
    with Runtime(state, None, ["pubsub"], root=root, catalogue=UNITS) as running:
        yield running


@pytest.fixture
def publish(runtime, monkeypatch):
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", runtime.address("pubsub"))
    publisher = pubsub_v1.PublisherClient()
    return lambda data: publisher.publish(f"projects/{runtime.cloud.project}/topics/{TOPIC}", data).result(10)


@pytest.fixture
def undelivered(runtime):
    pubsub = PubSub(runtime.address("pubsub"), runtime.cloud.project)
    yield pubsub.undelivered
    pubsub.close()


def test_a_published_message_is_pushed_to_the_path_that_the_topology_names(root, publish):
    publish(b"pushed")

    (request,) = until(lambda: _requests(root, b"pushed"))
    assert request["path"] == "/events"


def test_what_is_refused_at_every_attempt_comes_to_the_dead_letters_of_its_unit(root, runtime):
    quick = Subscription(  # the topology's own attempts and back-off would take minutes
        "quick",
        "conversation-transferred",
        dead_letter_topic="conversation-event-received.dead-letter",
        maximum_backoff_s=1,
        most_attempts=5,
    )
    pubsub = PubSub(runtime.address("pubsub"), runtime.cloud.project)
    pubsub.create_subscription(quick, f"{runtime.address('conversation_writer')}/no-such-path/refused")

    pubsub.publish("conversation-transferred", b"refused", {"account_id": "acme"})
    waiting = until(lambda: pubsub.undelivered("quick"))
    dead = until(lambda: [r for r in _requests(root, b"refused") if r["path"] == "/dead-letters"])
    pubsub.close()

    assert waiting == 1
    assert len([r for r in _requests(root, b"refused") if r["path"] != "/dead-letters"]) == 5
    attributes = dead[0]["body"]["message"]["attributes"]
    assert attributes["CloudPubSubDeadLetterSourceDeliveryCount"] == "5"
    assert attributes["account_id"] == "acme"


def test_asking_what_is_undelivered_takes_nothing_from_the_subscription(root, publish, undelivered, runtime):
    runtime.halt("conversation_writer")
    publish(b"waiting")

    counted = [undelivered(SUBSCRIPTION) for _ in range(3)]
    runtime.resume("conversation_writer")

    assert counted == [1, 1, 1]
    until(lambda: _requests(root, b"waiting"), patience_s=70)
    until(lambda: undelivered(SUBSCRIPTION) == 0)


def test_a_restarted_pubsub_has_its_topics_and_subscriptions_again(root, publish, runtime):
    runtime.halt("pubsub")
    runtime.resume("pubsub")

    publish(b"after the restart")

    until(lambda: _requests(root, b"after the restart"))


@pytest.mark.parametrize("name", ["conversation_writer", "suggestion_api"])
def test_a_killed_unit_is_started_again_and_its_restarts_counted(runtime, name):
    before = runtime.running(name)

    runtime.kill(name, signal.SIGKILL)
    until(lambda: runtime.running(name).restarts == before.restarts + 1)
    runtime.wait_ready(name)

    after = runtime.running(name)
    assert after.identity != before.identity
    assert requests.get(f"{runtime.address(name)}/readyz", timeout=60).status_code == 200
    recorded = {process.name: process for process in read_record(runtime.state.runtime).processes}
    assert recorded[name].restarts == after.restarts
    assert recorded[name].identity == after.identity


def test_a_killed_worker_is_replaced_by_its_master(runtime):
    (worker,) = until(lambda: runtime.workers("conversation_writer"))

    os.kill(worker, signal.SIGKILL)

    until(lambda: runtime.workers("conversation_writer") not in ([], [worker]))
    until(lambda: _answers(runtime.address("conversation_writer")))


def test_a_unit_finds_its_stores_and_keys_in_its_environment(runtime):
    environment = requests.get(f"{runtime.address('suggestion_api')}/environment", timeout=60).json()

    assert environment["PUBSUB_EMULATOR_HOST"] == runtime.address("pubsub")
    assert environment["GOOGLE_CLOUD_PROJECT"] == environment["PROJECT_ID"] == runtime.cloud.project
    (key,) = json.loads(Path(environment["TOKEN_PUBLIC_KEYS_FILE"]).read_bytes())["keys"]
    assert (key["kty"], key["crv"], key["alg"]) == ("EC", "P-256", "ES256")
    assert len(base64.b64decode(Path(environment["SECRETS_KEY_FILE"]).read_bytes())) == 32
    assert Path(environment["SECRETS_KEY_FILE"]).stat().st_mode & 0o777 == 0o600


def test_what_a_unit_needs_for_itself_lies_in_the_state_folder_and_goes_with_the_run(tmp_path):
    state = tmp_path / "state"
    (state / "scratch").mkdir(parents=True)
    (state / "scratch" / "of-a-killed-run").touch()
    with Runtime(state, ["suggestion_api"], [], root=write_units(tmp_path / "root"), catalogue=UNITS) as running:
        environment = requests.get(f"{running.address('suggestion_api')}/environment", timeout=60).json()

        assert environment["TMPDIR"] == str(state / "scratch")
        assert not (state / "scratch" / "of-a-killed-run").exists()
        assert (state / "scratch").exists()
    assert not (state / "scratch").exists()


def test_a_unit_that_cannot_start_ends_the_start_with_its_last_words(tmp_path):
    root = write_units(tmp_path / "root", service="raise RuntimeError('no key given')\n")

    with pytest.raises(Unavailable, match="suggestion_api could not be started: RuntimeError: no key given"):
        Runtime(tmp_path / "state", ["suggestion_api"], [], root=root, catalogue=UNITS).__enter__()


def test_a_unit_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(NotFound, match="there is no unit webhook_intake"):
        Runtime(tmp_path, ["webhook_intake"], [], root=tmp_path)


def _requests(root, data):
    """The requests that carried a message of this data."""
    wanted = base64.b64encode(data).decode()
    return [request for request in requests_of(FUNCTION, root) if request["body"]["message"]["data"] == wanted]


def _answers(url):
    try:
        return requests.get(f"{url}/readyz", timeout=60).status_code == 200
    except requests.RequestException:
        return False
