"""What training and release can never process: the units as processes, pushed to by Pub/Sub, and the console."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli.console import Console
from tests.real_project import an_account_id
from tests.waiting import until

from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry
from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.firestore_dead_letters import dead_letters_of
from earpiece.adapters.firestore_models import FirestoreModelRecords
from earpiece.adapters.firestore_training_runs import FirestoreTrainingRuns
from earpiece.domain.accounts import Account
from earpiece.domain.dead_letters import DeadLetter, Origin
from earpiece.domain.models import ModelRecord, ModelState, RunState
from earpiece_emulators.pubsub_setup import PubSub
from earpiece_emulators.runtime import Runtime
from earpiece_emulators.topology import Subscription
from earpiece_emulators.units import UNITS, Unit

TRAINING, MODELS = "training-requested", "model-trained"
A_SECOND = timedelta(seconds=1)  # of rounding
BOTH = pytest.mark.parametrize(
    ("topic", "origin"), [(TRAINING, Origin.TRAINING_REQUEST), (MODELS, Origin.TRAINED_MODEL)]
)


@dataclass(frozen=True, slots=True)
class Elsewhere(Unit):
    """A unit of the catalogue whose folder is another."""

    place: Path = field(default_factory=Path)

    def folder(self, root: Path) -> Path:
        return self.place


@dataclass(frozen=True, slots=True)
class System:
    """Both units, and an account."""

    runtime: Runtime
    clients: FirestoreClients
    pubsub: PubSub
    account: Account
    console: Console

    def publish(self, topic: str, body: Any, account_id: str | None = None) -> bytes:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.pubsub.publish(topic, data, {"account_id": account_id or self.account.account_id})
        return data

    def dead_letters(self, account: Account | None) -> list[DeadLetter]:
        return list(dead_letters_of(self.clients)(account).all())

    def replay_all(self) -> list[str]:
        rows = self.console.data("deadletters", "replay", "--all", "--account", self.account.account_id)
        return [row["outcome"] for row in rows]


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    job = tmp_path_factory.mktemp("job")
    (job / "main.py").write_text("")  # an execution that ends at once: whether one is started is asked here
    catalogue = [Elsewhere(unit.name, unit.kind, job) if unit.name == "trainer" else unit for unit in UNITS]
    units, stores = ["training_trigger", "model_release", "trainer"], ["firestore", "pubsub", "storage"]
    with Runtime(tmp_path_factory.mktemp("state"), units, stores, catalogue=catalogue) as started:
        yield started


@pytest.fixture
def system(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[System]:
    for name, value in runtime.environment().items():
        monkeypatch.setenv(name, value)
    clients = FirestoreClients(runtime.cloud.project)
    registry = FirestoreAccountRegistry(clients.registry(), lambda: datetime.now(UTC))
    account = registry.create(Account(an_account_id()))
    pubsub = PubSub(runtime.address("pubsub"), runtime.cloud.project)
    yield System(runtime, clients, pubsub, account, Console(runtime.environment(), tmp_path))
    pubsub.close()


def once(look: Callable[[], list[DeadLetter]]) -> DeadLetter:
    """The only dead letter, as soon as it is there."""
    (found,) = until(look)
    return found


@BOTH
@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"{", "malformed-body"), ({}, "malformed-body"), ({"account_id": "another", "x": 1}, "account-mismatch")],
)
def test_what_can_never_be_processed_is_a_dead_letter_at_the_first_attempt(
    system: System, topic: str, origin: Origin, body: Any, reason: str
):
    data = system.publish(topic, body)

    letter = once(lambda: system.dead_letters(system.account))
    assert (letter.origin, letter.reason, letter.payload, letter.attempts) == (origin, reason, data, 1)
    until(lambda: _undelivered(system, topic) == 0)


@BOTH
def test_what_names_no_account_of_ours_is_kept_apart_and_shown(system: System, topic: str, origin: Origin):
    stranger = an_account_id()
    data = system.publish(topic, {"account_id": stranger, "run_id": "r", "version": "v"}, stranger)

    def of_stranger() -> list[DeadLetter]:
        return [one for one in system.dead_letters(None) if one.payload == data]

    letter = once(of_stranger)
    [listed] = [one for one in system.console.data("deadletters", "list") if one["id"] == letter.dead_letter_id]
    assert (listed["origin"], listed["reason"], listed["account"]) == (origin.value, "unknown-account", None)
    until(lambda: _undelivered(system, topic) == 0)

    failed = system.console.run("deadletters", "replay", letter.dead_letter_id)
    assert (failed.exit_code, "no account of ours" in failed.stdout) == (1, True)

    FirestoreAccountRegistry(system.clients.registry(), lambda: datetime.now(UTC)).create(Account(stranger))
    assert "would replay" in system.console.run("deadletters", "replay", letter.dead_letter_id, "--dry-run").stdout


def test_what_found_nobody_at_every_attempt_is_shown_with_its_first_and_last(system: System):
    # Fifteen attempts take minutes; subscriptions with five show the way that they go.
    for topic in (TRAINING, MODELS):
        quick = Subscription(
            f"quick-{topic}",
            "conversation-transferred",
            dead_letter_topic=f"{topic}.dead-letter",
            maximum_backoff_s=1,
            most_attempts=5,
        )
        system.pubsub.create_subscription(quick, "http://127.0.0.1:9/nobody-listens")
    published_at = datetime.now(UTC)
    data = system.publish("conversation-transferred", {"account_id": system.account.account_id})
    acknowledged_at = datetime.now(UTC)

    letters = until(lambda: found if len(found := system.dead_letters(system.account)) == 2 else None)
    for letter in letters:
        shown = system.console.data("deadletters", "show", letter.dead_letter_id)
        assert (shown["account"], shown["reason"]) == (system.account.account_id, "attempts-exhausted")
        assert (shown["attempts"], shown["payload"].encode()) == (5, data)
        assert shown["attributes"] == {"account_id": system.account.account_id}
        assert published_at - A_SECOND <= letter.first_attempt_at <= acknowledged_at + A_SECOND
        assert (letter.last_attempt_at - letter.first_attempt_at).total_seconds() > 2
    assert {letter.origin for letter in letters} == {Origin.TRAINING_REQUEST, Origin.TRAINED_MODEL}


def test_a_replayed_request_starts_its_execution_and_a_second_replay_changes_nothing(system: System):
    runs = FirestoreTrainingRuns(system.account, system.clients.of(system.account))
    runs.start("r-1", datetime.now(UTC), lease_s=60)
    body = {"account_id": system.account.account_id, "run_id": "r-1", "reason": "staff"}
    system.publish(f"{TRAINING}.dead-letter", body)
    once(lambda: system.dead_letters(system.account))

    outcomes = system.replay_all()
    until(lambda: runs.find("r-1").state is RunState.RUNNING)

    assert (outcomes, system.replay_all()) == (["replayed"], [])
    assert len(system.runtime.executions()) == 1


def test_a_release_without_a_record_is_decided_once_the_record_is_there_and_it_is_replayed(system: System):
    body = {"account_id": system.account.account_id, "version": "v1", "run_id": "r", "baseline_version": None}
    system.publish(MODELS, body)
    assert once(lambda: system.dead_letters(system.account)).reason == "not-found"
    records = FirestoreModelRecords(system.account, system.clients.of(system.account))
    records.put(ModelRecord("v1", ModelState.CANDIDATE, datetime.now(UTC)))

    assert system.replay_all() == ["replayed"]

    until(lambda: "not whole" in records.find("v1").reason)
    assert system.dead_letters(system.account) == []


def _undelivered(system: System, topic: str) -> int:
    unit = "training-trigger" if topic == TRAINING else "model-release"
    return system.pubsub.undelivered(f"{topic}.{unit}")
