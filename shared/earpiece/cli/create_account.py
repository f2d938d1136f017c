"""An account, from nothing to ready for its first delivery. Every step may be repeated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from earpiece.cli.credentials import new_embed_secret, new_webhook_secret
from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.api_keys import GATEWAY, ApiKey, Scope, generate_key
from earpiece.domain.audit import AuditEntry
from earpiece.domain.errors import AccountDeleted, Conflict
from earpiece.domain.replies import Reply
from earpiece.domain.settings import AccountSettings
from earpiece.ports.accounts import AccountRegistry, ApiKeys, Integrations, SettingsVersions
from earpiece.ports.audit import Audit
from earpiece.ports.conversations import Replies

WEBHOOKS = "custom"
EMBED = "embed"


@dataclass(frozen=True, slots=True)
class AccountStores:
    """What belongs to the account that is being made. `prepare_warehouse` makes its dataset and views."""

    accounts: AccountRegistry
    api_keys: ApiKeys
    integrations: Integrations
    settings: SettingsVersions
    replies: Replies
    audit: Audit
    prepare_warehouse: Callable[[], None]


def register(wanted: Account, accounts: AccountRegistry) -> Account:
    """The account of that id, made if it is not there.

    Raises AccountDeleted for an id that was given before, Conflict when it is there with another region or database.
    """
    try:
        return accounts.create(wanted)
    except Conflict:
        there = accounts.find(wanted.account_id)
        if there is None:
            raise
    if there.status is AccountStatus.DELETED:
        raise AccountDeleted(f"{wanted.account_id} was given before; an account's id is never given twice") from None
    if (there.region, there.database) != (wanted.region, wanted.database):
        raise Conflict(f"{there.account_id} is in region {there.region}, database {there.database}")
    return there


def complete(
    account: Account, canned: Sequence[Reply], *, stores: AccountStores, actor: str, now: datetime
) -> dict[str, str]:
    """Take every step that was not taken yet; the credentials, once: empty for an account that was complete.

    The API key comes last. While there is none, nobody has seen the credentials, so a call that resumes shows those
    that an interrupted one had made.
    """
    stores.integrations.masking_key()
    if account.settings_version is None:
        stores.accounts.activate_settings(account, stores.settings.add(AccountSettings(), now))
    stores.prepare_warehouse()
    if canned:
        stores.replies.add(canned)
    _gateway_key(account, stores, now)
    if any(is_shown(key) for key in stores.api_keys.of(account)):
        return {}
    shown = {
        "webhook_secret": _secret(WEBHOOKS, new_webhook_secret, stores.integrations, now),
        "embed_secret": _secret(EMBED, new_embed_secret, stores.integrations, now),
    }
    text, key = generate_key(account.account_id, frozenset(Scope), now)
    stores.audit.append(AuditEntry("account_created", actor, now, {"key_id": key.key_id}))
    stores.api_keys.add(key)
    return shown | {"api_key": text}


def add_key(account: Account, scopes: frozenset[Scope], *, api_keys: ApiKeys, now: datetime) -> tuple[str, ApiKey]:
    """A further key, as text and as stored; raises Conflict when two are in force, the most while one is rotated."""
    in_force = [key for key in api_keys.of(account) if is_shown(key) and is_in_force(key, now)]
    if len(in_force) >= 2:
        raise Conflict(f"two keys are in force: {', '.join(key.key_id for key in in_force)}; revoke one first")
    text, key = generate_key(account.account_id, scopes, now)
    api_keys.add(key)
    return text, key


def is_shown(key: ApiKey) -> bool:
    """Whether somebody holds it: not the one with which our own units call the gateway for the account."""
    return key.holder != GATEWAY


def is_in_force(key: ApiKey, now: datetime) -> bool:
    return not key.revoked_at and (key.expires_at is None or key.expires_at > now)


def _gateway_key(account: Account, stores: AccountStores, now: datetime) -> None:
    """The key with which our own units call the gateway for the account; nobody is shown it."""
    if stores.integrations.secrets(GATEWAY):
        return
    text, key = generate_key(account.account_id, frozenset({Scope.LLM_CALL}), now, holder=GATEWAY)
    stores.api_keys.add(key)
    stores.integrations.rotate(GATEWAY, text, keep_old_until=now)


def _secret(platform: str, make: Callable[[], str], integrations: Integrations, now: datetime) -> str:
    if there := integrations.secrets(platform):
        return there[0]
    secret = make()
    integrations.rotate(platform, secret, keep_old_until=now)
    return secret
