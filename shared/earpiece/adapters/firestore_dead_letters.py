"""Dead letters in Firestore: `accounts/{id}/dead_letters/{id}`, and `dead_letters/{id}` for what names no account."""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from earpiece.adapters import firestore_queries as queries
from earpiece.adapters.firestore_client import (
    READ_TIMEOUT_S,
    WRITE_TIMEOUT_S,
    account_collection,
    store_errors,
    within,
)
from earpiece.domain.accounts import Account
from earpiece.domain.dead_letters import DeadLetter, Origin
from earpiece.domain.errors import NotFound
from earpiece.ports.events import DeadLettersOf

if TYPE_CHECKING:
    from google.cloud.firestore import Client, CollectionReference

    from earpiece.adapters.firestore_client import FirestoreClients

LEAST_S = 0.05


def dead_letters_of(clients: FirestoreClients) -> DeadLettersOf:
    """Each account's; for None the unclaimed ones."""
    return lambda account: (
        FirestoreDeadLetters(account, clients.of(account)) if account else UnclaimedDeadLetters(clients.registry())
    )


class _DeadLetters:
    """One collection. Payloads are compressed: a body of 1 MiB must fit into a document of 1 MiB."""

    def __init__(self, client: Client, dead_letters: CollectionReference) -> None:
        self._client = client
        self._dead_letters = dead_letters

    def record(self, dead_letter: DeadLetter, *, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        from google.api_core.exceptions import AlreadyExists
        from google.cloud.firestore import Increment

        document = self._dead_letters.document(dead_letter.dead_letter_id)
        ends_s = time.monotonic() + timeout_s
        with store_errors("dead_letters"):
            try:
                document.create(_body(dead_letter), **within(timeout_s))
            except AlreadyExists:
                again = {
                    "attempts": Increment(1),
                    "last_attempt_at": dead_letter.last_attempt_at,
                    "reason": dead_letter.reason,
                    "is_open": True,
                    "replayed_at": None,
                }
                document.update(again, **within(max(LEAST_S, ends_s - time.monotonic())))

    def find(self, dead_letter_id: str) -> DeadLetter | None:
        with store_errors("dead_letters"):
            found = self._dead_letters.document(dead_letter_id).get(timeout=READ_TIMEOUT_S)
        return _dead_letter(found.id, found.to_dict()) if found.exists else None

    def all(self, *, include_replayed: bool = False) -> Sequence[DeadLetter]:
        query = queries.all_of if include_replayed else queries.open_dead_letters
        with store_errors("dead_letters"):
            found = [_dead_letter(one.id, one.to_dict()) for one in query(self._dead_letters).stream(timeout=60)]
        return sorted(found, key=lambda dead_letter: dead_letter.first_attempt_at)

    def mark_replayed(self, dead_letter_id: str, at: datetime, *, attempts: int | None = None) -> None:
        from google.api_core.exceptions import FailedPrecondition

        document = self._dead_letters.document(dead_letter_id)
        with store_errors("dead_letters"):
            found = document.get(["attempts"], timeout=READ_TIMEOUT_S)
            if not found.exists:
                raise NotFound(f"there is no dead letter {dead_letter_id}")
            if attempts is not None and found.get("attempts") != attempts:
                return
            unchanged = self._client.write_option(last_update_time=found.update_time)
            try:
                document.update({"is_open": False, "replayed_at": at}, option=unchanged, timeout=WRITE_TIMEOUT_S)
            except FailedPrecondition:
                return  # it failed again just now, and stays open


class FirestoreDeadLetters(_DeadLetters):
    """Those of one account."""

    def __init__(self, account: Account, client: Client) -> None:
        super().__init__(client, account_collection(account, client, "dead_letters"))


class UnclaimedDeadLetters(_DeadLetters):
    """Those of messages that name no account of ours; in the registry's database."""

    def __init__(self, client: Client) -> None:
        super().__init__(client, client.collection("dead_letters"))


def _body(dead_letter: DeadLetter) -> dict[str, Any]:
    return {
        "origin": dead_letter.origin.value,
        "reason": dead_letter.reason,
        "payload": zlib.compress(dead_letter.payload, 9),
        "attributes": dict(dead_letter.attributes),
        "first_attempt_at": dead_letter.first_attempt_at,
        "last_attempt_at": dead_letter.last_attempt_at,
        "attempts": dead_letter.attempts,
        "replayed_at": dead_letter.replayed_at,
        "is_open": dead_letter.replayed_at is None,
    }


def _dead_letter(dead_letter_id: str, body: dict[str, Any]) -> DeadLetter:
    return DeadLetter(
        dead_letter_id=dead_letter_id,
        origin=Origin(body["origin"]),
        reason=body["reason"],
        payload=zlib.decompress(body["payload"]),
        attributes=body["attributes"],
        first_attempt_at=body["first_attempt_at"],
        last_attempt_at=body["last_attempt_at"],
        attempts=body["attempts"],
        replayed_at=body["replayed_at"],
    )
