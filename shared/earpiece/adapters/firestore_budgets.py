"""Budgets in Firestore: `accounts/{id}/budgets/{period}`, in the registry's database; one transaction a lease.

A document holds what was settled and the leases that are out. One that expired was held by an instance that is gone:
it is given back, so that a crash does not eat a budget.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from earpiece.adapters.firestore_client import account_collection, store_errors
from earpiece.domain.accounts import Account
from earpiece.ports.budgets import Lease

if TYPE_CHECKING:
    from google.cloud.firestore import Client, DocumentReference, Transaction

LEASE_LIFE = timedelta(minutes=5)
NEAR_CAP_SHARE = 4  # at most a quarter of what is left goes to one instance
KEPT_SETTLED = 200


class FirestoreBudgets:
    """The budgets of one account."""

    def __init__(self, account: Account, client: Client, now: Callable[[], datetime]) -> None:
        self._client, self._now = client, now
        self._periods = account_collection(account, client, "budgets")

    def lease(self, lease_id: str, wanted: int, least: int, caps: Mapping[str, int]) -> Lease:
        from google.cloud.firestore import transactional

        documents = {period: self._periods.document(period) for period in caps}

        @transactional  # type: ignore[untyped-decorator]
        def take(transaction: Transaction) -> Lease:
            bodies = {period: self._current(one, transaction) for period, one in documents.items()}
            used = {period: _used(body) for period, body in bodies.items()}
            granted = wanted
            for period, cap in caps.items():
                left = cap - used[period]
                if left < least:
                    return Lease(0, used, exhausted=period)
                granted = min(granted, max(least, left // NEAR_CAP_SHARE))
            until = self._now() + LEASE_LIFE
            for period, body in bodies.items():
                body["leases"][lease_id] = {"amount": granted, "until": until}
                transaction.set(documents[period], body)
            return Lease(granted, {period: amount + granted for period, amount in used.items()})

        with store_errors("budgets"):
            found: Lease = take(self._client.transaction())
            return found

    def settle(self, lease_id: str, spent: Mapping[str, int]) -> None:
        from google.cloud.firestore import transactional

        documents = {period: self._periods.document(period) for period in spent}

        @transactional  # type: ignore[untyped-decorator]
        def give_back(transaction: Transaction) -> None:
            bodies = {period: self._current(one, transaction) for period, one in documents.items()}
            for period, body in bodies.items():
                if lease_id in body["settled"]:
                    continue
                body["leases"].pop(lease_id, None)
                body["spent"] += spent[period]
                body["settled"] = [*body["settled"], lease_id][-KEPT_SETTLED:]
                transaction.set(documents[period], body)

        with store_errors("budgets"):
            give_back(self._client.transaction())

    def _current(self, document: DocumentReference, transaction: Transaction) -> dict[str, Any]:
        found: dict[str, Any] = document.get(transaction=transaction).to_dict() or {}
        now = self._now()
        leases = {name: one for name, one in found.get("leases", {}).items() if one["until"] > now}
        return {"spent": found.get("spent", 0), "leases": leases, "settled": found.get("settled", [])}


def _used(body: Mapping[str, Any]) -> int:
    return int(body["spent"]) + sum(int(one["amount"]) for one in body["leases"].values())
