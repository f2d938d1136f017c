"""The registry, API keys and settings in Firestore: `accounts/{id}`, `api_keys/{id}`, `…/settings/{version}`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from earpiece.adapters import firestore_queries as queries
from earpiece.adapters.firestore_audit import entry_id
from earpiece.adapters.firestore_client import (
    READ_TIMEOUT_S,
    WRITE_TIMEOUT_S,
    account_collection,
    at_the_door,
    store_errors,
    within,
)
from earpiece.domain.accounts import Account, AccountStatus, valid_account_id
from earpiece.domain.api_keys import ApiKey, Scope
from earpiece.domain.audit import AuditEntry
from earpiece.domain.errors import Conflict, InvalidId, NotFound, StaleVersion, Unavailable
from earpiece.domain.ids import digest
from earpiece.domain.settings import AccountSettings

if TYPE_CHECKING:
    from google.cloud.firestore import Client, Transaction

COPY_LIFE = timedelta(seconds=30)
STALE_LIFE = timedelta(seconds=5)  # while the store is away, before it is asked again
UNKNOWN_LIFE = timedelta(seconds=5)  # a new account is known everywhere within this


class FirestoreAccountRegistry:
    """All accounts. A process's copy of one is re-read when it is older than `life`."""

    def __init__(self, client: Client, now: Callable[[], datetime], life: timedelta = COPY_LIFE) -> None:
        self._life = life
        self._accounts = client.collection("accounts")
        self._client = client
        self._now = now
        self._lock = threading.Lock()
        self._copies: dict[str, tuple[datetime, Account | None]] = {}

    def find(self, account_id: str) -> Account | None:
        try:
            valid_account_id(account_id)
        except InvalidId:
            return None
        with self._lock:
            fresh_until, copy = self._copies.get(account_id, (None, None))
        if fresh_until and fresh_until > self._now():
            return copy
        try:
            return self._read(account_id, has_copy=copy is not None)
        except Unavailable:
            if copy is None:
                raise
            # The doors stay open while the store is away: what was true half a minute ago is the best we know.
            self._keep(account_id, copy, STALE_LIFE)
            return copy

    def create(self, account: Account) -> Account:
        from google.api_core.exceptions import AlreadyExists

        valid_account_id(account.account_id)
        body = {name: value for name, value in asdict(account).items() if name != "account_id"}
        try:
            with store_errors("accounts"):
                self._accounts.document(account.account_id).create(
                    {**body, "created_at": self._now()}, timeout=WRITE_TIMEOUT_S
                )
        except AlreadyExists as error:
            raise Conflict(f"the id {account.account_id} was given before") from error
        self._forget(account.account_id)
        return account

    def change_status(self, account_id: str, status: AccountStatus) -> None:
        self._update(account_id, status=status.value)

    def change_reopening(self, account_id: str, within_s: int) -> None:
        self._update(account_id, reopen_within_s=within_s)

    def activate_settings(self, account: Account, version: str) -> None:
        self._update(account.account_id, settings_version=version)

    def activate_model(
        self, account: Account, version: str | None, *, instead_of: str | None, entry: AuditEntry | None = None
    ) -> None:
        from google.cloud.firestore import transactional

        document = self._accounts.document(account.account_id)
        audit = account_collection(account, self._client, "audit")

        @transactional  # type: ignore[untyped-decorator]
        def compare_and_set(transaction: Transaction) -> None:
            found = document.get(["model_version"], transaction=transaction)
            if not found.exists:
                raise NotFound(f"there is no account {account.account_id}")
            in_service = found.get("model_version")
            if in_service == version:
                return
            if in_service != instead_of:
                raise StaleVersion(f"{in_service} is in service, not {instead_of}", in_service=in_service)
            transaction.update(document, {"model_version": version})
            if entry:
                transaction.set(audit.document(entry_id(entry)), asdict(entry))

        with store_errors("accounts"):
            compare_and_set(self._client.transaction())
        self._forget(account.account_id)

    def all(self) -> Sequence[Account]:
        with store_errors("accounts"):
            return [_account(found.id, found.to_dict()) for found in queries.all_of(self._accounts).stream(timeout=60)]

    def _read(self, account_id: str, *, has_copy: bool) -> Account | None:
        with store_errors("accounts"):
            found = self._accounts.document(account_id).get(**at_the_door(has_copy=has_copy))
        account = _account(account_id, found.to_dict()) if found.exists else None
        self._keep(account_id, account, self._life if account else UNKNOWN_LIFE)
        return account

    def _keep(self, account_id: str, account: Account | None, life: timedelta) -> None:
        with self._lock:
            self._copies[account_id] = (self._now() + life, account)
            if len(self._copies) > 10_000:  # strangers may name any id
                self._copies = {key: value for key, value in self._copies.items() if value[1]}

    def _update(self, account_id: str, **values: str | int) -> None:
        from google.api_core.exceptions import NotFound as Missing

        try:
            with store_errors("accounts"):
                self._accounts.document(account_id).update(values, timeout=WRITE_TIMEOUT_S)
        except Missing as error:
            raise NotFound(f"there is no account {account_id}") from error
        self._forget(account_id)

    def _forget(self, account_id: str) -> None:
        with self._lock:
            self._copies.pop(account_id, None)


