"""The job as it runs in production, its own process, on the emulators; killed where it hurts most."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google.cloud import pubsub_v1

from earpiece.adapters.bigquery_client import RAW_DATASET, bigquery_client
from earpiece.adapters.bigquery_views import ensure_raw, ensure_views
from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry
from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.firestore_models import FirestoreModelRecords
from earpiece.adapters.firestore_replies import FirestoreReplies
from earpiece.adapters.firestore_training_runs import FirestoreTrainingRuns
from earpiece.adapters.storage_models import StorageModelFiles
from earpiece.domain.accounts import Account
from earpiece.domain.errors import AlreadyRunning, NotFound
from earpiece.domain.ids import digest
from earpiece.domain.models import ModelState, RunState
from earpiece.domain.replies import Reply, ReplyState, reply_id_of
from earpiece.domain.times import format_instant
from earpiece.engine.normal import TEXT_KEY_VERSION, text_key
from model_release.gate import judge, read_evaluation

JOB = Path(__file__).parents[3] / "run" / "trainer"
TALK = (
    ("Where is my parcel?", "Good morning, I will look that up for you."),
    ("I want to cancel my order.", "I am sorry to hear that, may I have your order number?"),
    ("My invoice is wrong.", "Thank you for telling us, I have corrected the invoice."),
    ("The app does not start.", "Please install the newest version and try again."),
)
CONVERSATIONS = 64
RUN = "20261120T030000Z-test"


@dataclass(frozen=True, slots=True)
class Place:
    """One account's stores, as the trainer finds them."""

    account: Account
    environment: dict[str, str]
    registry: FirestoreAccountRegistry
    runs: FirestoreTrainingRuns
    records: FirestoreModelRecords
    replies: FirestoreReplies
    files: StorageModelFiles
    announced: Callable[[], list[dict]]

    def train(self, run_id: str = RUN, **environment: str) -> int:
        """The exit status of one execution."""
        told = {"ACCOUNT_ID": self.account.account_id, "TRAINING_RUN_ID": run_id}
        finished = subprocess.run(
            [sys.executable, "main.py"],
            cwd=JOB,
            env={**os.environ, **self.environment, **told, **environment},
            start_new_session=True,
            timeout=120,
            check=False,
            capture_output=True,
            text=True,
        )
        print(finished.stdout, finished.stderr)  # noqa: T201 (shown when a test fails)
        return finished.returncode

    def is_visible(self, version: str) -> bool:
        try:
            self.files.manifest(version)
        except NotFound:
            return False
        return True

    def versions(self) -> list[str]:
        return [record.version for record in self.records.all()]


@pytest.fixture
def place(stores, account, registry) -> Place:
    environment = stores.need("firestore", "pubsub", "bigquery", "storage")
    project = environment["PROJECT_ID"]
    clients = FirestoreClients(project)
    warehouse = bigquery_client(project)
    ensure_raw(warehouse, account.region)
    ensure_views(warehouse, account)
    return Place(
        account,
        environment,
        registry,
        FirestoreTrainingRuns(account, clients.of(account)),
        FirestoreModelRecords(account, clients.of(account)),
        FirestoreReplies(account, clients.of(account)),
        StorageModelFiles(account, environment["MODELS_BUCKET"], project),
        _announcements(project, account),
    )


def _announcements(project: str, account: Account) -> Callable[[], list[dict]]:
    """What `model-trained` said of this account so far."""
    publisher, subscriber = pubsub_v1.PublisherClient(), pubsub_v1.SubscriberClient()
    topic = f"projects/{project}/topics/model-trained"
    if topic not in {one.name for one in publisher.list_topics(project=f"projects/{project}")}:
        publisher.create_topic(name=topic)
    name = f"projects/{project}/subscriptions/test-{secrets.token_hex(6)}"
    subscriber.create_subscription(name=name, topic=topic)
    found: list[dict] = []

    def take() -> list[dict]:
        pulled = subscriber.pull(subscription=name, max_messages=100, return_immediately=True).received_messages
        if pulled:
            subscriber.acknowledge(subscription=name, ack_ids=[one.ack_id for one in pulled])
        told = [json.loads(one.message.data) for one in pulled]
        found.extend(one for one in told if one["account_id"] == account.account_id)
        return list(found)

    return take


