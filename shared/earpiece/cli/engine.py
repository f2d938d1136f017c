"""`earpiece train` and `earpiece evaluate`: the engine on files, without any cloud."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import click

FILES = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--conversations", "files", type=FILES, multiple=True, required=True, help="JSONL, gzip allowed.")
@click.option("--out", type=FOLDER, required=True, help="The model's folder; must not exist.")
@click.option("--min-agents", default=2, show_default=True, help="Different agents behind a reply, at least.")
@click.option("--min-customers", default=2, show_default=True, help="Different customers behind a reply, at least.")
def train(files: tuple[Path, ...], out: Path, min_agents: int, min_customers: int) -> None:
    """Learn a model from files of conversations."""
    from earpiece.engine.corpus import corpus_of, read_conversations
    from earpiece.engine.training import TrainingSettings
    from earpiece.engine.training import train as train_model

    if out.exists():
        raise click.UsageError(f"{out} exists; a model is written once")
    settings = TrainingSettings(min_agents=min_agents, min_customers=min_customers)
    out.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        manifest = train_model(corpus_of(read_conversations(files)), part, settings)
        part.rename(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    click.echo(json.dumps({name: manifest[name] for name in ("counts", "thresholds", "model_hash", "data_hash")}))


@click.command()
@click.option("--model", type=FOLDER, required=True)
@click.option("--conversations", "files", type=FILES, multiple=True, required=True, help="JSONL, gzip allowed.")
@click.option("--limit", default=400, show_default=True, help="Examples for ranking and retrieval.")
@click.option("--typing-limit", default=60, show_default=True, help="Messages typed key by key.")
@click.option("--format", "as_format", type=click.Choice(["table", "json"]), default="table", show_default=True)
def evaluate(model: Path, files: tuple[Path, ...], limit: int, typing_limit: int, as_format: str) -> None:
    """Say how good a model is on conversations that it has not seen."""
    from earpiece.engine.corpus import read_conversations
    from earpiece.engine.evaluation import evaluate as measure
    from earpiece.engine.model import load

    measures = measure(load(model), list(read_conversations(files)), limit=limit, typing_limit=typing_limit)
    if as_format == "json":
        click.echo(json.dumps(measures))
        return
    for name, value in measures.items():
        click.echo(f"{name:<22} {value}")


commands = {"train": train, "evaluate": evaluate}
