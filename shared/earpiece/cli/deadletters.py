"""`earpiece deadletters`: what could not be processed, and another try."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from earpiece.cli.printing import print_one, print_rows, with_format
from earpiece.cli.replay import Outcome, rehearse, replay
from earpiece.cli.staff import StaffStores, staff_stores
from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.dead_letters import DeadLetter
from earpiece.domain.errors import NotFound

_COLUMNS = ("id", "origin", "reason", "account", "first_attempt_at", "last_attempt_at", "attempts")
_FAILED = (Outcome.FAILED_AGAIN, Outcome.WOULD_FAIL)
_account_option = click.option("--account", "account_id", help="One account; without it, all, and what names none.")


@click.group()
def deadletters() -> None:
    """What could not be processed, with its reason, and another try."""


@deadletters.command("list")
@_account_option
@click.option("--include-replayed", is_flag=True, help="Also those that were replayed.")
@with_format
def list_dead_letters(account_id: str | None, include_replayed: bool, form: str) -> None:
    """List the dead letters that are open. Those of messages that name no account of ours have no account."""
    stores = staff_stores()
    found = [
        _row(dead_letter, account)
        for account in _owners(stores, account_id)
        for dead_letter in stores.dead_letters(account).all(include_replayed=include_replayed)
    ]
    print_rows(found, (*_COLUMNS, "replayed_at") if include_replayed else _COLUMNS, form)


@deadletters.command()
@click.argument("dead_letter_id")
@_account_option
@with_format
def show(dead_letter_id: str, account_id: str | None, form: str) -> None:
    """Show one, with its payload as text."""
    account, dead_letter = _find(staff_stores(), account_id, dead_letter_id)
    payload = dead_letter.payload.decode("utf-8", errors="backslashreplace")
    print_one({**_row(dead_letter, account), "attributes": dict(dead_letter.attributes), "payload": payload}, form)


@deadletters.command("replay")
@click.argument("ids", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="All that are open.")
@click.option("--dry-run", "is_rehearsal", is_flag=True, help="Say what would happen, and do nothing.")
@_account_option
@with_format
def replay_dead_letters(
    ids: Sequence[str], is_all: bool, is_rehearsal: bool, account_id: str | None, form: str
) -> None:
    """Send dead letters on their way again. Those that were replayed before are left as they are.

    Exit status 1 when one failed again.
    """
    if is_all == bool(ids):
        raise click.UsageError("name dead letters, or --all")
    stores = staff_stores()
    chosen = (
        _open(stores, account_id) if is_all else [_find(stores, account_id, wanted) for wanted in dict.fromkeys(ids)]
    )
    rows = [_try(stores, account, dead_letter, is_rehearsal) for account, dead_letter in chosen]
    print_rows(rows, ("id", "account", "outcome", "why"), form)
    click.echo(_summary([row["outcome"] for row in rows]), err=True)
    if any(row["outcome"] in _FAILED for row in rows):
        raise SystemExit(1)


def _try(stores: StaffStores, account: Account | None, dead_letter: DeadLetter, is_rehearsal: bool) -> dict[str, Any]:
    named = account or stores.accounts().find(dead_letter.attributes.get("account_id", ""))
    if is_rehearsal:
        outcome, why = rehearse(dead_letter, named)
    else:
        outcome, why = replay(
            dead_letter,
            named,
            dead_letters=stores.dead_letters(account),
            publisher=stores.publisher(),
            now=datetime.now(UTC),
        )
    return {"id": dead_letter.dead_letter_id, "account": _id(account), "outcome": outcome.value, "why": why}


def _summary(outcomes: Sequence[str]) -> str:
    counted = (f"{outcomes.count(outcome)} {outcome}" for outcome in Outcome if outcome.value in outcomes)
    return ", ".join(counted) or "nothing to replay"


def _owners(stores: StaffStores, account_id: str | None) -> Sequence[Account | None]:
    """The account; without one, all that are not deleted, and None for what names no account of ours."""
    if account_id:
        return [stores.account(account_id)]
    return [*(account for account in stores.accounts().all() if account.status is not AccountStatus.DELETED), None]


def _open(stores: StaffStores, account_id: str | None) -> list[tuple[Account | None, DeadLetter]]:
    owners = _owners(stores, account_id)
    return [(owner, dead_letter) for owner in owners for dead_letter in stores.dead_letters(owner).all()]


def _find(stores: StaffStores, account_id: str | None, dead_letter_id: str) -> tuple[Account | None, DeadLetter]:
    for owner in _owners(stores, account_id):
        if found := stores.dead_letters(owner).find(dead_letter_id):
            return owner, found
    raise NotFound(f"there is no dead letter {dead_letter_id}")


def _id(account: Account | None) -> str | None:
    return account.account_id if account else None


def _row(dead_letter: DeadLetter, account: Account | None) -> dict[str, Any]:
    return {
        "id": dead_letter.dead_letter_id,
        "origin": dead_letter.origin.value,
        "reason": dead_letter.reason,
        "account": _id(account),
        "first_attempt_at": dead_letter.first_attempt_at,
        "last_attempt_at": dead_letter.last_attempt_at,
        "attempts": dead_letter.attempts,
        "replayed_at": dead_letter.replayed_at,
    }


commands = {"deadletters": deadletters}
