"""Where things are: the repository, and the folder that holds everything a run writes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
STATE_VARIABLE = "EARPIECE_STATE"


@dataclass(frozen=True, slots=True)
class State:
    """The state folder of one run. Two runs with two folders share nothing."""

    folder: Path

    @property
    def runtime(self) -> Path:
        """What runs now: addresses and processes, as JSON. Gone when nothing runs."""
        return self.folder / "runtime.json"

    @property
    def lock(self) -> Path:
        return self.folder / "supervisor.lock"

    @property
    def credentials(self) -> Path:
        """The local credentials of each account, written by `earpiece accounts create` (mode 0600)."""
        return self.folder / "credentials.json"

    @property
    def firestore(self) -> Path:
        """One `<database>.jsonl.gz` for each saved database."""
        return self.folder / "firestore"

    @property
    def undelivered(self) -> Path:
        """Messages that were not taken in when the last run ended."""
        return self.folder / "undelivered.jsonl"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def demo_until(self) -> Path:
        """When the demo's conversations end (RFC 3339): a rerun plays the same ones at the same times."""
        return self.folder / "demo-until"

    @property
    def desk_port(self) -> Path:
        """The desk's port in the last run: accounts allow its address, so that the next run takes it again."""
        return self.folder / "desk-port"

    @property
    def scratch(self) -> Path:
        """The temporary folder of everything that a run starts: a process that is killed clears nothing up."""
        return self.folder / "scratch"

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def store(self, name: str) -> Path:
        """The folder in which a store keeps its own files."""
        return self.folder / "stores" / name


def state_at(folder: Path | None = None) -> State:
    """The state folder named by the argument, else by EARPIECE_STATE, else `.local/` in the repository."""
    chosen = folder or Path(os.environ.get(STATE_VARIABLE) or REPOSITORY / ".local")
    return State(chosen.expanduser().resolve())
