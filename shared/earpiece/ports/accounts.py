"""Who our accounts are, and who may speak for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.api_keys import ApiKey
from earpiece.domain.audit import AuditEntry
from earpiece.domain.settings import AccountSettings


class AccountLookup(Protocol):
    """Who an account is: all that a door needs."""

    def find(self, account_id: str) -> Account | None:
        """The account, also a suspended or deleted one; its copy may be up to 30 s old. Raises Unavailable."""


class AccountRegistry(AccountLookup, Protocol):
    """All accounts. Every other port is made for one account that came from here."""

    def create(self, account: Account) -> Account:
        """Take the id for ever; raises Conflict when it was ever given."""

    def change_status(self, account_id: str, status: AccountStatus) -> None:
        """Raises NotFound, as every change of an account that is not there does."""

    def change_reopening(self, account_id: str, within_s: int) -> None:
        """So long after its end a customer's message opens a conversation again; 0 is never."""

    def activate_model(
        self, account: Account, version: str | None, *, instead_of: str | None, entry: AuditEntry | None = None
    ) -> None:
        """Move the pointer; raises StaleVersion when another model than `instead_of` is in service.

        `entry` goes into the account's audit with it: both happen or neither. Activating the version that is in
        service already changes nothing, whatever `instead_of` says.
        """

    def activate_settings(self, account: Account, version: str) -> None: ...

    def all(self) -> Sequence[Account]: ...


class ApiKeys(Protocol):
    """Keys of all accounts: a key names its account, so it is looked up before the account is known."""

    def find(self, key_id: str) -> ApiKey | None: ...
    def add(self, key: ApiKey) -> None:
        """Raises Conflict when the key's id is taken."""

    def revoke(self, key_id: str, at: datetime) -> None:
        """Raises NotFound."""

    def expire(self, key_id: str, at: datetime) -> None:
        """Raises NotFound."""

    def of(self, account: Account) -> Sequence[ApiKey]:
        """Oldest first."""


class SettingsVersions(Protocol):
    """Settings of one account."""

    def current(self) -> AccountSettings: ...
    def add(self, settings: AccountSettings, at: datetime) -> str:
        """Write a version once and return its id; activating it is the registry's."""


class Integrations(Protocol):
    """Secrets of one account, enveloped at rest. A copy may be up to 60 s old."""

    def secrets(self, platform: str) -> tuple[str, ...]:
        """Those valid now, newest first; empty when the platform is not set up."""

    def rotate(self, platform: str, secret: str, *, keep_old_until: datetime) -> None:
        """Make `secret` the newest; older ones stay valid until then, at most one of them."""

    def details(self, platform: str) -> Mapping[str, str]:
        """What is no secret, such as region and organisation; empty when the platform is not set up."""

    def describe(self, platform: str, details: Mapping[str, str]) -> None:
        """Put these details in place of those before; secrets stay."""

    def masking_key(self) -> bytes:
        """32 bytes from which each conversation's masking key is derived; made at first use."""