def said(account: Account, count: int, since: datetime, **changes) -> list[dict]:
    """The warehouse's rows of so many conversations, one an hour, by four agents and as many customers as there are."""
    rows = []
    for number in range(count):
        conversation_id = digest("c", account.account_id, str(since), str(number))
        at = since + timedelta(hours=number)
        for place, (question, answer) in enumerate((TALK[number % 4], TALK[(number + 1) % 4])):
            for role, who, text in (("customer", f"c{number}", question), ("agent", f"a{number % 4}", answer)):
                minute = timedelta(minutes=2 * place + (role == "agent"))
                message_id = digest("m", conversation_id, str(minute))
                rows.append(a_row(account, conversation_id, message_id, at + minute, role, who, text) | changes)
    return rows


def a_row(account, conversation_id, message_id, at, role, who, text) -> dict:
    return {
        "event_id": digest("e", message_id),
        "account_id": account.account_id,
        "platform": "custom",
        "conversation_id": conversation_id,
        "message_id": message_id,
        "kind": "message_added",
        "occurred_at": format_instant(at),
        "received_at": format_instant(at),
        "written_at": format_instant(at),
        "role": role,
        "participant_id": digest("participant", account.account_id, who),
        "visibility": "public",
        "content_type": "text/plain",
        "text": text,
        "text_key": text_key(text),
        "text_key_version": TEXT_KEY_VERSION,
    }


@pytest.fixture
def fill(place):
    """Puts rows into the warehouse."""

    def put(rows: list[dict]) -> None:
        client = bigquery_client(place.environment["PROJECT_ID"])
        assert client.insert_rows_json(f"{client.project}.{RAW_DATASET}.messages", rows) == []

    return put


@pytest.fixture
def filled(place, fill):
    fill(said(place.account, CONVERSATIONS, datetime.now(UTC) - timedelta(days=30)))
    return place


def test_a_run_leaves_a_whole_candidate_and_says_so(filled):
    assert filled.train() == 0

    run = filled.runs.find(RUN)
    assert (run.state, run.details["conversation_count"]) == (RunState.SUCCEEDED, CONVERSATIONS)
    version = run.model_version
    assert filled.versions() == [version]
    assert filled.records.find(version).state is ModelState.CANDIDATE
    filled.files.verify(version)
    manifest = filled.files.manifest(version)
    assert version.endswith(manifest["data_hash"][:8])
    assert manifest["baseline"] is None
    assert manifest["counts"]["test_conversations"] == 6
    assert filled.announced() == [
        {"account_id": filled.account.account_id, "version": version, "run_id": RUN, "baseline_version": None}
    ]
    assert judge(read_evaluation(manifest), [], 0.01).is_promoted


def test_mined_replies_are_new_and_what_an_administrator_decided_stays(filled):
    decided = Reply(reply_id_of(text_key(TALK[0][1])), "Good morning!", ReplyState.EDITED)
    filled.replies.put([decided])

    filled.train()

    kept = {reply.reply_id: reply for reply in filled.replies.all()}
    assert kept.pop(decided.reply_id) == decided
    assert {reply.text for reply in kept.values()} == {answer for _, answer in TALK[1:]}
    assert {reply.state for reply in kept.values()} == {ReplyState.NEW}


def test_a_blocked_reply_is_in_no_model(filled):
    blocked = reply_id_of(text_key(TALK[0][1]))
    filled.replies.put([Reply(blocked, TALK[0][1], ReplyState.BLOCKED)])

    filled.train()

    manifest = filled.files.manifest(filled.runs.find(RUN).model_version)
    assert blocked not in manifest["reply_ids"]
    assert len(manifest["reply_ids"]) == 3


def test_the_model_in_service_is_measured_on_the_same_test_set(filled):
    filled.train("first")
    first = filled.runs.find("first").model_version
    filled.registry.activate_model(filled.account, first, instead_of=None)

    assert filled.train("second") == 0

    second = filled.runs.find("second").model_version
    manifest = filled.files.manifest(second)
    assert manifest["baseline"] == {"version": first, "metrics": manifest["metrics"]}
    assert manifest["model_hash"] == filled.files.manifest(first)["model_hash"]
    assert filled.announced()[-1]["baseline_version"] == first


