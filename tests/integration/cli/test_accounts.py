"""`earpiece accounts` on the emulators."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from tests.integration.cli.console import account_of, registry
from tests.real_project import an_account_id

from earpiece.adapters.bigquery_client import bigquery_client
from earpiece.adapters.bigquery_warehouse import BigQueryWarehouse
from earpiece.adapters.firestore_integrations import FirestoreIntegrations
from earpiece.cli.staff import StaffStores
from earpiece.cli.surroundings import Surroundings
from earpiece.domain.accounts import AccountStatus
from earpiece.domain.api_keys import Scope, check_key, parse_key
from earpiece.domain.errors import Unavailable
from earpiece.domain.replies import ReplyState


def test_an_account_is_created_with_all_that_its_first_delivery_needs(warehouse):
    account_id = an_account_id()
    canned = warehouse.state / "canned.json"
    canned.write_text(json.dumps(["Goedemorgen!", {"text": "Hello!", "language": "en"}, "  hello  "]))

    created = warehouse.data("accounts", "create", account_id, "--canned", str(canned))

    account = account_of(warehouse, account_id)
    assert account.settings_version is not None
    stores = StaffStores(Surroundings(warehouse.environment))
    assert stores.integrations(account).secrets("custom") == (created["webhook_secret"],)
    assert created["webhook_secret"].startswith("whsec_")
    assert stores.integrations(account).secrets("embed") == (created["embed_secret"],)
    keys = {key.holder: key for key in stores.api_keys().of(account)}
    assert set(keys) == {"", "gateway"}
    key, gateway_key = keys[""], keys["gateway"]
    assert gateway_key.scopes == {Scope.LLM_CALL}
    [held] = stores.integrations(account).secrets("gateway")
    assert check_key(parse_key(held), gateway_key, datetime.now(UTC)) == gateway_key
    assert check_key(parse_key(created["api_key"]), key, datetime.now(UTC)).scopes == frozenset(Scope)
    assert {reply.text: reply.state for reply in stores.replies(account).all()} == {
        "Goedemorgen!": ReplyState.APPROVED,
        "Hello!": ReplyState.APPROVED,
    }
    counts = BigQueryWarehouse(account, bigquery_client(stores.project_id)).counts(until=datetime.now(UTC))
    assert counts.conversation_count == 0
    assert [entry.action for entry in stores.audit(account).all()] == ["account_created"]


def test_a_local_run_keeps_the_credentials_readable_by_its_owner_alone(warehouse):
    first, second = (warehouse.data("accounts", "create", an_account_id()) for _ in range(2))

    file = warehouse.state / "credentials.json"
    kept = json.loads(file.read_text())["accounts"]
    assert file.stat().st_mode & 0o777 == 0o600
    for created in (first, second):
        names = ("webhook_secret", "embed_secret", "api_key")
        assert kept[created["account_id"]] == {name: created[name] for name in names}


def test_a_second_create_changes_nothing_and_shows_no_credentials(warehouse):
    account_id = an_account_id()
    first = warehouse.data("accounts", "create", account_id)
    before = account_of(warehouse, account_id)

    result = warehouse.run("accounts", "create", account_id)

    assert result.exit_code == 0
    assert first["webhook_secret"] not in result.output
    assert "was complete" in result.stderr
    assert account_of(warehouse, account_id) == before


@pytest.mark.parametrize("step", ["masking_key", "settings", "prepare_warehouse", "replies", "audit", "api_keys"])
def test_a_create_that_was_cut_off_is_finished_by_the_next_call(warehouse, monkeypatch, step):
    account_id = an_account_id()
    canned = warehouse.state / "canned.json"
    canned.write_text('["Hello!"]')

    def dies(*_arguments):
        raise Unavailable("cut off")

    with monkeypatch.context() as patched:
        owner = FirestoreIntegrations if step == "masking_key" else StaffStores
        patched.setattr(owner, step, dies)
        broken = warehouse.run("accounts", "create", account_id, "--canned", str(canned))
    created = warehouse.data("accounts", "create", account_id, "--canned", str(canned))

    assert "cut off" in str(broken.exception)
    assert created["api_key"].startswith("ep_live_")
    stores = StaffStores(Surroundings(warehouse.environment))
    account = account_of(warehouse, account_id)
    assert stores.integrations(account).secrets("custom") == (created["webhook_secret"],)
    assert len([key for key in stores.api_keys().of(account) if not key.holder]) == 1
    assert len(stores.replies(account).all()) == 1


def test_an_id_is_never_given_twice(console, account):
    registry(console).change_status(account.account_id, AccountStatus.DELETED)

    result = console.run("accounts", "create", account.account_id)

    assert "never given twice" in str(result.exception)


@pytest.mark.parametrize("account_id", ["ab", "Abc", "1abc", "a/b/c", "a" * 29])
def test_what_cannot_be_an_accounts_id_is_refused(console, account_id):
    assert "3 to 28 characters" in str(console.run("accounts", "create", account_id).exception)


def test_an_account_is_suspended_and_resumed_and_the_audit_says_by_whom(console, account):
    stores = StaffStores(Surroundings(console.environment))

    console.run("accounts", "suspend", account.account_id)
    suspended = console.data("accounts", "show", account.account_id)["status"]
    console.run("accounts", "resume", account.account_id)

    assert suspended == "suspended"
    assert console.data("accounts", "show", account.account_id)["status"] == "active"
    entries = stores.audit(account).all()
    assert [entry.action for entry in entries] == ["account_suspended", "account_active"]
    assert all(entry.actor.startswith("cli:") for entry in entries)


def test_the_window_for_opening_again_is_set_in_minutes_and_stands_in_the_audit(console, account):
    console.run("accounts", "reopen-within", account.account_id, "15")

    assert console.data("accounts", "show", account.account_id)["reopen_within_s"] == 900
    (entry,) = StaffStores(Surroundings(console.environment)).audit(account).all()
    assert (entry.action, entry.facts) == ("reopening_changed", {"before_s": "0", "after_s": "900"})
    assert console.run("accounts", "reopen-within", account.account_id, "-1").exit_code == 2


@pytest.mark.parametrize(("platform", "name"), [("custom", "webhook_secret"), ("embed", "embed_secret")])
def test_a_rotated_secret_is_valid_beside_the_one_before_for_the_overlap(console, account, platform, name):
    first = console.data("accounts", "rotate-secret", account.account_id, "--platform", platform)[name]
    second = console.data("accounts", "rotate-secret", account.account_id, "--platform", platform)[name]

    valid = StaffStores(Surroundings(console.environment)).integrations(account).secrets(platform)
    third = console.data(
        "accounts", "rotate-secret", account.account_id, "--platform", platform, "--overlap-hours", "0"
    )

    assert valid == (second, first)
    now_valid = StaffStores(Surroundings(console.environment)).integrations(account).secrets(platform)
    assert now_valid == (third[name],)


def test_two_keys_may_be_in_force_and_a_third_needs_one_revoked(console, account):
    first = console.data("accounts", "add-key", account.account_id)
    second = console.data("accounts", "add-key", account.account_id, "--scope", "feedback:write")
    refused = console.run("accounts", "add-key", account.account_id)
    third = console.data("accounts", "add-key", account.account_id, "--revoke", first["key_id"])

    assert second["scopes"] == ["feedback:write"]
    assert "two keys are in force" in str(refused.exception)
    keys = console.data("accounts", "show", account.account_id)["api_keys"]
    in_force = {key["key_id"] for key in keys if key["is_in_force"]}
    assert in_force == {second["key_id"], third["key_id"]}
