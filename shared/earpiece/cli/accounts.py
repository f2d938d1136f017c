"""`earpiece accounts`: make an account, look at it, and change what its people hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from earpiece.cli.create_account import (
    EMBED,
    WEBHOOKS,
    AccountStores,
    add_key,
    complete,
    is_in_force,
    register,
)
from earpiece.cli.credentials import merge_credentials, new_embed_secret, new_webhook_secret
from earpiece.cli.printing import print_one, print_rows, with_format
from earpiece.cli.staff import StaffStores, actor, staff_stores
from earpiece.domain.accounts import DEFAULT_DATABASE, Account, AccountStatus, valid_account_id
from earpiece.domain.api_keys import Scope
from earpiece.domain.audit import AuditEntry
from earpiece.domain.errors import NotFound

_COLUMNS = ("account_id", "status", "region", "database", "settings_version", "model_version")
_SECRETS = {WEBHOOKS: ("webhook_secret", new_webhook_secret), EMBED: ("embed_secret", new_embed_secret)}


@click.group()
def accounts() -> None:
    """The accounts, their secrets and their keys."""


@accounts.command()
@click.argument("account_id")
@click.option("--region", default=Account.__dataclass_fields__["region"].default, show_default=True)
@click.option(
    "--database", default=DEFAULT_DATABASE, show_default=True, help="Firestore database of its conversations."
)
@click.option("--canned", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON: replies it has.")
@with_format
def create(account_id: str, region: str, database: str, canned: Path | None, form: str) -> None:
    """Create ACCOUNT_ID, or finish what an interrupted call began. Its credentials are shown once."""
    from earpiece.cli.canned import read_canned  # the engine's normaliser, which no other command needs

    stores = staff_stores()
    replies = read_canned(canned) if canned else []
    wanted = Account(valid_account_id(account_id), region=region, database=database)
    account = register(wanted, stores.accounts())
    shown = complete(account, replies, stores=_of(stores, account), actor=actor(), now=_now())
    _keep_locally(stores, account, shown)
    print_one({"account_id": account_id, "is_new": bool(shown), **shown}, form)
    if not shown:
        click.echo(f"{account_id} was complete; its credentials were shown when it was created", err=True)


@accounts.command("list")
@with_format
def list_accounts(form: str) -> None:
    """List the accounts."""
    print_rows([_row(account) for account in staff_stores().accounts().all()], _COLUMNS, form)


@accounts.command()
@click.argument("account_id")
@with_format
def show(account_id: str, form: str) -> None:
    """Show an account, its keys and how many secrets are valid."""
    stores = staff_stores()
    account = stores.account(account_id)
    integrations = stores.integrations(account)
    keys = [
        {
            "key_id": key.key_id,
            "holder": key.holder or "account",
            "is_in_force": is_in_force(key, _now()),
            "scopes": sorted(key.scopes),
            "created_at": key.created_at,
            "expires_at": key.expires_at,
        }
        for key in stores.api_keys().of(account)
    ]
    valid = {platform: len(integrations.secrets(platform)) for platform in _SECRETS}
    more = {"reopen_within_s": account.reopen_within_s, "valid_secrets": valid, "api_keys": keys}
    print_one({**_row(account), **more}, form)


@accounts.command()
@click.argument("account_id")
def suspend(account_id: str) -> None:
    """Keep the account's data, and drop what comes in until it is resumed."""
    _change_status(account_id, AccountStatus.SUSPENDED)


@accounts.command()
@click.argument("account_id")
def resume(account_id: str) -> None:
    """Take in again what comes for the account."""
    _change_status(account_id, AccountStatus.ACTIVE)


