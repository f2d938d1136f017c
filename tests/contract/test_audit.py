"""What every adapter of Audit and of UsedTokens promises."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from tests.contract.adapter_sets import Adapters

from earpiece.domain.accounts import Account
from earpiece.domain.audit import AuditEntry

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
