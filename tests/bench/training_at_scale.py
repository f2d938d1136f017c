"""What training costs as an account grows: processor seconds, memory, and the bytes of the model.

    .venv/bin/python tests/bench/training_at_scale.py --from TRAIN.jsonl.gz --counts 2500 10000 100000

Without --from, and without files named in EARPIECE_BENCH_CONVERSATIONS (a colon between), a sample account is
multiplied. One training at a time, in a process of its own, on one thread unless --threads says otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from multiply import account_of, multiplied, write  # isort: skip
from results import tell  # isort: skip

TRAIN = "from earpiece.cli.main import main; main()"
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def scaled(files: Sequence[Path], counts: Iterable[int], threads: int = 1, options: Sequence[str] = ()) -> Any:
    """A row for each number of conversations."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        account = account_of(files, scratch)
        for count in counts:
            said = scratch / f"{count}.jsonl.gz"
            write(multiplied(account, count), said)
            yield trained(said, scratch / f"model-{count}", threads, options)


def trained(said: Path, out: Path, threads: int, options: Sequence[str]) -> dict[str, Any]:
    """What one training took, and what it made."""
    began_s = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, "train", "--conversations", said, "--out", out, *options],
        env=os.environ | dict.fromkeys(THREADS, str(threads)),
        stdout=subprocess.PIPE,
        check=True,
    )
    told = json.loads(done.stdout)
    return {
        "conversations": int(said.name.split(".")[0]),
        "learned": told["counts"]["train_conversations"],
        "contexts": told["counts"]["contexts"],
        "replies": told["counts"]["replies"],
        "wall_s": time.monotonic() - began_s,
        "cpu_s": told["cost"]["cpu_s"],
        "reading_s": told["cost"]["step_cpu_s"]["reading"],
        "peak_mb": told["cost"]["peak_mb"],
        "model_mb": sum(path.stat().st_size for path in out.iterdir()) / 1e6,
        "steps": told["cost"]["step_cpu_s"],
    }


def named() -> list[Path]:
    return [Path(name) for name in os.environ.get("EARPIECE_BENCH_CONVERSATIONS", "").split(":") if name]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--from", dest="files", type=Path, nargs="+", help="conversations to multiply")
    asked.add_argument("--counts", type=int, nargs="+", default=(2_500, 10_000, 100_000))
    asked.add_argument("--threads", type=int, default=1)
    told, options = asked.parse_known_args()
    rows = []
    for row in scaled(told.files or named(), told.counts, told.threads, options):
        print(json.dumps(row), flush=True)
        rows.append(row)
    tell("training_at_scale", [{name: row[name] for name in row if name != "steps"} for row in rows])


if __name__ == "__main__":
    main()