@accounts.command("reopen-within")
@click.argument("account_id")
@click.argument("minutes", type=click.IntRange(0, 60 * 24 * 31))
def reopen_within(account_id: str, minutes: int) -> None:
    """Let a customer's message up to MINUTES after the end open a conversation again; 0 leaves it to the platform."""
    stores = staff_stores()
    account = stores.account(account_id)
    stores.accounts().change_reopening(account_id, 60 * minutes)
    change = {"before_s": str(account.reopen_within_s), "after_s": str(60 * minutes)}
    stores.audit(account).append(AuditEntry("reopening_changed", actor(), _now(), change))
    click.echo(f"{account_id}: {minutes} minutes; every unit knows within 30 s", err=True)


@accounts.command("rotate-secret")
@click.argument("account_id")
@click.option("--platform", type=click.Choice(sorted(_SECRETS)), default=WEBHOOKS, show_default=True)
@click.option("--overlap-hours", type=click.FloatRange(0, 24 * 31), default=24.0, show_default=True)
@with_format
def rotate_secret(account_id: str, platform: str, overlap_hours: float, form: str) -> None:
    """Make a new secret; the one before it stays valid for the overlap."""
    stores = staff_stores()
    account = stores.account(account_id)
    name, make = _SECRETS[platform]
    secret = make()
    until = _now() + timedelta(hours=overlap_hours)
    stores.integrations(account).rotate(platform, secret, keep_old_until=until)
    stores.audit(account).append(AuditEntry("secret_rotated", actor(), _now(), {"platform": platform}))
    _keep_locally(stores, account, {name: secret})
    print_one({"account_id": account_id, name: secret, "old_valid_until": until}, form)


@accounts.command("add-key")
@click.argument("account_id")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="One or more; without it, all.",
)
@click.option("--revoke", "revoked", help="The id of a key that ends now.")
@with_format
def add_api_key(account_id: str, scopes: tuple[str, ...], revoked: str | None, form: str) -> None:
    """Make another API key; two may be in force at a time."""
    stores = staff_stores()
    account = stores.account(account_id)
    keys = stores.api_keys()
    if revoked:
        if revoked not in {key.key_id for key in keys.of(account)}:
            raise NotFound(f"{account_id} has no key {revoked}")
        keys.revoke(revoked, _now())
        stores.audit(account).append(AuditEntry("key_revoked", actor(), _now(), {"key_id": revoked}))
    text, key = add_key(account, frozenset(map(Scope, scopes or Scope)), api_keys=keys, now=_now())
    stores.audit(account).append(AuditEntry("key_added", actor(), _now(), {"key_id": key.key_id}))
    _keep_locally(stores, account, {"api_key": text})
    print_one({"account_id": account_id, "key_id": key.key_id, "scopes": sorted(key.scopes), "api_key": text}, form)


def _of(stores: StaffStores, account: Account) -> AccountStores:
    return AccountStores(
        accounts=stores.accounts(),
        api_keys=stores.api_keys(),
        integrations=stores.integrations(account),
        settings=stores.settings(account),
        replies=stores.replies(account),
        audit=stores.audit(account),
        prepare_warehouse=lambda: stores.prepare_warehouse(account),
    )


def _change_status(account_id: str, status: AccountStatus) -> None:
    stores = staff_stores()
    account = stores.account(account_id)
    if account.status is status:
        click.echo(f"{account_id} is {status} already", err=True)
        return
    stores.accounts().change_status(account_id, status)
    stores.audit(account).append(AuditEntry(f"account_{status}", actor(), _now(), {"before": account.status.value}))
    click.echo(f"{account_id} is {status}; every unit knows within 30 s", err=True)


def _keep_locally(stores: StaffStores, account: Account, shown: dict[str, str]) -> None:
    if stores.surroundings.state and shown:
        merge_credentials(stores.surroundings.state / "credentials.json", account.account_id, shown)


def _row(account: Account) -> dict[str, Any]:
    return {name: getattr(account, name) for name in _COLUMNS} | {"status": account.status.value}


def _now() -> datetime:
    return datetime.now(UTC)


commands = {"accounts": accounts}
