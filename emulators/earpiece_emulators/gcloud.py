"""Where Google's emulators and Java are on this machine. Nothing here starts anything that stays."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

JAVA_NEEDED = 17
_FIRESTORE_JAR = "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
_PUBSUB_JAR = "platform/pubsub-emulator/lib/cloud-pubsub-emulator-*-all.jar"


def firestore_jar() -> Path | None:
    return _newest(_FIRESTORE_JAR)


def pubsub_jar() -> Path | None:
    return _newest(_PUBSUB_JAR)


def _newest(pattern: str) -> Path | None:
    for root in _sdk_roots():
        if found := sorted(root.glob(pattern)):
            return found[-1]
    return None


def _sdk_roots() -> Iterator[Path]:
    """Likely folders of the SDK, the cheapest to find first."""
    for variable in ("CLOUDSDK_ROOT", "CLOUDSDK_ROOT_DIR"):
        if os.environ.get(variable):
            yield Path(os.environ[variable])
    if gcloud := shutil.which("gcloud"):
        yield Path(gcloud).resolve().parent.parent
        if named := _sdk_root_by_gcloud(gcloud):  # wrappers (snap, Homebrew) do not lie beside the SDK
            yield Path(named)


@cache
def _sdk_root_by_gcloud(gcloud: str) -> str:
    asked = [gcloud, "info", "--format=value(installation.sdk_root)"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=False, timeout=30).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def java() -> Path | None:
    """Java's program: JAVA_HOME's, else the one on PATH."""
    home = os.environ.get("JAVA_HOME")
    if home and (Path(home) / "bin" / "java").exists():
        return Path(home) / "bin" / "java"
    found = shutil.which("java")
    return Path(found) if found else None


@cache
def java_version(program: Path) -> int:
    """Java's major version; 0 if it does not tell."""
    try:
        told = subprocess.run([program, "-version"], capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    version = re.search(r'version "(?:1\.)?(\d+)', told.stderr + told.stdout)
    return int(version[1]) if version else 0
