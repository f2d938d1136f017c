"""How the demo tells of what it does, and waits for what it caused."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import click

from earpiece.domain.errors import Unavailable

Found = TypeVar("Found")


class Teller:
    """Progress on standard error, each line with the seconds since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, line: str) -> None:
        click.echo(f"[{time.monotonic() - self._began:6.1f} s] {line}", err=True)


def wait_until(
    look: Callable[[], Found],
    describe: Callable[[Found], str],
    say: Callable[[str], None],
    *,
    is_done: Callable[[Found], bool],
    patience_s: float = 300.0,
    pause_s: float = 1.0,
) -> Found:
    """What was found once it is done, telling whenever it changes.

    Raises Unavailable when nothing has changed for `patience_s`: a busy machine takes as long as it takes.
    """
    until_s = time.monotonic() + patience_s
    told = ""
    while True:
        found = look()
        if is_done(found):
            return found
        if (line := describe(found)) != told:
            say(line)
            told, until_s = line, time.monotonic() + patience_s
        if time.monotonic() > until_s:
            raise Unavailable(f"{line}: nothing for {patience_s:g} s; see the logs of the units")
        time.sleep(pause_s)
