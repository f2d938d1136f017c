"""Budgets in Firestore: `accounts/{id}/budgets/{period}`, in the registry's database; one read and one write a lease.

A document holds what was settled and the leases that are out. One that expired was held by an instance that is gone:
it is given back, so that a crash does not eat a budget.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from earpiece.adapters.firestore_attempts import Changed, changed
from earpiece.adapters.firestore_client import (
    READ_TIMEOUT_S,
    WRITE_TIMEOUT_S,
    account_collection,
    within,
)
from earpiece.domain.accounts import Account
from earpiece.ports.budgets import Lease, Returned

if TYPE_CHECKING:
    from google.cloud.firestore import Client, DocumentSnapshot

LEASE_LIFE = timedelta(minutes=5)
NEAR_CAP_SHARE = 4  # at most a quarter of what is left goes to one instance
KEPT_SETTLED = 200
Bodies = dict[str, dict[str, Any]]


class FirestoreBudgets:
    """The budgets of one account."""

    def __init__(self, account: Account, client: Client, now: Callable[[], datetime]) -> None:
        self._client, self._now = client, now
        self._periods = account_collection(account, client, "budgets")

    def lease(
        self,
        lease_id: str,
        wanted: int,
        least: int,
        caps: Mapping[str, int],
        *,
        instead_of: Returned | None = None,
        alert_share: float = 1.0,
    ) -> Lease:
        kept = instead_of.kept if instead_of else 0

        def take(bodies: Bodies) -> Lease:
            if instead_of:
                _give_back(bodies, instead_of)
            granted, exhausted = _granted(bodies, wanted, least, kept, caps)
            for period in caps if granted else ():
                bodies[period]["leases"][lease_id] = {"amount": granted, "until": self._now() + LEASE_LIFE}
            alerts = tuple(period for period, cap in caps.items() if _crosses(bodies[period], cap * alert_share))
            return Lease(granted, {period: _used(bodies[period]) for period in caps}, exhausted, alerts)

        return self._changed([*caps, *(instead_of.spent if instead_of else ())], take)

    def settle(self, returned: Returned) -> None:
        self._changed(returned.spent, lambda bodies: _give_back(bodies, returned))

    def _changed(self, periods: Iterable[str], change: Callable[[Bodies], Changed]) -> Changed:
        """What `change` gave, once the periods stand as it left them: all or none, and on nothing that was not read."""

        def attempt() -> Changed:
            found = self._read(periods)
            bodies = {period: self._body(one) for period, one in found.items()}
            before = copy.deepcopy(bodies)
            answer = change(bodies)
            if bodies != before:
                self._write(found, bodies)
            return answer

        return changed("budgets", attempt)

    def _read(self, periods: Iterable[str]) -> dict[str, DocumentSnapshot]:
        documents = [self._periods.document(period) for period in dict.fromkeys(periods)]
        return {found.id: found for found in self._client.get_all(documents, **within(READ_TIMEOUT_S))}

    def _write(self, found: Mapping[str, DocumentSnapshot], bodies: Bodies) -> None:
        batch = self._client.batch()
        for period, body in bodies.items():
            one = found[period]
            if one.exists:
                batch.update(one.reference, body, self._client.write_option(last_update_time=one.update_time))
            else:
                batch.create(one.reference, body)
        batch.commit(timeout=WRITE_TIMEOUT_S)

    def _body(self, document: DocumentSnapshot) -> dict[str, Any]:
        found, now = document.to_dict() or {}, self._now()
        return {
            "spent": found.get("spent", 0),
            "leases": {name: one for name, one in found.get("leases", {}).items() if one["until"] > now},
            "settled": found.get("settled", []),
            "is_told": found.get("is_told", False),
        }


def _give_back(bodies: Bodies, returned: Returned) -> None:
    """Once: a lease that was settled before is passed over."""
    for period, spent in returned.spent.items():
        body = bodies[period]
        if returned.lease_id not in body["settled"]:
            body["leases"].pop(returned.lease_id, None)
            body["spent"] += spent
            body["settled"] = [*body["settled"], returned.lease_id][-KEPT_SETTLED:]


def _granted(bodies: Bodies, wanted: int, least: int, kept: int, caps: Mapping[str, int]) -> tuple[int, str]:
    """How much, and the period with too little left for it, or empty."""
    granted = wanted
    for period, cap in caps.items():
        left = cap - _used(bodies[period])
        if left < least and (kept or left <= 0):
            return kept, period
        granted = min(granted, left if left < least else max(least, left // NEAR_CAP_SHARE))
    return granted, ""


def _crosses(body: dict[str, Any], share: float) -> bool:
    """Whether what was spent reached this for the first time; then that is remembered."""
    is_new = body["spent"] >= share > 0 and not body["is_told"]
    body["is_told"] = body["is_told"] or is_new
    return is_new


def _used(body: Mapping[str, Any]) -> int:
    return int(body["spent"]) + sum(int(one["amount"]) for one in body["leases"].values())
