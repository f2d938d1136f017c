"""What was decided on each model version, in Firestore: `accounts/{id}/models/{version}`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from earpiece.adapters import firestore_queries as queries
from earpiece.adapters.firestore_client import READ_TIMEOUT_S, WRITE_TIMEOUT_S, account_collection, store_errors
from earpiece.domain.accounts import Account
from earpiece.domain.models import ModelRecord, ModelState

if TYPE_CHECKING:
    from google.cloud.firestore import Client


class FirestoreModelRecords:
    """Model versions of one account."""

    def __init__(self, account: Account, client: Client) -> None:
        self._models = account_collection(account, client, "models")

    def put(self, record: ModelRecord) -> None:
        body = {name: value for name, value in asdict(record).items() if name != "version"}
        with store_errors("models"):
            self._models.document(record.version).set({**body, "state": record.state.value}, timeout=WRITE_TIMEOUT_S)

    def find(self, version: str) -> ModelRecord | None:
        with store_errors("models"):
            found = self._models.document(version).get(timeout=READ_TIMEOUT_S)
        return _record(found.id, found.to_dict()) if found.exists else None

    def all(self) -> Sequence[ModelRecord]:
        with store_errors("models"):
            found = queries.newest_first(self._models, "created_at").stream(timeout=60)
            return [_record(one.id, one.to_dict()) for one in found]


def _record(version: str, body: dict[str, Any]) -> ModelRecord:
    return ModelRecord(version=version, **{**body, "state": ModelState(body["state"])})
