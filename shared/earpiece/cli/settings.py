"""`earpiece settings`: what an account may change of its suggestions, its widget and who may call us for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import click

from earpiece.cli.printing import print_one, with_format
from earpiece.cli.staff import actor, staff_stores
from earpiece.domain.audit import AuditEntry
from earpiece.domain.errors import InvalidInput
from earpiece.domain.settings import AccountSettings, Feature

ELSEWHERE = {"llm": "earpiece llm set"}
_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}
_account_option = click.option("--account", "account_id", required=True, help="The account's id.")


@click.group()
def settings() -> None:
    """An account's settings: each change is a new version, and in the account's audit."""


@settings.command()
@_account_option
@with_format
def show(account_id: str, form: str) -> None:
    """Show the settings in force; those of language models are `earpiece llm show`."""
    stores = staff_stores()
    account = stores.account(account_id)
    told = {"settings_version": account.settings_version, **_shown(stores.settings(account).current())}
    print_one(told, form)


@settings.command("set")
@click.argument("changes", nargs=-1, required=True, metavar="NAME=VALUE...")
@_account_option
@with_format
def set_settings(changes: Sequence[str], account_id: str, form: str) -> None:
    """Put settings in force, as a new version; every unit follows within 60 s.

    A list is written with commas, and NAME= empties it, such as frame_ancestors=https://apps.mypurecloud.de
    """
    stores = staff_stores()
    account = stores.account(account_id)
    versions = stores.settings(account)
    before = versions.current()
    after = changed(before, changes)
    version = versions.add(after, _now())
    stores.accounts().activate_settings(account, version)
    differing = [name for name, value in _shown(after).items() if value != _shown(before)[name]]
    facts = {"before": account.settings_version or "", "after": version, "changed": ",".join(differing)}
    stores.audit(account).append(AuditEntry("settings_changed", actor(), _now(), facts))
    print_one({"account_id": account_id, "settings_version": version, "changed": differing}, form)


def changed(before: AccountSettings, changes: Sequence[str]) -> AccountSettings:
    """The settings with each `NAME=VALUE` in place; raises InvalidInput that names what cannot be meant."""
    known = {one.name: getattr(before, one.name) for one in fields(AccountSettings) if one.name not in ELSEWHERE}
    wanted: dict[str, Any] = {}
    for change in changes:
        name, has_value, text = change.partition("=")
        if name in ELSEWHERE:
            raise InvalidInput(f"{name} has a command of its own: {ELSEWHERE[name]}")
        if not has_value or name not in known:
            raise InvalidInput(f"{change!r} changes nothing; write NAME=VALUE with one of {', '.join(sorted(known))}")
        wanted[name] = _value(name, text.strip(), known)
    return replace(before, **wanted).checked()


def _value(name: str, text: str, known: Mapping[str, Any]) -> Any:
    """The text as a value of the kind that this setting has."""
    try:
        match known[name]:
            case bool():
                return _TRUTHS[text.lower()]
            case int():
                return int(text)
            case float():
                return float(text)
            case tuple() if name == "widget_features":
                return tuple(Feature(one) for one in _listed(text))
            case tuple():
                return tuple(_listed(text))
            case _:
                return text
    except (KeyError, ValueError) as error:
        raise InvalidInput(f"{name} cannot be {text!r}; it is now {_plain(known[name])}") from error


def _listed(text: str) -> list[str]:
    """What stands between commas, each once, in the order written."""
    return list(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))


def _shown(found: AccountSettings) -> dict[str, Any]:
    return {name: value for name, value in found.to_json().items() if name not in ELSEWHERE}


def _plain(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _now() -> datetime:
    return datetime.now(UTC)


commands = {"settings": settings}
