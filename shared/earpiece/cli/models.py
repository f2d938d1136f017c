"""`earpiece models`: the model versions of an account, and the way back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from earpiece.cli.printing import print_one, print_rows, with_format
from earpiece.cli.roll_back import roll_back
from earpiece.cli.staff import StaffStores, actor, staff_stores
from earpiece.domain.accounts import Account
from earpiece.domain.errors import NotFound
from earpiece.domain.models import ModelRecord

_COLUMNS = ("version", "state", "is_in_service", "created_at", "recall_at_3", "coverage", "saved_keystrokes", "reason")
_account_option = click.option("--account", "account_id", required=True, help="The account's id.")


@click.group()
def models() -> None:
    """The model versions of an account."""


@models.command("list")
@_account_option
@with_format
def list_models(account_id: str, form: str) -> None:
    """List the versions, newest first."""
    stores = staff_stores()
    account = stores.account(account_id)
    rows = [_row(record, account) for record in stores.model_records(account).all()]
    if form == "table":
        rows = [{**row["metrics"], **row} for row in rows]
    print_rows(rows, _COLUMNS, form)


@models.command()
@click.argument("version")
@_account_option
@with_format
def show(version: str, account_id: str, form: str) -> None:
    """Show all that is known of VERSION."""
    stores = staff_stores()
    account = stores.account(account_id)
    print_one(_row(_record(stores, account, version), account), form)


@models.command()
@_account_option
@click.option("--to", "version", help="The version; without it, the one released before that in service.")
def rollback(account_id: str, version: str | None) -> None:
    """Put an earlier released version in service again; running instances follow within 60 s."""
    stores = staff_stores()
    account = stores.account(account_id)
    target = roll_back(
        account,
        version,
        accounts=stores.accounts(),
        records=stores.model_records(account),
        files=stores.model_files(account),
        actor=actor(),
        now=datetime.now(UTC),
    )
    click.echo(target)
    click.echo(f"{account_id}: {target} is in service instead of {account.model_version}", err=True)


def _record(stores: StaffStores, account: Account, version: str) -> ModelRecord:
    record = stores.model_records(account).find(version)
    if record is None:
        raise NotFound(f"{account.account_id} has no model version {version}")
    return record


def _row(record: ModelRecord, account: Account) -> dict[str, Any]:
    return {
        "version": record.version,
        "state": record.state.value,
        "is_in_service": record.version == account.model_version,
        "created_at": record.created_at,
        "released_at": record.released_at,
        "parent": record.parent,
        "data_hash": record.data_hash,
        "metrics": dict(record.metrics),
        "baseline": dict(record.baseline),
        "counts": dict(record.counts),
        "reason": record.reason,
    }


commands = {"models": models}
