"""Data on standard output: a table for a person, JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import click

from earpiece.domain.times import format_instant

_Command = TypeVar("_Command", bound=Callable[..., Any])
WIDEST = 60


def with_format(command: _Command) -> _Command:
    """The option `--format table|json`, as the argument `form`."""
    choice = click.Choice(["table", "json"])
    return click.option("--format", "form", type=choice, default="table", show_default=True)(command)


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], form: str) -> None:
    """Many things: a table of these columns, or a JSON list of all that is known of each."""
    if form == "json":
        click.echo(json.dumps([_plain(row) for row in rows], indent=1, ensure_ascii=False))
        return
    cells = [[_cell(row.get(name)) for name in columns] for row in rows]
    widths = [max(len(text) for text in column) for column in zip(columns, *cells, strict=True)]
    for line in (columns, *cells):
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def print_one(thing: Mapping[str, Any], form: str) -> None:
    """One thing: a line for each field, or a JSON object."""
    if form == "json":
        click.echo(json.dumps(_plain(thing), indent=1, ensure_ascii=False))
        return
    width = max(map(len, thing), default=0)
    for name, value in thing.items():
        click.echo(f"{name.ljust(width)}  {_text(value)}")


def _cell(value: Any) -> str:
    text = _text(value).replace("\n", " ")
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def _text(value: Any) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return format_instant(value)[:19] + "Z"
        case dict() | list() | tuple():
            return json.dumps(_plain(value), ensure_ascii=False)
        case _:
            return str(value)


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return format_instant(value)
        case Mapping():
            return {str(name): _plain(item) for name, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case _:
            return value
