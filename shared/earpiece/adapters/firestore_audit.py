"""The audit in Firestore: `accounts/{id}/audit/{id}`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from earpiece.adapters import firestore_queries as queries
from earpiece.adapters.firestore_client import WRITE_TIMEOUT_S, account_collection, store_errors
from earpiece.domain.accounts import Account
from earpiece.domain.audit import AuditEntry

if TYPE_CHECKING:
    from google.cloud.firestore import Client


class FirestoreAudit:
    """The audit of one account. Entries are created, never written over."""

    def __init__(self, account: Account, client: Client) -> None:
        self._entries = account_collection(account, client, "audit")

    def append(self, entry: AuditEntry) -> None:
        body = {"action": entry.action, "actor": entry.actor, "at": entry.at, "facts": dict(entry.facts)}
        with store_errors("audit"):
            self._entries.document().create(body, timeout=WRITE_TIMEOUT_S)

    def all(self) -> Sequence[AuditEntry]:
        with store_errors("audit"):
            found = [one.to_dict() for one in queries.all_of(self._entries).stream(timeout=60)]
        entries = (AuditEntry(one["action"], one["actor"], one["at"], one["facts"]) for one in found)
        return sorted(entries, key=lambda entry: entry.at)
