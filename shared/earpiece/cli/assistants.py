"""`earpiece assistants`: what an account's assistants are, and what they make of its conversations."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from earpiece.cli.connect_model import KINDS, connect_model
from earpiece.cli.printing import print_one, print_rows, with_format
from earpiece.cli.staff import StaffStores, actor, staff_stores
from earpiece.domain.accounts import Account
from earpiece.domain.assistants import Asked, Assistant, Trigger
from earpiece.domain.audit import AuditEntry
from earpiece.domain.errors import InvalidInput, NotFound

_COLUMNS = ("code", "name", "version", "is_own", "triggers", "model")
_account_option = click.option("--account", "account_id", required=True, help="The account's id.")
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def assistants() -> None:
    """The assistants of an account."""


@assistants.command("list")
@_account_option
@with_format
def list_assistants(account_id: str, form: str) -> None:
    """List them: its own, and those that we ship."""
    stores = staff_stores()
    kept = stores.assistants(stores.account(account_id))
    print_rows([_row(one, bool(kept.versions(one.code))) for one in kept.all()], _COLUMNS, form)


@assistants.command()
@click.argument("code")
@_account_option
def show(code: str, account_id: str) -> None:
    """Show CODE as JSON, which `put` takes."""
    stores = staff_stores()
    click.echo(json.dumps(_find(stores, stores.account(account_id), code).to_json(), indent=1, ensure_ascii=False))


@assistants.command()
@click.argument("file", type=_file)
@_account_option
def put(file: Path, account_id: str) -> None:
    """Make the assistant in FILE the account's own of that code. Its version is told."""
    stores = staff_stores()
    account = stores.account(account_id)
    assistant = _read(file)
    stores.assistants(account).put(assistant, _now())
    told = {"code": assistant.code, "version": assistant.version}
    stores.audit(account).append(AuditEntry("assistant_changed", actor(), _now(), told))
    click.echo(assistant.version)


@assistants.command()
@click.argument("code")
@_account_option
@click.option("--conversation", "conversation_id", required=True, help="Our id of it.")
@click.option("--text", default="", help="For an assistant that takes one.")
@click.option("--option", default="", help="One of those that the assistant has.")
@click.option("--draft", type=_file, help="An assistant that is not the account's yet; with it nothing is stored.")
@click.option("--try-out", is_flag=True, help="Store nothing.")
@with_format
def run(
    code: str,
    account_id: str,
    conversation_id: str,
    text: str,
    option: str,
    draft: Path | None,
    try_out: bool,
    form: str,
) -> None:
    """Run CODE over a conversation, also one that is long over."""
    from earpiece.assistants import running

    stores = staff_stores()
    account = stores.account(account_id)
    assistant = replace(_read(draft), code=code) if draft else _find(stores, account, code)
    conversation = stores.conversations(account).find(conversation_id)
    if conversation is None:
        raise NotFound(f"{account_id} has no conversation {conversation_id}")
    wanted = running.Wanted(assistant, conversation, Trigger.ASKED, Asked(text, option))
    place = stores.place(account)
    done = running.try_out(wanted, place) if try_out or draft else running.run_once(wanted, place)
    outcome = done.outcome
    told: dict[str, Any] = {
        "run_id": done.run_id,
        "state": outcome.state.value,
        "reason": outcome.reason,
        "is_trimmed": outcome.is_trimmed,
        "model": outcome.spent.upstream_model,
        "cost_usd": outcome.spent.cost_usd,
        "latency_ms": outcome.spent.latency_ms,
        "tokens": outcome.spent.input_tokens + outcome.spent.output_tokens,
    }
    print_one({**told, "result": outcome.result} if form == "json" else told, form)
    if form != "json":
        click.echo(f"\n{outcome.text}")


@assistants.command()
@click.option("--assistant", "code", default="summarizer", show_default=True)
@click.option("--conversations", "file", type=_file, required=True, help="JSONL; see the README.")
@_account_option
@click.option("--draft", type=_file, help="An assistant that is not the account's yet.")
@with_format
def evaluate(code: str, file: Path, account_id: str, draft: Path | None, form: str) -> None:
    """Ask an assistant about each conversation of a file, through the account's model, and measure its answers."""
    from earpiece.assistants import evaluation

    stores = staff_stores()
    account = stores.account(account_id)
    assistant = _read(draft) if draft else _find(stores, account, code)
    place = stores.place(account)
    with file.open(encoding="utf-8") as lines:
        cases = evaluation.read_cases(iter(lines))
    language = place.settings.default_language
    report = evaluation.evaluate(assistant, cases, place.model, language, lambda line: click.echo(line, err=True))
    print_one({"assistant": code, "version": assistant.version, **report}, form)


@assistants.command()
@_account_option
@click.option("--kind", type=click.Choice(KINDS), required=True)
@click.option("--base-url", required=True, help="What comes before /chat/completions; for Azure before /openai.")
@click.option("--model", "upstream_model", required=True, help="The provider's model, or the deployment.")
@click.option("--key-variable", default="OPENAI_API_KEY", show_default=True, help="Where the provider's key is.")
@click.option("--upstream", default="main", show_default=True, help="How the account calls the provider.")
@click.option("--api-version", default="2024-10-21", show_default=True, help="Azure's.")
@with_format
def connect(
    account_id: str,
    kind: str,
    base_url: str,
    upstream_model: str,
    key_variable: str,
    upstream: str,
    api_version: str,
    form: str,
) -> None:
    """Let the account's assistants use a provider of language models; effective within a minute."""
    key = os.environ.get(key_variable, "")
    if not key:
        raise InvalidInput(f"{key_variable} is not set; it must hold the provider's key")
    stores = staff_stores()
    account = stores.account(account_id)
    address = {"name": upstream, "kind": kind, "base_url": base_url, "api_version": api_version}
    version = connect_model(stores, account, address, upstream_model, key, _now())
    stores.audit(account).append(AuditEntry("model_connected", actor(), _now(), {"upstream": upstream}))
    print_one({"account_id": account_id, "model": "assistants", "settings_version": version}, form)


def _find(stores: StaffStores, account: Account, code: str) -> Assistant:
    found = stores.assistants(account).find(code)
    if found is None:
        raise NotFound(f"{account.account_id} has no assistant {code}")
    return found


def _read(file: Path) -> Assistant:
    from earpiece.assistants.shipped import checked

    try:
        return checked(Assistant.from_json(json.loads(file.read_bytes())))
    except ValueError as error:
        raise InvalidInput(f"{file.name} is not JSON in UTF-8") from error


def _row(assistant: Assistant, is_own: bool) -> dict[str, Any]:
    triggers = [trigger.value for trigger in assistant.triggers]
    return {**assistant.to_json(), "version": assistant.version, "is_own": is_own, "triggers": triggers}


def _now() -> datetime:
    return datetime.now(UTC)


commands = {"assistants": assistants}
