"""Processes of this machine: recognise them for certain, start them in groups, stop whole groups.

A process is recognised by its id together with its start time, because ids are given again.
Reads /proc where there is one (Linux), else asks `ps` (macOS).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Identity:
    """One process: `started` is the system's own text for its start, comparable for equality only."""

    pid: int
    started: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A live process as the system shows it. Zombies are not seen: they hold nothing but their number."""

    identity: Identity
    group: int


def start(
    command: Sequence[str], *, environment: Mapping[str, str], folder: Path, log: Path
) -> subprocess.Popen[bytes]:
    """Start a process in a session and group of its own, with output appended to the log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal must reach the supervisor alone
        )


def identify(pid: int) -> Identity | None:
    """The identity of a live process, or None."""
    return next((seen.identity for seen in all_processes(only=pid)), None)


def is_alive(identity: Identity) -> bool:
    return identify(identity.pid) == identity


def in_group(group: int) -> list[Identity]:
    return [seen.identity for seen in all_processes() if seen.group == group]


def stop_group(group: int, *, grace_s: float = 10.0) -> None:
    """End every process of a group: ask first, kill those that are still there after `grace_s`."""
    for number, patience_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, 5.0)):
        signal_group(group, number)
        if _wait_until_gone(group, patience_s):
            return


def signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _wait_until_gone(group: int, patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while in_group(group):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def carries(pid: int, variable: str, value: str) -> bool:
    """Whether a process was started with this environment variable. False where the system does not tell."""
    try:
        environment = (_PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return False
    return f"{variable}={value}".encode() in environment.split(b"\0")


def all_processes(only: int | None = None) -> Iterator[Seen]:
    return _from_proc(only) if (_PROC / "self" / "stat").exists() else _from_ps(only)


def _from_proc(only: int | None) -> Iterator[Seen]:
    pids = [str(only)] if only is not None else [name for name in os.listdir(_PROC) if name.isdigit()]
    for pid in pids:
        try:
            stat = (_PROC / pid / "stat").read_text(errors="replace")
        except OSError:
            continue  # it ended meanwhile
        # The name may hold spaces and brackets: proc(5), fields 3 (state), 5 (group), 22 (start) after it.
        fields = stat.rpartition(")")[2].split()
        if fields[0] not in "ZX":
            yield Seen(Identity(int(pid), fields[19]), int(fields[2]))


def _from_ps(only: int | None) -> Iterator[Seen]:
    chosen = ["-p", str(only)] if only is not None else ["-A"]
    listing = subprocess.run(
        ["ps", *chosen, "-o", "pid=,pgid=,stat=,lstart="], capture_output=True, text=True, check=False
    )
    for line in listing.stdout.splitlines():
        pid, group, state, started = line.split(None, 3)
        if not state.startswith("Z"):
            yield Seen(Identity(int(pid), started.strip()), int(group))
