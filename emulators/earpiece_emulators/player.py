"""Plays conversations through the webhook door: the parts, for Python, and `earpiece play`, for people."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import chain, islice
from pathlib import Path

import click

from earpiece.domain.errors import NotFound
from earpiece_emulators.deliveries import Delivery, deliveries
from earpiece_emulators.misbehaviour import Misbehaviour
from earpiece_emulators.places import State, state_at
from earpiece_emulators.playing import Played, Player
from earpiece_emulators.record import read_record
from earpiece_emulators.samples.canonical import read_conversations

__all__ = ["Delivery", "Misbehaviour", "Played", "Player", "deliveries", "play"]

_INTAKE = "webhook_intake"


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--account", required=True, help="The account that the conversations go to.")
@click.option("--url", help="Where webhook_intake is; the local run's when not given.")
@click.option("--secret", help="The account's webhook secret (whsec_…); the local one when not given.")
@click.option("--workers", type=click.IntRange(min=1), default=4, show_default=True, help="Threads that send.")
@click.option("--rate", type=float, help="Deliveries per second at most.")
@click.option("--limit", type=click.IntRange(min=1), help="Conversations at most.")
@click.option("--deadline", type=float, default=120.0, show_default=True, help="Seconds to try each delivery.")
@click.option("--duplicates", type=float, default=0.0, help="Share sent twice, 0 to 1.")
@click.option("--out-of-order", type=float, default=0.0, help="Share sent late, 0 to 1.")
@click.option("--seed", type=int, default=7, show_default=True, help="Of duplicates and order.")
@click.option("--history", type=click.Path(dir_okay=False, path_type=Path), help="Write every attempt here (JSONL).")
@click.option("--state", "folder", type=click.Path(path_type=Path, file_okay=False), help="The local run's folder.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def play(
    files: tuple[Path, ...],
    account: str,
    url: str | None,
    secret: str | None,
    workers: int,
    rate: float | None,
    limit: int | None,
    deadline: float,
    duplicates: float,
    out_of_order: float,
    seed: int,
    history: Path | None,
    folder: Path | None,
    form: str,
) -> None:
    """Send the conversations of FILES (JSONL, gzip allowed) to an account, signed, until all are acknowledged."""
    # All is read before anything is sent: a bad line must not leave half a file behind.
    conversations = list(islice(chain.from_iterable(read_conversations(file) for file in files), limit))
    player = Player(
        url or intake_url(state_at(folder)),
        account,
        secret or webhook_secret(state_at(folder), account),
        workers=workers,
        rate_per_s=rate,
        deadline_s=deadline,
        misbehaviour=Misbehaviour(duplicates, out_of_order, seed),
        progress=_show,
    )
    try:
        played = player.play(conversations)
    finally:
        if history:
            player.history.write(history)
    click.echo(json.dumps(asdict(played)) if form == "json" else _sentence(played))


def intake_url(state: State) -> str:
    """Where the local run's intake is; raises NotFound when none runs."""
    record = read_record(state.runtime)
    for process in record.processes if record else ():
        if process.name == _INTAKE:
            return process.address
    raise NotFound("webhook_intake does not run here; start it with `earpiece up`, or give --url")


def webhook_secret(state: State, account: str) -> str:
    """The account's local webhook secret; raises NotFound."""
    try:
        secret = json.loads(state.credentials.read_bytes())["accounts"][account]["webhook_secret"]
    except (OSError, ValueError, KeyError, TypeError):
        raise NotFound(f"no webhook secret of {account} is kept here; give --secret") from None
    return str(secret)


def _show(sent: int, acknowledged: int, per_s: float) -> None:
    click.echo(f"{acknowledged} of {sent} deliveries acknowledged, {per_s:.0f} per second", err=True)


def _sentence(played: Played) -> str:
    refused = f", {played.refused} refused" if played.refused else ""
    return (
        f"{played.conversations} conversations played: {played.acknowledged} of {played.sent} deliveries acknowledged"
        f"{refused}, in {played.elapsed_s:.1f} s ({played.per_s:.0f} per second, {played.attempts} requests)"
    )
