"""The audit in Firestore: `accounts/{id}/audit/{entry}`, in the registry's database. Nothing here changes an entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from earpiece.adapters import firestore_queries as queries
from earpiece.adapters.firestore_client import READ_TIMEOUT_S, WRITE_TIMEOUT_S, account_collection, store_errors
from earpiece.domain.accounts import Account
from earpiece.domain.audit import AuditEntry
from earpiece.domain.ids import digest

if TYPE_CHECKING:
    from google.cloud.firestore import Client


def entry_id(entry: AuditEntry) -> str:
    """Sorts by time; the same entry has the same."""
    return f"{entry.at:%Y%m%dT%H%M%S.%f}-{digest(repr(sorted(asdict(entry).items(), key=str)))[:8]}"


class FirestoreAudit:
    """Entries of one account. The same entry twice is one."""

    def __init__(self, account: Account, client: Client) -> None:
        self._entries = account_collection(account, client, "audit")

    def append(self, entry: AuditEntry) -> None:
        from google.api_core.exceptions import AlreadyExists

        try:
            with store_errors("audit"):
                self._entries.document(entry_id(entry)).create(asdict(entry), timeout=WRITE_TIMEOUT_S)
        except AlreadyExists:
            return

    def all(self) -> Sequence[AuditEntry]:
        with store_errors("audit"):
            found = queries.all_of(self._entries).stream(timeout=READ_TIMEOUT_S)
            return [AuditEntry(**one.to_dict()) for one in found]
