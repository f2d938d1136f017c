"""Outboxes in Firestore: `accounts/{id}/outbox/{id}`, in the account's own database."""

from __future__ import annotations

import base64
import heapq
import json
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from earpiece.adapters import firestore_queries as queries
from earpiece.adapters.firestore_client import (
    READ_TIMEOUT_S,
    WRITE_TIMEOUT_S,
    FirestoreClients,
    account_collection,
    store_errors,
    within,
)
from earpiece.domain.accounts import DEFAULT_DATABASE, Account
from earpiece.domain.errors import Unavailable
from earpiece.ports.events import OutgoingMessage, Waiting

if TYPE_CHECKING:
    from google.cloud.firestore import Client, DocumentSnapshot

Entry = tuple[Waiting, Callable[[], None]]


class FirestoreOutbox:
    """The outbox of one account. Messages are compressed: the events of a 1 MiB delivery fit into one document."""

    def __init__(self, account: Account, client: Client) -> None:
        self._entries = account_collection(account, client, "outbox")

    def keep(self, waiting: Waiting, *, timeout_s: float) -> None:
        body = {"topic": waiting.topic, "kept_at": waiting.kept_at, "messages": _pack(waiting.messages)}
        with store_errors("outbox"):
            self._entries.document(waiting.outbox_id).set(body, retry=None, timeout=timeout_s)


class FirestoreOutboxes:
    """The outboxes of all accounts, in the registry's database and in those of accounts that have their own."""

    def __init__(self, clients: FirestoreClients) -> None:
        self._clients = clients

    def oldest(self, limit: int, *, after: datetime | None = None) -> Iterable[Entry]:
        found: list[list[Entry]] = []
        unread: Unavailable | None = None
        for name in self._databases():
            try:
                found.append(_entries(self._clients.database(name), limit, after))
            except Unavailable as error:  # nobody else's deliveries wait for it
                unread = error
        merged = heapq.merge(*found, key=lambda entry: entry[0].kept_at)
        entries = [entry for _, entry in zip(range(limit), merged, strict=False)]
        if unread and not entries:
            raise unread
        return entries

    def _databases(self) -> set[str]:
        accounts = self._clients.registry().collection("accounts")
        with store_errors("outbox"):
            own = list(queries.accounts_with_own_database(accounts).stream(**within(READ_TIMEOUT_S)))
        return {DEFAULT_DATABASE, *(found.get("database") for found in own)}


def _entries(client: Client, limit: int, after: datetime | None) -> list[Entry]:
    from google.api_core.exceptions import FailedPrecondition, NotFound

    try:
        with store_errors("outbox"):
            found = queries.oldest_outbox_entries(client, limit, after).stream(retry=None, timeout=READ_TIMEOUT_S)
            return [(_waiting(one), partial(one.reference.delete, timeout=WRITE_TIMEOUT_S)) for one in found]
    except (NotFound, FailedPrecondition) as error:  # no such database, or none with the index that it takes
        raise Unavailable(f"outbox: {error.message}") from error


def _waiting(found: DocumentSnapshot) -> Waiting:
    body = found.to_dict()
    return Waiting(found.id, body["topic"], _unpack(body["messages"]), body["kept_at"])


def _pack(messages: Iterable[OutgoingMessage]) -> bytes:
    listed: list[dict[str, Any]] = [
        {"data": base64.b85encode(message.data).decode(), "attributes": dict(message.attributes)}
        for message in messages
    ]
    return zlib.compress(json.dumps(listed).encode(), 6)


def _unpack(packed: bytes) -> tuple[OutgoingMessage, ...]:
    listed = json.loads(zlib.decompress(packed))
    return tuple(OutgoingMessage(base64.b85decode(one["data"]), one["attributes"]) for one in listed)
