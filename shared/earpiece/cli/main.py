"""`earpiece`: one command for people and programs. Data on standard output, progress on standard error."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

import click

from earpiece.domain.errors import EarpieceError


class Commands(click.Group):
    """Commands of this package and of any installed one that offers some (entry points `earpiece.commands`).

    An entry point with a command's name is imported alone, so that `earpiece models list` does not pay for numpy.
    """

    def _groups(self) -> dict[str, click.Command]:
        offered = entry_points(group="earpiece.commands")
        return {name: command for point in offered for name, command in point.load().items()}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return sorted(self._groups())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        for point in entry_points(group="earpiece.commands", name=cmd_name):
            command: click.Command | None = point.load().get(cmd_name)
            if command:
                return command
        return self._groups().get(cmd_name)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def earpiece() -> None:
    """Run, feed, train and look after Earpiece."""


def main() -> None:
    """The console entry: our own errors become one line on standard error and exit status 1."""
    try:
        earpiece()
    except EarpieceError as error:
        click.echo(f"earpiece: {error}", err=True)
        sys.exit(1)
