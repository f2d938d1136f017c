"""An account's platforms in Firestore: `accounts/{id}/integrations/{platform}`, secrets sealed, in the registry's
database.
"""

from __future__ import annotations

import secrets as randomness
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
_MASKING = "_masking"  # no platform's name starts so


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of one platform; secrets newest first, each with its end if it has one."""

    secrets: tuple[tuple[str, datetime | None], ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)


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
        self._copies: dict[str, tuple[datetime, _Kept]] = {}
        self._masking_key: bytes | None = None

    def secrets(self, platform: str) -> tuple[str, ...]:
        now = self._now()
        listed = self._copy(platform, now).secrets
        return tuple(secret for secret, valid_until in listed if valid_until is None or valid_until > now)

    def details(self, platform: str) -> Mapping[str, str]:
        return self._copy(platform, self._now()).details

    def rotate(self, platform: str, secret: str, *, keep_old_until: datetime) -> None:
        kept = self._read(platform, has_copy=False).secrets[:1]
        listed = [(secret, None), *((old, keep_old_until) for old, _ in kept)]
        sealed = [{"sealed": self._seal(text, platform), "valid_until": until} for text, until in listed]
        self._write(platform, "secrets", sealed)

    def describe(self, platform: str, details: Mapping[str, str]) -> None:
        self._write(platform, "details", dict(details))

    def masking_key(self) -> bytes:
        if self._masking_key is None:
            self._masking_key = self._find_masking_key() or self._make_masking_key()
        return self._masking_key

    def _copy(self, platform: str, now: datetime) -> _Kept:
        with self._lock:
            fresh_until, copy = self._copies.get(platform, (now, _Kept()))
        return copy if fresh_until > now else self._refresh(platform, copy, now)

    def _refresh(self, platform: str, copy: _Kept, now: datetime) -> _Kept:
        life, has_copy = self._life, copy != _Kept()
        try:
            copy = self._read(platform, has_copy=has_copy)
        except Unavailable:
            if not has_copy:
                raise
            life = STALE_LIFE  # the door stays open while the store is away
        with self._lock:
            self._copies[platform] = (now + life, copy)
        return copy

    def _read(self, platform: str, *, has_copy: bool) -> _Kept:
        with store_errors("integrations"):
            body: dict[str, Any] = self._document(platform).get(**at_the_door(has_copy=has_copy)).to_dict() or {}
        listed = (
            (self._secrets.open(one["sealed"], self._context(platform)).decode(), one["valid_until"])
            for one in body.get("secrets", ())
        )
        return _Kept(tuple(listed), body.get("details", {}))

    def _write(self, platform: str, name: str, value: Any) -> None:
        with store_errors("integrations"):
            self._document(platform).set({name: value}, merge=[name], timeout=WRITE_TIMEOUT_S)
        with self._lock:
            self._copies.pop(platform, None)

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
