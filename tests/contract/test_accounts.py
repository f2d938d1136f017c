"""What every adapter of AccountRegistry, ApiKeys and SettingsVersions promises."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.contract.adapter_sets import Adapters
from tests.real_project import an_account_id

from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.api_keys import ApiKey, Scope, generate_key
from earpiece.domain.errors import Conflict, InvalidId, NotFound, StaleVersion
from earpiece.domain.settings import AccountSettings
from earpiece.ports.accounts import AccountRegistry

NOW = datetime(2026, 11, 20, 10, 15, 21, 904_123, tzinfo=UTC)


@pytest.fixture
def registry(adapters: Adapters, clock: Any) -> AccountRegistry:
    return adapters.registry(clock)


def test_an_account_is_found_as_it_was_created_and_by_every_process(
    adapters: Adapters, registry: AccountRegistry, clock: Any
):
    account = Account(an_account_id(), region="europe-west1", database=adapters.own_database)

    assert registry.create(account) == account
    assert registry.find(account.account_id) == account
    assert adapters.registry(clock).find(account.account_id) == account
    assert account in registry.all()


def test_how_soon_a_customer_opens_a_conversation_again_is_the_accounts(registry: AccountRegistry, account: Account):
    registry.create(account)

    registry.change_reopening(account.account_id, 900)

    assert registry.find(account.account_id) == replace(account, reopen_within_s=900)
    with pytest.raises(NotFound):
        registry.change_reopening("nobody", 900)


@pytest.mark.parametrize("account_id", ["nobody", "", "a", "UPPER", "a/b", "..", "a" * 29, "__all__", "é" * 5])
def test_an_id_that_was_never_given_is_nobody_s(registry: AccountRegistry, account_id: str):
    assert registry.find(account_id) is None


@pytest.mark.parametrize("account_id", ["", "a", "UPPER", "a/b", "a" * 29, "1abc"])
def test_an_id_that_no_account_can_have_is_not_given(registry: AccountRegistry, account_id: str):
    with pytest.raises(InvalidId):
        registry.create(Account(account_id))


def test_an_id_is_given_once_and_stays_taken_after_its_account_is_deleted(registry: AccountRegistry, account: Account):
    registry.create(account)
    registry.change_status(account.account_id, AccountStatus.DELETED)

    with pytest.raises(Conflict):
        registry.create(account)
    found = registry.find(account.account_id)
    assert found is not None
    assert found.status is AccountStatus.DELETED


def test_of_many_who_ask_for_one_id_at_once_one_gets_it(adapters: Adapters, clock: Any, account: Account):
    def ask(number: int) -> bool:
        try:
            adapters.registry(clock).create(replace(account, region=f"region-{number}"))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(8))) == 1


def test_a_copy_is_no_older_than_thirty_seconds(
    adapters: Adapters, registry: AccountRegistry, clock: Any, account: Account
):
    elsewhere = adapters.registry(clock)
    registry.create(account)
    assert elsewhere.find(account.account_id) == account

    registry.change_status(account.account_id, AccountStatus.SUSPENDED)
    assert registry.find(account.account_id) == replace(account, status=AccountStatus.SUSPENDED)
    clock.passes(seconds=30)
    assert elsewhere.find(account.account_id) == replace(account, status=AccountStatus.SUSPENDED)


def test_an_account_that_was_unknown_is_soon_known(
    adapters: Adapters, registry: AccountRegistry, clock: Any, account: Account
):
    elsewhere = adapters.registry(clock)
    assert elsewhere.find(account.account_id) is None

    registry.create(account)
    clock.passes(seconds=30)
    assert elsewhere.find(account.account_id) == account


def test_a_model_takes_the_place_of_the_one_that_was_meant_and_of_no_other(registry: AccountRegistry, account: Account):
    registry.create(account)
    registry.activate_model(account, "v1", instead_of=None)
    registry.activate_model(account, "v1", instead_of="whatever")

    with pytest.raises(StaleVersion) as refused:
        registry.activate_model(account, "v3", instead_of="v2")
    assert refused.value.facts["in_service"] == "v1"
    assert registry.find(account.account_id) == replace(account, model_version="v1")

    registry.activate_model(account, "v2", instead_of="v1")
    registry.activate_model(account, None, instead_of="v2")
    assert registry.find(account.account_id) == account


def test_of_two_models_that_come_at_once_one_is_refused(adapters: Adapters, clock: Any, account: Account):
    adapters.registry(clock).create(account)

    def activate(version: str) -> bool:
        try:
            adapters.registry(clock).activate_model(account, version, instead_of=None)
        except StaleVersion:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(activate, ("v1", "v2"))) == [False, True]


def test_what_is_changed_of_an_account_that_is_not_there_is_not_found(registry: AccountRegistry, account: Account):
    with pytest.raises(NotFound):
        registry.change_status(account.account_id, AccountStatus.SUSPENDED)
    with pytest.raises(NotFound):
        registry.activate_settings(account, "s1")
    with pytest.raises(NotFound):
        registry.activate_model(account, "v1", instead_of=None)
    assert registry.find(account.account_id) is None


def a_key(account: Account, at: datetime = NOW) -> ApiKey:
    return generate_key(account.account_id, frozenset({Scope.TOKENS_CREATE, Scope.FEEDBACK_WRITE}), at)[1]


def test_a_key_is_found_by_its_id_and_listed_for_its_account_alone(adapters: Adapters, account: Account):
    later, first = a_key(account, NOW + timedelta(seconds=1)), a_key(account)
    other = a_key(Account(an_account_id()))
    for key in (later, first, other):
        adapters.api_keys().add(key)

    assert adapters.api_keys().find(first.key_id) == first
    assert adapters.api_keys().find("nobody99") is None
    assert adapters.api_keys().of(account) == [first, later]


def test_a_key_that_ends_is_kept_with_its_end(adapters: Adapters, account: Account):
    revoked, expiring = a_key(account), a_key(account)
    for key in (revoked, expiring):
        adapters.api_keys().add(key)

    adapters.api_keys().revoke(revoked.key_id, NOW)
    adapters.api_keys().expire(expiring.key_id, NOW)

    assert adapters.api_keys().find(revoked.key_id) == replace(revoked, revoked_at=NOW)
    assert adapters.api_keys().find(expiring.key_id) == replace(expiring, expires_at=NOW)


def test_a_key_s_id_is_never_taken_over_and_a_key_that_is_not_there_cannot_end(adapters: Adapters, account: Account):
    key = a_key(account)
    adapters.api_keys().add(key)

    with pytest.raises(Conflict):
        adapters.api_keys().add(replace(key, account_id="another"))
    with pytest.raises(NotFound):
        adapters.api_keys().revoke("nobody99", NOW)
    with pytest.raises(NotFound):
        adapters.api_keys().expire("nobody99", NOW)
    assert adapters.api_keys().find(key.key_id) == key


def test_settings_hold_from_when_the_pointer_names_them(adapters: Adapters, account: Account):
    settings = adapters.settings(account)
    chosen = AccountSettings(suggestion_count=5, suggestion_threshold=0.25, allowed_origins=("https://desk.example",))
    assert settings.current() == AccountSettings()

    version = settings.add(chosen, NOW)
    assert settings.current() == AccountSettings()
    assert adapters.settings(replace(account, settings_version=version)).current() == chosen

    second = settings.add(AccountSettings(suggestion_count=1), NOW)
    assert second != version
    assert settings.add(chosen, NOW) == version
    assert adapters.settings(replace(account, settings_version=version)).current() == chosen
