"""The environment of BigQuery's stand-in: a virtual environment of its own, with DuckDB's extensions in place.

bqemulator wants an older protobuf than Google's clients, and DuckDB would fetch its extensions from the
internet at the first query: they come from the package registry instead, and HOME tells DuckDB where they are.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from earpiece.domain.errors import EarpieceError, Unavailable
from earpiece_emulators.places import REPOSITORY

ENVIRONMENT = REPOSITORY / ".venv-bigquery"
HOME = ENVIRONMENT / "home"
_LOCK_FILE = REPOSITORY / "emulators" / "bigquery" / "requirements.lock"
_DONE = ENVIRONMENT / "requirements.sha256"


def program() -> Path:
    return ENVIRONMENT / "bin" / "bqemulator"


def find_uv() -> Path | None:
    """The `uv` beside this Python, else the one on PATH."""
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    return Path(found) if found else None


def is_prepared() -> bool:
    return program().exists() and _DONE.exists() and _DONE.read_text() == _lock_hash()


def prepare_bigquery() -> None:
    """Make the environment when it is missing or its lock has changed. Several processes may call this at once.

    Raises Unavailable when uv is missing or cannot install.
    """
    if is_prepared():
        return
    uv = find_uv()
    if uv is None:
        raise Unavailable(f"uv is missing: {sys.executable} -m pip install uv")
    with _LOCK_FILE.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_prepared():
            _install(uv)
            _place_extensions()
            _DONE.write_text(_lock_hash())


def _install(uv: Path) -> None:
    python = str(ENVIRONMENT / "bin" / "python")
    _run(str(uv), "venv", "--quiet", "--clear", "--python", sys.executable, str(ENVIRONMENT))
    _run(str(uv), "pip", "sync", "--quiet", "--require-hashes", "--python", python, str(_LOCK_FILE))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Unavailable(f"the BigQuery stand-in could not be installed: {why}")


def _place_extensions() -> None:
    """Copy DuckDB's extensions to where it looks for them: `$HOME/.duckdb/extensions/v<version>/<platform>/`."""
    asked = "import duckdb; print(duckdb.__version__, duckdb.sql('PRAGMA platform').fetchone()[0])"
    told = subprocess.run([ENVIRONMENT / "bin" / "python", "-c", asked], capture_output=True, text=True, check=True)
    version, platform = told.stdout.split()
    folder = HOME / ".duckdb" / "extensions" / f"v{version}" / platform
    folder.mkdir(parents=True, exist_ok=True)
    for extension in ENVIRONMENT.glob("lib/python*/site-packages/duckdb_extension_*/extensions/*/*.duckdb_extension"):
        # A hard link where the file system allows it: they are 140 MB.
        (folder / extension.name).unlink(missing_ok=True)
        try:
            os.link(extension, folder / extension.name)
        except OSError:
            shutil.copy2(extension, folder / extension.name)


def main() -> None:
    """Prepare it; the Makefile's part of `make setup`."""
    try:
        prepare_bigquery()
    except EarpieceError as error:
        sys.exit(f"earpiece: {error}")


def _lock_hash() -> str:
    return hashlib.sha256(_LOCK_FILE.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
