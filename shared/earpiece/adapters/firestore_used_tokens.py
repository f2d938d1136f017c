"""Used embed tokens in Firestore: `accounts/{id}/used_embed_tokens/{use_id}`, in the registry's database.

A time-to-live policy on `expires_at` (firestore_queries.py) removes them once they are useless.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from earpiece.adapters.firestore_client import WRITE_TIMEOUT_S, account_collection, store_errors
from earpiece.domain.accounts import Account

if TYPE_CHECKING:
    from google.cloud.firestore import Client


class FirestoreUsedTokens:
    """The one-use tokens of one account that were used."""

    def __init__(self, account: Account, client: Client) -> None:
        self._used = account_collection(account, client, "used_embed_tokens")

    def use(self, use_id: str, *, useless_at: datetime) -> bool:
        from google.api_core.exceptions import AlreadyExists

        try:
            with store_errors("used_embed_tokens"):
                self._used.document(use_id).create({"expires_at": useless_at}, timeout=WRITE_TIMEOUT_S)
        except AlreadyExists:
            return False
        return True