class FirestoreApiKeys:
    """Keys of all accounts: a key names its account, so it is looked up before the account is known."""

    def __init__(self, client: Client) -> None:
        self._keys = client.collection("api_keys")

    def find(self, key_id: str) -> ApiKey | None:
        with store_errors("api_keys"):
            found = self._keys.document(key_id).get(**within(READ_TIMEOUT_S))
        return _key(found.id, found.to_dict()) if found.exists else None

    def add(self, key: ApiKey) -> None:
        from google.api_core.exceptions import AlreadyExists

        body = {name: value for name, value in asdict(key).items() if name != "key_id"}
        try:
            with store_errors("api_keys"):
                self._keys.document(key.key_id).create({**body, "scopes": sorted(key.scopes)}, timeout=WRITE_TIMEOUT_S)
        except AlreadyExists as error:
            raise Conflict(f"the key id {key.key_id} was given before") from error

    def revoke(self, key_id: str, at: datetime) -> None:
        self._update(key_id, revoked_at=at)

    def expire(self, key_id: str, at: datetime) -> None:
        self._update(key_id, expires_at=at)

    def of(self, account: Account) -> Sequence[ApiKey]:
        with store_errors("api_keys"):
            found = queries.keys_of(self._keys, account.account_id).stream(timeout=READ_TIMEOUT_S)
            return sorted((_key(one.id, one.to_dict()) for one in found), key=lambda key: key.created_at)

    def _update(self, key_id: str, **values: datetime) -> None:
        from google.api_core.exceptions import NotFound as Missing

        try:
            with store_errors("api_keys"):
                self._keys.document(key_id).update(values, timeout=WRITE_TIMEOUT_S)
        except Missing as error:
            raise NotFound(f"there is no key {key_id}") from error


class FirestoreSettings:
    """Settings of one account; each version is written once."""

    def __init__(self, account: Account, client: Client) -> None:
        self._account = account
        self._versions = account_collection(account, client, "settings")

    def current(self) -> AccountSettings:
        if self._account.settings_version is None:
            return AccountSettings()
        with store_errors("settings"):
            found = self._versions.document(self._account.settings_version).get(**within(READ_TIMEOUT_S))
        return AccountSettings.from_json(found.to_dict() or {})

    def add(self, settings: AccountSettings, at: datetime) -> str:
        body = settings.to_json()
        version = digest("settings", at.isoformat(), repr(sorted(body.items())))[:12]
        with store_errors("settings"):
            self._versions.document(version).set({**body, "created_at": at}, timeout=WRITE_TIMEOUT_S)
        return version


def _account(account_id: str, body: dict[str, Any]) -> Account:
    return Account(
        account_id=account_id,
        status=AccountStatus(body["status"]),
        region=body["region"],
        database=body["database"],
        settings_version=body.get("settings_version"),
        model_version=body.get("model_version"),
        reopen_within_s=body.get("reopen_within_s", 0),
    )


def _key(key_id: str, body: dict[str, Any]) -> ApiKey:
    return ApiKey(
        key_id=key_id,
        account_id=body["account_id"],
        secret_hash=body["secret_hash"],
        scopes=frozenset(Scope(scope) for scope in body["scopes"]),
        created_at=body["created_at"],
        expires_at=body.get("expires_at"),
        revoked_at=body.get("revoked_at"),
        holder=body.get("holder", ""),
    )
