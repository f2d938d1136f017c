"""`earpiece llm`: an account's ways to language models, and the providers' keys."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from earpiece.cli.printing import print_one, with_format
from earpiece.cli.staff import StaffStores, actor, staff_stores
from earpiece.domain.accounts import Account
from earpiece.domain.audit import AuditEntry
from earpiece.domain.errors import InvalidInput, NotFound
from earpiece.domain.llm import LlmSettings, Upstream, UpstreamKind, secret_name

MOST_SECRET = 8_192
_account_option = click.option("--account", "account_id", required=True, help="The account's id.")


@click.group()
def llm() -> None:
    """Language models: an account's upstreams, named models, prices, limits and budgets."""


@llm.command()
@_account_option
@with_format
def show(account_id: str, form: str) -> None:
    """Show the settings in force, and which upstreams have their secret. Secrets are never shown."""
    stores = staff_stores()
    account = stores.account(account_id)
    settings, integrations = stores.settings(account).current().llm, stores.integrations(account)
    has_secret = {one.name: bool(integrations.secrets(secret_name(one.name))) for one in settings.upstreams}
    told = {"settings_version": account.settings_version, "has_secret": has_secret, "llm": settings.to_json()}
    print_one(told, form)


@llm.command("set")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_account_option
@with_format
def set_llm(file: Path, account_id: str, form: str) -> None:
    """Put the settings of FILE (JSON) in force, as a new version; every gateway follows within 60 s."""
    wanted = _read(file)
    stores = staff_stores()
    account = stores.account(account_id)
    versions = stores.settings(account)
    version = versions.add(replace(versions.current(), llm=wanted), _now())
    stores.accounts().activate_settings(account, version)
    facts = {"before": account.settings_version or "", "after": version}
    stores.audit(account).append(AuditEntry("llm_settings_changed", actor(), _now(), facts))
    missing = _without_secret(stores, account, wanted)
    print_one({"account_id": account_id, "settings_version": version, "without_secret": missing}, form)
    for name in missing:
        click.echo(f"{name} has no secret yet: earpiece llm secret {name} --account {account_id} < FILE", err=True)


@llm.command()
@click.argument("name")
@_account_option
def secret(name: str, account_id: str) -> None:
    """Keep the key of the upstream NAME, read from standard input; the one before it ends."""
    if sys.stdin.isatty():
        click.echo("Paste the key and end with Ctrl-D; it is not shown again.", err=True)
    text = sys.stdin.read(MOST_SECRET + 1).strip()
    if not text or len(text) > MOST_SECRET or any(character.isspace() for character in text):
        raise InvalidInput(f"standard input must hold one key of up to {MOST_SECRET} characters")
    stores = staff_stores()
    account = stores.account(account_id)
    names = [one.name for one in stores.settings(account).current().llm.upstreams]
    if name not in names:
        raise NotFound(f"{account_id} has no upstream {name}; it has {', '.join(names) or 'none'}")
    stores.integrations(account).rotate(secret_name(name), text, keep_old_until=_now())
    stores.audit(account).append(AuditEntry("secret_rotated", actor(), _now(), {"platform": secret_name(name)}))
    click.echo(f"the key of {name} is kept; every gateway uses it within 60 s", err=True)


def _read(file: Path) -> LlmSettings:
    """Raises InvalidInput that names the file and what is wrong, a field of no meaning included."""
    try:
        body = json.loads(file.read_bytes())
    except ValueError as error:
        raise InvalidInput(f"{file} is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise InvalidInput(f"{file} must hold a JSON object")
    _refuse_unknown(body, LlmSettings, str(file))
    for upstream in _dicts(body, "upstreams"):
        _refuse_unknown(upstream, Upstream, f"{file}: the upstream {upstream.get('name')}")
    return LlmSettings.from_json(body)


def _refuse_unknown(body: Mapping[str, Any], kind: type[Any], where: str) -> None:
    """A field that is misspelt would else be passed over, and its default stand without a word."""
    known = {one.name for one in fields(kind)}
    if unknown := sorted(body.keys() - known):
        raise InvalidInput(f"{where} has {', '.join(unknown)}; known are {', '.join(sorted(known))}")


def _dicts(body: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = body.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _without_secret(stores: StaffStores, account: Account, settings: LlmSettings) -> list[str]:
    integrations = stores.integrations(account)
    needing = [one.name for one in settings.upstreams if one.kind is not UpstreamKind.COMPATIBLE]
    return [name for name in needing if not integrations.secrets(secret_name(name))]


def _now() -> datetime:
    return datetime.now(UTC)


commands = {"llm": llm}
