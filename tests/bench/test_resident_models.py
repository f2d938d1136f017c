"""Models of many accounts in one process: `pytest tests/bench/test_resident_models.py -s`.

Of a model that is trained here in seconds, or of the folder that EARPIECE_BENCH_MODEL names, one copy an account
(EARPIECE_BENCH_ACCOUNTS of them, 200). Each is loaded by the shelf of suggestion_api and asked as an agent would who
types, in EARPIECE_BENCH_CONVERSATIONS (20) an account; the default budget is that of a process of 2 GiB.

Memory is anonymous memory and all mapped files, touched or not: on Cloud Run, where the file system is memory, every
byte of them counts.
"""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from earpiece.domain.accounts import Account
from earpiece.engine import load
from earpiece.engine.features import Context
from earpiece.engine.model import Model
from earpiece_emulators.runtime import Runtime
from suggestion_api.freed_memory import give_back_memory
from suggestion_api.model_folders import ModelFolders
from suggestion_api.serve_models import ModelShelf
from suggestion_api.settings import Settings

from results import tell  # isort: skip

GIB = 1 << 30
ACCOUNTS = int(os.environ.get("EARPIECE_BENCH_ACCOUNTS", "200"))
DOWNLOADS = 20
CONVERSATIONS = int(os.environ.get("EARPIECE_BENCH_CONVERSATIONS", "20"))  # of each account, typed in at the end
MOST_OPEN_MS = 300.0
VERSION = "v1"
DRAFT = "Hello, I can"
CONTEXT: Context = [
    {"role": "customer", "text": "Hello, I would like to change what I ordered yesterday, is that possible?"},
    {"role": "agent", "text": "Of course, one moment please."},
    {"role": "customer", "text": "It should go to another address."},
]


def test_two_hundred_accounts_in_one_process(tmp_path: Path):
    model = _model(tmp_path / "model")
    memory, disk, storage = (_in_own_process(what, model) for what in RUNS)
    for row in (memory, disk, storage):
        tell(f"resident models, {row.pop('name')}", [row])
    assert max(memory["memory_mb"], memory["typed_memory_mb"]) * 1e6 < 2 * GIB
    assert memory["loaded"] == ACCOUNTS, "they do not fit"
    assert disk["from_disk"] == ACCOUNTS
    assert disk["open_p99_ms"] < MOST_OPEN_MS


@dataclass(frozen=True, slots=True)
class Copies:
    """Stands for the model store: every account has a copy of one folder."""

    folder: Path

    def download(self, version: str, into: Path) -> Path:
        return Path(shutil.copytree(self.folder, into / version))


def _in_memory(model: Path, folder: Path) -> dict[str, Any]:
    """All accounts in one process under the default budget, each served; one after the other, then all again."""
    budget = Settings.model_fields["most_model_bytes"].default
    before = _memory_bytes()
    shelf = _shelf(Copies(model), folder, budget)
    loads = list(_loads(shelf))
    again = [_ask(served.model) for account in _accounts() if (served := shelf.model_of(account))]
    _settle(shelf)
    loaded = len(shelf.loaded_accounts())
    memory_bytes, estimated_bytes = _memory_bytes(), shelf.resident_bytes
    calls = sorted(_typed(shelf))
    typed_bytes = _memory_bytes()
    found = {
        "name": "in memory",
        "accounts": ACCOUNTS,
        "loaded": loaded,
        "budget_mb": budget / 1e6,
        "memory_mb": memory_bytes / 1e6,
        "empty_process_mb": before / 1e6,
        "mb_an_account": (memory_bytes - before) / 1e6 / loaded,
        "estimate_mb_an_account": estimated_bytes / 1e6 / loaded,
        "open_p50_ms": _quantile([one["open_ms"] for one in loads], 0.5),
        "open_p99_ms": _quantile([one["open_ms"] for one in loads], 0.99),
        "rested_first_call_cpu_p50_ms": _quantile(again, 0.5),
        "calls": len(calls),
        "typed_memory_mb": typed_bytes / 1e6,
        "typed_estimate_mb": shelf.resident_bytes / 1e6,
        "call_p99_ms": _quantile(calls, 0.99),
        "call_max_ms": calls[-1],
        "collect_ms": _milliseconds(gc.collect),
        "descriptors": len(os.listdir("/proc/self/fd")),
    }
    shelf.close()
    return found