def test_a_model_in_service_that_cannot_be_loaded_does_not_stop_training(filled):
    filled.registry.activate_model(filled.account, "gone", instead_of=None)

    assert filled.train() == 0

    manifest = filled.files.manifest(filled.runs.find(RUN).model_version)
    assert manifest["baseline"] == {"version": "gone", "metrics": None}


def test_too_little_data_ends_the_run_as_skipped_with_the_numbers_and_the_old_model_stays(place, fill):
    fill(said(place.account, 49, datetime.now(UTC) - timedelta(days=30)))
    place.registry.activate_model(place.account, "v1", instead_of=None)

    assert place.train() == 0

    run = place.runs.find(RUN)
    assert (run.state, run.reason) == (RunState.SKIPPED, "insufficient_data")
    assert run.details["conversation_count"] == 49
    assert run.details["min_training_conversations"] == 50
    assert place.registry.find(place.account.account_id).model_version == "v1"
    assert (place.versions(), place.announced()) == ([], [])


def test_what_no_two_agents_said_is_no_reply_and_ends_the_run_as_skipped(place, fill):
    one_agent = digest("participant", place.account.account_id, "a0")
    rows = said(place.account, CONVERSATIONS, datetime.now(UTC) - timedelta(days=30))
    fill([row | {"participant_id": one_agent} if row["role"] == "agent" else row for row in rows])

    assert place.train() == 0

    run = place.runs.find(RUN)
    assert (run.state, run.reason, run.details["reply_count"]) == (RunState.SKIPPED, "insufficient_data", 0)


@pytest.mark.parametrize(
    "fail_point",
    ["trainer-after-train", "trainer-during-upload", "trainer-before-record", "trainer-before-publish"],
)
def test_a_run_that_was_killed_is_finished_by_its_next_execution(filled, tmp_path, fail_point):
    (tmp_path / fail_point).touch()

    status = filled.train(FAIL_POINTS_FOLDER=str(tmp_path))

    run = filled.runs.find(RUN)
    assert status == -signal.SIGKILL
    assert run.state is RunState.RUNNING
    assert filled.announced() == []
    assert filled.train(FAIL_POINTS_FOLDER=str(tmp_path)) == 0
    done = filled.runs.find(RUN)
    assert (done.state, filled.versions()) == (RunState.SUCCEEDED, [done.model_version])
    assert {told["version"] for told in filled.announced()} == {done.model_version}
    filled.files.verify(done.model_version)


@pytest.mark.parametrize("fail_point", ["trainer-after-train", "trainer-during-upload"])
def test_after_a_crash_no_half_model_is_visible_and_the_lease_runs_out(filled, tmp_path, fail_point):
    (tmp_path / fail_point).touch()

    filled.train(FAIL_POINTS_FOLDER=str(tmp_path))

    assert filled.versions() == []
    assert _manifests(filled) == []
    with pytest.raises(AlreadyRunning):
        filled.runs.start("another", datetime.now(UTC), lease_s=60)
    filled.runs.start("another", datetime.now(UTC) + timedelta(seconds=301), lease_s=60)


def _manifests(place: Place) -> list[str]:
    from google.cloud.storage import Client

    blobs = Client(project="p").list_blobs(
        place.environment["MODELS_BUCKET"], prefix=f"models/{place.account.account_id}/"
    )
    return [blob.name for blob in blobs if blob.name.endswith("manifest.json")]


def test_a_run_that_ended_is_not_run_again(filled):
    filled.runs.start(RUN, datetime.now(UTC), lease_s=60)
    filled.runs.finish(RUN, RunState.FAILED, datetime.now(UTC), reason="x")

    assert filled.train() == 1
    assert filled.versions() == []


def test_a_second_run_while_one_holds_the_lease_does_nothing(filled):
    filled.runs.start("other", datetime.now(UTC), lease_s=600)

    assert filled.train() == 1
    assert filled.versions() == []
