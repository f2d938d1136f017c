"""What every adapter of Audit and of UsedTokens promises."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.contract.adapter_sets import Adapters

from earpiece.domain.accounts import Account
from earpiece.domain.audit import AuditEntry
from earpiece.domain.errors import StaleVersion

NOW = datetime(2026, 11, 20, 10, 15, 21, 904_123, tzinfo=UTC)


def test_entries_are_read_oldest_first_with_their_facts(adapters: Adapters, account: Account):
    entries = [
        AuditEntry("model_rolled_back", "staff@example.com", NOW + timedelta(microseconds=number), {"to": f"v{number}"})
        for number in range(12)
    ]

    for entry in reversed(entries):
        adapters.audit(account).append(entry)

    assert adapters.audit(account).all() == entries


def test_what_happened_at_the_same_instant_is_all_kept_and_the_same_entry_is_one(adapters: Adapters, account: Account):
    entries = [AuditEntry("key_revoked", "staff@example.com", NOW, {"key_id": key_id}) for key_id in ("a", "b")]

    for entry in (*entries, *entries):
        adapters.audit(account).append(entry)

    found = adapters.audit(account).all()
    assert sorted(entry.facts["key_id"] for entry in found) == ["a", "b"]


def test_a_token_is_used_by_one_of_all_who_try_at_once_and_by_nobody_after(adapters: Adapters, account: Account):
    def use(_: int) -> bool:
        return adapters.used_tokens(account).use("jti-1", useless_at=NOW)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(8))) == 1
    assert not adapters.used_tokens(account).use("jti-1", useless_at=NOW + timedelta(days=1))
    assert adapters.used_tokens(account).use("jti-2", useless_at=NOW)


def test_a_model_s_activation_is_in_the_audit_or_does_not_happen(adapters: Adapters, account: Account):
    registry = adapters.registry(lambda: NOW)
    registry.create(account)
    registry.activate_model(account, "v2", instead_of=None)
    entry = AuditEntry("model_rolled_back", "staff@example.com", NOW, {"from": "v2", "to": "v1"})
    unkeepable = replace(entry, facts={"from": object()})  # type: ignore[dict-item]

    with pytest.raises(StaleVersion):
        registry.activate_model(account, "v1", instead_of="v9", entry=entry)
    with pytest.raises(TypeError):
        registry.activate_model(account, "v1", instead_of="v2", entry=unkeepable)
    assert adapters.audit(account).all() == []
    assert _in_service(adapters, account) == "v2"

    registry.activate_model(account, "v1", instead_of="v2", entry=entry)
    assert adapters.audit(account).all() == [entry]
    assert _in_service(adapters, account) == "v1"


def _in_service(adapters: Adapters, account: Account) -> str | None:
    found = adapters.registry(lambda: NOW).find(account.account_id)
    assert found is not None
    return found.model_version