def _on_disk(model: Path, folder: Path) -> dict[str, Any]:
    """All accounts where a quarter of them fits: each comes back from the disk, and never from the store."""
    size = sum(path.stat().st_size for path in model.iterdir())
    shelf = _shelf(Copies(model), folder, max(ACCOUNTS // 4, 2) * size, ACCOUNTS * size + 1)
    first = list(_loads(shelf))
    again = list(_loads(shelf))
    found = {
        "name": "on a local disk",
        "accounts": ACCOUNTS,
        "loaded": len(shelf.loaded_accounts()),
        "from_store": sum(not one["is_from_disk"] for one in first),
        "from_disk": sum(one["is_from_disk"] for one in again),
        "open_p50_ms": _quantile([one["open_ms"] for one in again], 0.5),
        "open_p99_ms": _quantile([one["open_ms"] for one in again], 0.99),
        "memory_mb": _memory_bytes() / 1e6,
        "resident_mb": _resident_bytes() / 1e6,
    }
    shelf.close()
    return found


def _from_storage(model: Path, folder: Path) -> dict[str, Any]:
    """Downloads from the stand-in for Cloud Storage, by Google's client."""
    from earpiece.adapters.storage_models import StorageModelFiles

    with Runtime(folder / "run", units=[], stores=["storage"]) as runtime:
        os.environ.update(runtime.environment())
        store = StorageModelFiles(Account("bench"), runtime.cloud.bucket, runtime.cloud.project)
        store.upload(VERSION, model)
        folders = ModelFolders(folder / "models", load)
        opened = [folders.open("bench", VERSION, store) for _ in range(DOWNLOADS)]
    return {
        "name": "from the stand-in for Cloud Storage",
        "model_mb": sum(path.stat().st_size for path in model.iterdir()) / 1e6,
        "files": len(list(model.iterdir())),
        "download_p50_ms": _quantile([one.download_ms for one in opened], 0.5),
        "download_max_ms": max(one.download_ms for one in opened),
        "open_p50_ms": _quantile([one.open_ms for one in opened], 0.5),
    }


RUNS = {"memory": _in_memory, "disk": _on_disk, "storage": _from_storage}


def _in_own_process(what: str, model: Path) -> dict[str, Any]:
    """A process that has loaded nothing yet, so that all of its memory is what we ask about."""
    command = [sys.executable, __file__, what, str(model)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _shelf(store: Any, folder: Path, most_bytes: int, most_disk_bytes: int = 0) -> ModelShelf:
    folders = ModelFolders(folder / "models", load, most_disk_bytes)
    return ModelShelf(files_of=lambda _: store, folders=folders, most_bytes=most_bytes, retry_s=5)


def _accounts() -> Iterator[Account]:
    return (Account(f"account{number}", model_version=VERSION) for number in range(ACCOUNTS))


def _loads(shelf: ModelShelf) -> Iterator[dict[str, Any]]:
    """Load every account's model and ask it; what the log says of each load."""
    for account in _accounts():
        with capture_logs() as logs:
            while (served := shelf.model_of(account)) is None or shelf.is_loading(account):
                time.sleep(0.001)
        yield from (line for line in logs if line["event"] == "model_loaded")
        _ask(served.model)


def _ask(model: Model) -> float:
    """Type a draft; the processor time of the first call, in ms."""
    began_s = time.thread_time()
    assert model.suggest(CONTEXT, "", 3) is not None
    first_ms = (time.thread_time() - began_s) * 1000
    for length in range(1, len(DRAFT) + 1):
        model.complete(CONTEXT, DRAFT[:length])
    return first_ms


def _typed(shelf: ModelShelf) -> Iterator[float]:
    """Every account's agents type in conversations of their own; how long each call took, pauses included, in ms."""
    for turn in range(CONVERSATIONS):
        for account in _accounts():
            served = shelf.model_of(account)
            if served is None:
                continue
            context: Context = [*CONTEXT, {"role": "customer", "text": f"My number is {turn}, {account.account_id}."}]
            yield _milliseconds(partial(served.model.suggest, context, "", 3))
            for length in range(0, len(DRAFT), 3):
                yield _milliseconds(partial(served.model.complete, context, DRAFT[:length]))


def _settle(shelf: ModelShelf) -> None:
    shelf.trim()
    give_back_memory()


def _memory_bytes() -> int:
    mapped: dict[str, int] = {}
    for line in Path("/proc/self/maps").read_text().splitlines():
        if found := re.match(r"([0-9a-f]+)-([0-9a-f]+) r.*\s(/.*\.npy)", line):
            mapped[line] = int(found[2], 16) - int(found[1], 16)
    return _status_bytes("RssAnon") + sum(mapped.values())


def _resident_bytes() -> int:
    return _status_bytes("VmRSS")


def _status_bytes(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def _milliseconds(do: Any) -> float:
    began_s = time.perf_counter()
    do()
    return (time.perf_counter() - began_s) * 1000


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def _model(folder: Path) -> Path:
    if named := os.environ.get("EARPIECE_BENCH_MODEL"):
        return Path(named)
    from datetime import UTC, datetime

    from earpiece.engine.corpus import corpus_of
    from earpiece.engine.training import train
    from earpiece_emulators.samples.generate import generate

    from test_suggestion_api import _to_train_from  # isort: skip

    train(corpus_of([_to_train_from(one) for one in generate("lumen", count=200, until=datetime.now(UTC))]), folder)
    return folder


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as parent:
        print(json.dumps(RUNS[sys.argv[1]](Path(sys.argv[2]), Path(parent))))
