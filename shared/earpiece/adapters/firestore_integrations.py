"""An account's secrets in Firestore: `accounts/{id}/integrations/{platform}`, sealed, in the registry's database."""

from __future__ import annotations

import secrets as randomness
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from earpiece.adapters.firestore_client import (
    READ_TIMEOUT_S,
    WRITE_TIMEOUT_S,
    account_collection,
    at_the_door,
    store_errors,
)
from earpiece.domain.accounts import Account
from earpiece.domain.errors import Unavailable
from earpiece.ports.secrets import Secrets

if TYPE_CHECKING:
    from google.cloud.firestore import Client, DocumentReference

COPY_LIFE = timedelta(seconds=60)
STALE_LIFE = timedelta(seconds=5)
Kept = list[tuple[str, datetime | None]]
_MASKING = "_masking"  # no platform's name starts so


class FirestoreIntegrations:
    """Secrets of one account. Two of a platform are valid at most: the newest, and the one before until its date."""

    def __init__(
        self,
        account: Account,
        client: Client,
        secrets: Secrets,
        now: Callable[[], datetime],
        life: timedelta = COPY_LIFE,
    ) -> None:
        self._account, self._life = account, life
        self._documents = account_collection(account, client, "integrations")
        self._secrets = secrets
        self._now = now
        self._lock = threading.Lock()
        self._copies: dict[str, tuple[datetime, Kept]] = {}
        self._masking_key: bytes | None = None

    def secrets(self, platform: str) -> tuple[str, ...]:
        now = self._now()
        with self._lock:
            fresh_until, copy = self._copies.get(platform, (now, []))
        if fresh_until <= now:
            copy = self._refresh(platform, copy, now)
        return tuple(secret for secret, valid_until in copy if valid_until is None or valid_until > now)

    def rotate(self, platform: str, secret: str, *, keep_old_until: datetime) -> None:
        kept = self._read(platform, has_copy=False)[:1]
        listed = [(secret, None), *((old, keep_old_until) for old, _ in kept)]
        body = {"secrets": [{"sealed": self._seal(text, platform), "valid_until": until} for text, until in listed]}
        with store_errors("integrations"):
            self._document(platform).set(body, timeout=WRITE_TIMEOUT_S)
        with self._lock:
            self._copies.pop(platform, None)

    def masking_key(self) -> bytes:
        if self._masking_key is None:
            self._masking_key = self._find_masking_key() or self._make_masking_key()
        return self._masking_key

    def _refresh(self, platform: str, copy: Kept, now: datetime) -> Kept:
        life = self._life
        try:
            copy = self._read(platform, has_copy=bool(copy))
        except Unavailable:
            if not copy:
                raise
            life = STALE_LIFE  # the door stays open while the store is away
        with self._lock:
            self._copies[platform] = (now + life, copy)
        return copy

    def _read(self, platform: str, *, has_copy: bool) -> Kept:
        with store_errors("integrations"):
            body: dict[str, Any] = self._document(platform).get(**at_the_door(has_copy=has_copy)).to_dict() or {}
        return [
            (self._secrets.open(one["sealed"], self._context(platform)).decode(), one["valid_until"])
            for one in body.get("secrets", ())
        ]

    def _find_masking_key(self) -> bytes | None:
        with store_errors("integrations"):
            body: dict[str, Any] = self._documents.document(_MASKING).get(timeout=READ_TIMEOUT_S).to_dict() or {}
        return self._secrets.open(body["sealed"], self._context(_MASKING)) if body else None

    def _make_masking_key(self) -> bytes:
        from google.api_core.exceptions import AlreadyExists

        sealed = self._secrets.seal(randomness.token_bytes(32), self._context(_MASKING))
        try:
            with store_errors("integrations"):
                self._documents.document(_MASKING).create({"sealed": sealed}, timeout=WRITE_TIMEOUT_S)
        except AlreadyExists:
            pass  # another process was first: its key is the account's
        key = self._find_masking_key()
        assert key is not None
        return key

    def _seal(self, text: str, platform: str) -> bytes:
        return self._secrets.seal(text.encode(), self._context(platform))

    def _document(self, platform: str) -> DocumentReference:
        return self._documents.document(platform)

    def _context(self, platform: str) -> str:
        return f"{self._account.account_id}/{platform}"


class IntegrationsCache:
    """One `FirestoreIntegrations` an account, kept for the process's life, so that its copies are used."""

    def __init__(
        self, client: Client, secrets: Secrets, now: Callable[[], datetime], life: timedelta = COPY_LIFE
    ) -> None:
        self._client, self._life = client, life
        self._secrets = secrets
        self._now = now
        self._known: dict[str, FirestoreIntegrations] = {}

    def __call__(self, account: Account) -> FirestoreIntegrations:
        if account.account_id not in self._known:
            self._known[account.account_id] = FirestoreIntegrations(
                account, self._client, self._secrets, self._now, self._life
            )
        return self._known[account.account_id]
