"""The console commands of the local system: doctor, up, status, down."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earpiece_emulators.demo import demo
from earpiece_emulators.places import STATE_VARIABLE, state_at
from earpiece_emulators.player import play

if TYPE_CHECKING:
    from earpiece_emulators.runtime import Runtime

_FORMATS = click.Choice(["table", "json"])
in_state = click.option(
    "--state",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar=STATE_VARIABLE,
    help="The folder of everything that the run writes; .local in the repository by default.",
)
as_format = click.option("--format", "form", type=_FORMATS, default="table", show_default=True)


@click.command()
@as_format
def doctor(form: str) -> None:
    """Name what this machine lacks, and the command that installs it. Exit status 1 if something needed is missing."""
    from earpiece_emulators.doctor import examine

    items = examine()
    if form == "json":
        click.echo(json.dumps([_requirement(item) for item in items], indent=1))
    else:
        for item in items:
            click.echo(f"{_word(item):9} {item.name:28} {item.found or item.install}")
    sys.exit(any(item.is_needed and not item.found for item in items))


def _requirement(item: Any) -> dict[str, Any]:
    return {"name": item.name, "found": item.found, "install": item.install, "needed": item.is_needed}


def _word(item: Any) -> str:
    if item.found:
        return "ok"
    return "missing" if item.is_needed else "optional"


@click.command()
@in_state
@click.option("--detach", is_flag=True, help="Return once everything is ready, and leave it running.")
@click.option("--port", "ports", multiple=True, metavar="NAME=PORT", help="A certain port for a unit or a store.")
@click.option("--unit", "units", multiple=True, metavar="NAME", help="This unit only, and the others so named.")
@click.option("--outbox-every", default=5.0, show_default=True, metavar="SECONDS", help="In production a minute.")
def up(folder: Path | None, detach: bool, ports: tuple[str, ...], units: tuple[str, ...], outbox_every: float) -> None:
    """Start the stores and every unit that exists. Ctrl-C drains, saves and stops; twice, it does not wait."""
    from earpiece_emulators import doctor as machine
    from earpiece_emulators.bigquery_environment import is_prepared, prepare_bigquery
    from earpiece_emulators.detached import start_detached
    from earpiece_emulators.supervisor import Options, supervise

    machine.require()
    if not is_prepared():
        progress("preparing the BigQuery stand-in, once")
        prepare_bigquery()
    options = Options(str(state_at(folder).folder), dict(map(_named_port, ports)), outbox_every, units or None)
    if detach:
        start_detached(options, progress)
    else:
        supervise(options, progress, _announce)


def _announce(runtime: Runtime) -> None:
    for name, url in runtime.plan.unit_urls().items():
        progress(f"  {name:20} {url}")
    progress("Ctrl-C stops it")


def _named_port(text: str) -> tuple[str, int]:
    name, _, port = text.partition("=")
    if not name or not port.isdigit() or not 0 < int(port) < 65536:
        raise click.BadParameter(f"{text!r} is not NAME=PORT", param_hint="--port")
    return name, int(port)


@click.command()
@in_state
@as_format
def status(folder: Path | None, form: str) -> None:
    """Show what runs, where, and how it does."""
    from earpiece_emulators.status import status_of

    shown = status_of(state_at(folder))
    click.echo(json.dumps(shown, indent=1) if form == "json" else _table(shown))


def _table(shown: dict[str, Any]) -> str:
    if shown["phase"] == "stopped":
        return f"nothing runs from {shown['state']}"
    lines = [f"{shown['phase']} from {shown['state']}"]
    for group in ("stores", "stand_ins", "units"):
        for name, part in shown[group].items():
            where = part.get("url") or part["address"]
            lines.append(f"{part['health']:6} {name:20} {where:28} pid {part['pid']}  restarts {part['restarts']}")
    for execution in shown["executions"]:
        code = execution["exit_code"]
        lines.append(f"{'runs' if code is None else f'exit {code}':6} {execution['name'].rpartition('/')[2]}")
    return "\n".join([*lines, *(f"account {account}" for account in shown["accounts"])])


@click.command()
@in_state
@click.option("--timeout", "timeout_s", default=60.0, show_default=True, help="Seconds that draining may take.")
def down(folder: Path | None, timeout_s: float) -> None:
    """Drain, save the databases, and stop everything."""
    from earpiece_emulators.detached import bring_down

    bring_down(state_at(folder), timeout_s, progress)


def progress(line: str) -> None:
    click.echo(line, err=True)


commands: dict[str, click.Command] = {
    "doctor": doctor,
    "up": up,
    "status": status,
    "down": down,
    "play": play,
    "demo": demo,
}
