"""`earpiece train` and `earpiece evaluate`: the engine on files, without any cloud."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from earpiece.engine.answering import Answering
    from earpiece.engine.canned import CannedReplies
    from earpiece.engine.conversation_files import FiledConversations, ReadFiles
    from earpiece.engine.model import Model

FILES = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


CONVERSATIONS = click.option(
    "--conversations", "files", type=FILES, multiple=True, required=True, help="JSONL, gzip allowed."
)


@click.command()
@CONVERSATIONS
@click.option("--out", type=FOLDER, required=True, help="The model's folder; must not exist.")
@click.option("--min-agents", default=2, show_default=True, help="Different agents behind a reply, at least.")
@click.option("--min-customers", default=2, show_default=True, help="Different customers behind a reply, at least.")
@click.option(
    "--most-messages",
    type=click.IntRange(min=1),
    default=150_000,
    show_default=True,
    help="Messages of agents to learn from, at most: the newest, and a sample of the older.",
)
@click.option("--start", type=FOLDER, help="The last model, from which learning goes on in about half the time.")
def train(
    files: tuple[Path, ...], out: Path, min_agents: int, min_customers: int, most_messages: int, start: Path | None
) -> None:
    """Learn a model from files of conversations; lines that hold none are passed over and named.

    Prints what was made, and what it cost: processor seconds, by step too, and the most memory held.
    """
    from earpiece.engine.conversation_files import FiledConversations
    from earpiece.engine.files import read_manifest
    from earpiece.engine.learning import learn, learned_from
    from earpiece.engine.training import TrainingSettings

    if out.exists():
        raise click.UsageError(f"{out} exists; a model is written once")
    if start:
        read_manifest(start)  # before the files are read
    settings = TrainingSettings(min_agents=min_agents, min_customers=min_customers, most_messages=most_messages)
    progress = Progress()
    filed = FiledConversations(files)
    # A pipe gives its lines only once.
    conversations = filed if all(path.is_file() for path in files) else tuple(filed)
    corpus = learned_from(conversations, settings, progress)
    _tell_broken(filed)
    manifest = learn(corpus, out, settings, progress, start)
    told = {name: manifest[name] for name in ("counts", "thresholds", "is_continued", "model_hash", "data_hash")}
    # Never in the manifest: the same data and settings make the same bytes, on whatever machine.
    click.echo(json.dumps({**told, "skipped_lines": filed.broken_count, "cost": progress.cost.told()}))


@click.command()
@click.option("--model", type=FOLDER, help="The model's folder.")
@click.option("--canned", type=FILES, help="The account's own replies, JSON: beside the model, or alone without one.")
@CONVERSATIONS
@click.option("--against", type=FOLDER, help="Another model, asked the same: better, worse, or no difference?")
@click.option("--train", "trained_on", type=FILES, multiple=True, help="To tell which links were ever sent.")
@click.option("--limit", default=1000, show_default=True, help="Examples for ranking and retrieval; 0 is all.")
@click.option("--typing-limit", default=300, show_default=True, help="Messages typed key by key; 0 is all.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
def evaluate(
    model: Path | None,
    canned: Path | None,
    files: tuple[Path, ...],
    against: Path | None,
    trained_on: tuple[Path, ...],
    limit: int,
    typing_limit: int,
    form: str,
) -> None:
    """Say how good a model is on conversations that it has not seen, by language and beside another model."""
    from earpiece.cli.canned import read_canned
    from earpiece.cli.evaluation_table import table
    from earpiece.engine import load
    from earpiece.engine.canned import CannedReplies
    from earpiece.engine.evaluation import evaluate as measure
    from earpiece.engine.evaluation_report import report
    from earpiece.engine.protocol import links_said

    if model is None and (canned is None or against):
        raise click.UsageError("name a model with --model, or replies with --canned")
    own = CannedReplies(read_canned(canned)) if canned else None
    models = [load(folder) for folder in (model, against) if folder]
    systems: list[object] = [_beside(one, own) for one in models] or [own]
    read = _read(files)
    seen = links_said(_read(trained_on).conversations)
    done = [
        measure(system, read.conversations, limit=limit, typing_limit=typing_limit, seen_links=seen)
        for system in systems
    ]
    told = report(*done)
    if form == "table":
        click.echo("\n".join(table(told)))
        return
    asked = {"model": model, "canned": canned, "against": against}
    about = {name: str(path) if path else None for name, path in asked.items()} | {"skipped_lines": read.broken_count}
    click.echo(json.dumps({**about, **told}, indent=1))


def _beside(model: Model, own: CannedReplies | None) -> Model | Answering:
    from earpiece.engine.answering import Answering

    return Answering(model, own) if own else model


class Progress:
    """Says on standard error how far the training is: a line for each step, and for each further quarter of it."""

    def __init__(self) -> None:
        from earpiece.telemetry.cost import Cost

        self.cost = Cost("start")
        self._told: tuple[str, int] | None = None

    def __call__(self, step: str, share: float) -> None:
        self.cost.step(step)
        now = (step, int(4 * share))
        if now != self._told:
            click.echo(f"{step}: {share:.0%}" if share else f"{step} …", err=True)
            self._told = now


def _read(files: tuple[Path, ...]) -> ReadFiles:
    from earpiece.engine.conversation_files import read_files

    read = read_files(files)
    _tell_broken(read)
    return read


def _tell_broken(read: ReadFiles | FiledConversations) -> None:
    for broken in read.broken:
        click.echo(f"skipped {broken}", err=True)
    if read.broken_count:
        click.echo(f"skipped {read.broken_count} lines in all", err=True)


commands = {"train": train, "evaluate": evaluate}
