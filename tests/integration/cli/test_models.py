"""`earpiece models` and `earpiece training` on the emulators."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from tests.integration.cli.console import Console, account_of

from earpiece.cli.staff import StaffStores
from earpiece.cli.surroundings import Surroundings
from earpiece.domain.accounts import Account
from earpiece.domain.models import ModelRecord, ModelState, RunState

NOT_GOOD = [("v9", "no model version"), ("cand", "never released"), ("v2", "in service")]
START = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def stores_of_staff(warehouse) -> StaffStores:
    return StaffStores(Surroundings(warehouse.environment))


@pytest.fixture
def released(warehouse, stores_of_staff, account, tmp_path):
    """Puts versions on the shelf, released one a day; the last one is in service."""

    def put(*versions: str) -> None:
        files, records = stores_of_staff.model_files(account), stores_of_staff.model_records(account)
        for day, version in enumerate(versions):
            folder = tmp_path / version
            folder.mkdir()
            (folder / "weights.bin").write_bytes(b"w")
            promised = {"sha256": hashlib.sha256(b"w").hexdigest(), "size_bytes": 1}
            (folder / "manifest.json").write_text(json.dumps({"files": {"weights.bin": promised}}))
            files.upload(version, folder)
            at = START + timedelta(days=day)
            records.put(ModelRecord(version, ModelState.RELEASED, at, released_at=at, metrics={"coverage": 0.5}))
            current = account_of(warehouse, account.account_id).model_version
            stores_of_staff.accounts().activate_model(account, version, instead_of=current)

    return put


def in_service(console: Console, account: Account) -> str | None:
    return account_of(console, account.account_id).model_version


def test_versions_are_listed_newest_first_with_the_one_in_service(warehouse, account, released):
    released("v1", "v2")

    listed = warehouse.data("models", "list", "--account", account.account_id)
    table = warehouse.run("models", "list", "--account", account.account_id).stdout

    assert [(one["version"], one["is_in_service"]) for one in listed] == [("v2", True), ("v1", False)]
    assert "0.5" in table
    assert warehouse.data("models", "show", "v1", "--account", account.account_id)["metrics"] == {"coverage": 0.5}


def test_a_rollback_is_one_call_and_is_audited(warehouse, account, released, stores_of_staff):
    released("v1", "v2", "v3")

    result = warehouse.run("models", "rollback", "--account", account.account_id)

    assert result.stdout == "v2\n"
    assert in_service(warehouse, account) == "v2"
    [entry] = stores_of_staff.audit(account).all()
    assert (entry.action, entry.facts) == ("model_rolled_back", {"from": "v3", "to": "v2"})


def test_a_rollback_goes_to_any_released_version_also_forward_again(warehouse, account, released):
    released("v1", "v2", "v3")

    warehouse.run("models", "rollback", "--account", account.account_id, "--to", "v1")
    went_to = in_service(warehouse, account)
    warehouse.run("models", "rollback", "--account", account.account_id, "--to", "v3")

    assert (went_to, in_service(warehouse, account)) == ("v1", "v3")


@pytest.mark.parametrize(
    ("version", "why"), [("v9", "no model version"), ("cand", "never released"), ("v2", "in service")]
)
def test_what_was_never_in_service_cannot_be_rolled_back_to(
    warehouse, account, released, stores_of_staff, version, why
):
    released("v1", "v2")
    stores_of_staff.model_records(account).put(ModelRecord("cand", ModelState.CANDIDATE, START, reason="worse"))

    result = warehouse.run("models", "rollback", "--account", account.account_id, "--to", version)

    assert why in str(result.exception)
    assert in_service(warehouse, account) == "v2"


def test_a_version_whose_files_are_gone_is_not_put_in_service(warehouse, account, released, stores_of_staff):
    released("v1", "v2")
    stores_of_staff.model_records(account).put(
        ModelRecord("lost", ModelState.RELEASED, START, released_at=START - timedelta(days=1))
    )

    result = warehouse.run("models", "rollback", "--account", account.account_id, "--to", "lost")

    assert "lost" in str(result.exception)
    assert in_service(warehouse, account) == "v2"


def test_without_an_earlier_release_a_rollback_is_refused(warehouse, account, released):
    released("v1")

    assert "released before v1" in str(warehouse.run("models", "rollback", "--account", account.account_id).exception)


def test_a_run_whose_lease_ran_out_is_listed_as_abandoned(console, account):
    runs = StaffStores(Surroundings(console.environment)).training_runs(account)
    runs.start("r-1", START, lease_s=60)
    runs.start("r-2", START + timedelta(hours=1), lease_s=60)
    runs.finish("r-2", RunState.SKIPPED, START + timedelta(hours=1), reason="insufficient_data", conversation_count=3)

    listed = console.data("training", "list", "--account", account.account_id)

    assert [(one["run_id"], one["state"], one["reason"]) for one in listed] == [
        ("r-2", "skipped", "insufficient_data"),
        ("r-1", "abandoned", ""),
    ]
    assert listed[0]["details"] == {"conversation_count": 3}
