"""Every query on Firestore, in one place, with the indexes it needs, and what Firestore removes by itself.

A test fails on a query that stands elsewhere.

The emulator runs a query that lacks its index, and production refuses it: so what is not here does not ship.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from google.cloud.firestore import Client, CollectionReference, Query
    from google.cloud.firestore_v1.aggregation import AggregationQuery

# firebase.google.com/docs/reference/firestore/indexes; single-field indexes of one collection are automatic.
INDEXES: dict[str, list[dict[str, Any]]] = {
    "indexes": [],
    "fieldOverrides": [
        {
            "collectionGroup": "outbox",
            "fieldPath": "kept_at",
            "indexes": [{"order": "ASCENDING", "queryScope": "COLLECTION_GROUP"}],
        },
        # A time-to-live policy. Nobody asks for this time, and an index on what only grows is written in one place.
        {"collectionGroup": "used_embed_tokens", "fieldPath": "expires_at", "ttl": True, "indexes": []},
    ],
}


def all_of(collection: CollectionReference) -> Query:
    return collection.order_by("__name__")


def newest_first(collection: CollectionReference, field: str) -> Query:
    return collection.order_by(field, direction="DESCENDING")


def keys_of(keys: CollectionReference, account_id: str) -> Query:
    return keys.where(filter=_is("account_id", "==", account_id))


def events_since(events: CollectionReference, stored_at: datetime) -> Query:
    return events.where(filter=_is("stored_at", ">", stored_at))


def replies_since(replies: CollectionReference, changed_at: datetime) -> Query:
    return replies.where(filter=_is("changed_at", ">", changed_at))


def count_of(collection: CollectionReference) -> AggregationQuery:
    return collection.count(alias="count")


def open_dead_letters(dead_letters: CollectionReference) -> Query:
    return dead_letters.where(filter=_is("is_open", "==", True))


def oldest_outbox_entries(client: Client, limit: int, after: datetime | None = None) -> Query:
    found = client.collection_group("outbox").order_by("kept_at").limit(limit)
    return found.start_after({"kept_at": after}) if after else found


def accounts_with_own_database(accounts: CollectionReference) -> Query:
    return accounts.where(filter=_is("database", "!=", "(default)"))


def _is(field: str, operator: str, value: object) -> Any:
    from google.cloud.firestore import FieldFilter

    return FieldFilter(field, operator, value)
