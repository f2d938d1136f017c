"""Whether a trained model goes into service."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from tests.integration.training.pushes import a_push

from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry
from earpiece.adapters.firestore_dead_letters import dead_letters_of
from earpiece.adapters.firestore_models import FirestoreModelRecords
from earpiece.adapters.firestore_replies import FirestoreReplies
from earpiece.adapters.storage_models import StorageModelFiles
from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.models import ModelRecord, ModelState
from earpiece.domain.replies import Reply, ReplyState
from model_release.app import create_app
from model_release.deps import Deps
from model_release.settings import Settings

GOOD = {"recall_at_3": 0.5, "coverage": 0.9, "saved_keystrokes": 0.3}


@dataclass
class Shelf:
    """The model versions of one account: their files, their records, and the pointer."""

    account: Account
    registry: FirestoreAccountRegistry
    files: StorageModelFiles
    records: FirestoreModelRecords
    replies: FirestoreReplies
    folder: Path
    bucket: str
    at: Callable[[], datetime]

    def put(self, version: str, metrics=GOOD, baseline=None, reply_ids=()) -> None:
        """A trained candidate, as the trainer leaves it."""
        folder = self.folder / version
        folder.mkdir()
        (folder / "weights.bin").write_bytes(version.encode())
        promised = {"sha256": hashlib.sha256(version.encode()).hexdigest(), "size_bytes": len(version)}
        told = {"metrics": metrics, "baseline": baseline, "reply_ids": list(reply_ids)}
        (folder / "manifest.json").write_text(json.dumps({"files": {"weights.bin": promised}, **told}))
        self.files.upload(version, folder)
        self.records.put(ModelRecord(version, ModelState.CANDIDATE, self.at()))

    def in_service(self) -> str | None:
        return self.registry.find(self.account.account_id).model_version

    def remove(self, version: str, name: str) -> None:
        from google.cloud.storage import Client

        bucket = Client(project="p").bucket(self.bucket)
        bucket.blob(f"models/{self.account.account_id}/{version}/{name}").delete()


@pytest.fixture
def shelf(account, registry, clients, stores, clock, tmp_path) -> Shelf:
    bucket = stores.need("storage")["MODELS_BUCKET"]
    return Shelf(
        account,
        registry,
        StorageModelFiles(account, bucket, "p"),
        FirestoreModelRecords(account, clients.of(account)),
        FirestoreReplies(account, clients.of(account)),
        tmp_path,
        bucket,
        clock,
    )


class Crash(BaseException):
    """The process dies."""


@pytest.fixture
def release(shelf, clients, clock):
    """Pushes `model-trained` for a version; with a fail point, the process dies there."""

    def push(version: str, dies_at: str = "") -> int:
        def reach(name: str) -> None:
            if name == dies_at:
                raise Crash

        deps = Deps(
            accounts=shelf.registry,
            records=lambda account: shelf.records,  # noqa: ARG005
            files=lambda account: shelf.files,  # noqa: ARG005
            replies=lambda account: shelf.replies,  # noqa: ARG005
            dead_letters=dead_letters_of(clients),
            reach=reach,
            now=clock,
        )
        settings = Settings.model_validate({"PROJECT_ID": "p", "MODELS_BUCKET": shelf.bucket})
        body = {"account_id": shelf.account.account_id, "version": version, "run_id": "r", "baseline_version": None}
        client = create_app(settings, deps).test_client()
        return client.post("/model-trained", json=a_push(body)).status_code

    return push


def the_baseline(version, metrics=GOOD):
    return {"version": version, "metrics": metrics}


def test_the_first_model_goes_into_service(shelf, release):
    shelf.put("v1")

    assert release("v1") == 204

    assert shelf.in_service() == "v1"
    record = shelf.records.find("v1")
    assert (record.state, record.reason) == (ModelState.RELEASED, "no model was in service")
    assert record.released_at is not None


def test_a_model_no_worse_replaces_it_and_a_worse_one_stays_a_candidate_with_the_numbers(shelf, release):
    for version, metrics, baseline in (
        ("v1", GOOD, None),
        ("v2", GOOD, the_baseline("v1")),
        ("v3", {**GOOD, "coverage": 0.7}, the_baseline("v2")),
    ):
        shelf.put(version, metrics, baseline)
        release(version)

    assert shelf.in_service() == "v2"
    record = shelf.records.find("v3")
    assert record.state is ModelState.CANDIDATE
    assert "coverage 0.7000 against 0.9000" in record.reason


def test_a_model_measured_against_another_than_the_one_in_service_stays_a_candidate(shelf, release):
    shelf.put("v1")
    shelf.put("v2", baseline=None)
    release("v1")

    release("v2")

    assert shelf.in_service() == "v1"
    assert shelf.records.find("v2").reason == "baseline_changed"


def test_a_blocked_reply_keeps_a_model_out_of_service(shelf, release):
    shelf.replies.put([Reply("r1", "No.", ReplyState.BLOCKED), Reply("r2", "Yes.", ReplyState.APPROVED)])
    shelf.put("v1", reply_ids=["r1", "r2"])

    release("v1")

    assert shelf.in_service() is None
    assert "blocked" in shelf.records.find("v1").reason


@pytest.mark.parametrize("missing", ["manifest.json", "weights.bin"])
def test_a_model_that_is_not_whole_stays_a_candidate(shelf, release, missing):
    shelf.put("v1")
    shelf.remove("v1", missing)

    assert release("v1") == 204

    assert shelf.in_service() is None
    assert "not whole" in shelf.records.find("v1").reason


def test_a_repeat_after_a_rollback_does_not_undo_it(shelf, release):
    shelf.put("v1")
    release("v1")
    shelf.put("v2", baseline=the_baseline("v1"))
    release("v2")
    shelf.registry.activate_model(shelf.account, "v1", instead_of="v2")

    release("v2")

    assert shelf.in_service() == "v1"


def test_a_crash_between_pointer_and_record_is_mended_by_the_repeat(shelf, release):
    shelf.put("v1")
    with contextlib.suppress(Crash):
        release("v1", dies_at="release-after-pointer")
    state_after_crash = shelf.records.find("v1").state

    release("v1")

    assert state_after_crash is ModelState.CANDIDATE
    assert shelf.records.find("v1").state is ModelState.RELEASED
    assert shelf.in_service() == "v1"


def test_a_suspended_accounts_model_is_not_released(shelf, release, registry):
    shelf.put("v1")
    registry.change_status(shelf.account.account_id, AccountStatus.SUSPENDED)

    assert release("v1") == 204
    assert shelf.in_service() is None
