"""`earpiece stage`: what a unit deploys, and nothing else, in one folder."""

from __future__ import annotations

import hashlib
import itertools
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from earpiece.domain.errors import InvalidInput, NotFound

_ENTRY = re.compile(r"^([a-z0-9][a-z0-9._-]*)==", re.MULTILINE)
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[([^\]]*)\])?")
START = {
    "functions": "functions-framework --source main.py --target {unit} --signature-type http",
    "run": "gunicorn main:app --bind :$PORT --workers 1 --threads 8 --timeout 0 --no-control-socket",
}
STARTED_OTHERWISE = {
    "trainer": "python main.py",
    "llm_gateway": "uvicorn main:app --host 0.0.0.0 --port $PORT --no-access-log --no-proxy-headers --ws none"
    " --timeout-graceful-shutdown 7",  # of the ten seconds that Cloud Run gives: the rest is for the bills
}


@click.command()
@click.argument("units", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="Stage every unit.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("dist"), show_default=True)
def stage(units: tuple[str, ...], is_all: bool, out: Path) -> None:
    """Write OUT/<unit>/: the unit, the wheel of `earpiece`, and the requirements it needs, with hashes.

    The requirements name the wheel's own hash: a build cache keyed by that text never serves yesterday's shared code.
    """
    root = workspace_root(Path.cwd())
    names = [path.name for path in _units(root)] if is_all else list(units)
    if not names:
        raise click.UsageError("name a unit, or --all")
    wheel = build_wheel(root, out)
    for name in names:
        folder = stage_unit(root, name, wheel, out)
        click.echo(folder)


def workspace_root(start: Path) -> Path:
    """The folder that holds `requirements.lock` and the units; raises NotFound."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / "requirements.lock").is_file() and (folder / "functions").is_dir():
            return folder
    raise NotFound("run this inside a checkout of Earpiece")


def build_wheel(root: Path, out: Path) -> Path:
    """The wheel of the shared package; the same source gives the same bytes."""
    folder = out / ".wheel"
    shutil.rmtree(folder, ignore_errors=True)
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin") or "uv"
    command = [
        uv,
        "build",
        "--quiet",
        "--wheel",
        "--no-create-gitignore",
        "--out-dir",
        str(folder),
        str(root / "shared"),
    ]
    subprocess.run(command, check=True)  # noqa: S603 (our own arguments)
    return next(folder.glob("earpiece-*.whl"))


def stage_unit(root: Path, unit: str, wheel: Path, out: Path) -> Path:
    """One unit's folder, made anew; raises NotFound for a name that is no unit, and for one that was not built."""
    source = next((path for path in _units(root) if path.name == unit), None)
    if source is None:
        raise NotFound(f"{unit} is no unit; there are {', '.join(path.name for path in _units(root))}")
    told = _told_of_staging(source)
    for file, command in told.get("needs", {}).items():
        if not (source / file).is_file():
            raise NotFound(f"{unit} has no {file} yet; run `{command}`")
    folder = out / unit
    shutil.rmtree(folder, ignore_errors=True)
    left_out = ("__pycache__", "*.pyc", "pyproject.toml", ".*", *told.get("leaves-out", ()))
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns(*left_out))
    shutil.copy(wheel, folder)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lines = "\n".join(requirements_of(root, source))
    (folder / "requirements.txt").write_text(f"{lines}\n./{wheel.name} --hash=sha256:{digest}\n")
    start = STARTED_OTHERWISE.get(unit, START[source.parent.name].format(unit=unit))
    (folder / "Procfile").write_text(f"web: {start}\n")
    return folder


def requirements_of(root: Path, unit: Path) -> Iterator[str]:
    """The entries of the lock that a unit needs, whole: those it names and all that these pull in."""
    entries = dict(_lock_entries((root / "requirements.lock").read_text()))
    pulled_in_by = {name: _via(text) for name, text in entries.items()}
    wanted = set(_roots(root, unit))
    while more := {name for name, parents in pulled_in_by.items() if parents & wanted} - wanted:
        wanted |= more
    if missing := wanted - entries.keys():
        raise InvalidInput(f"requirements.lock lacks {', '.join(sorted(missing))}; run `make lock`")
    return (entries[name] for name in sorted(wanted))


def _units(root: Path) -> list[Path]:
    return sorted(path.parent for kind in ("functions", "run") for path in (root / kind).glob("*/main.py"))


def _told_of_staging(unit: Path) -> dict[str, Any]:
    """`needs`: files that must have been built, each with the command; `leaves-out`: what is not deployed."""
    told: dict[str, Any] = tomllib.loads((unit / "pyproject.toml").read_text()).get("tool", {})
    return dict(told.get("earpiece", {}).get("stage", {}))


def _lock_entries(lock: str) -> Iterator[tuple[str, str]]:
    """Each name with its lines; a name that has several entries (one a Python version) keeps them together."""
    starts = [match.start() for match in _ENTRY.finditer(lock)] + [len(lock)]
    found: dict[str, str] = {}
    for begin, end in itertools.pairwise(starts):
        text = lock[begin:end].rstrip()
        name = text.partition("==")[0]
        found[name] = f"{found[name]}\n{text}" if name in found else text
    return iter(found.items())


def _via(entry: str) -> set[str]:
    comments = " ".join(line.strip(" #") for line in entry.splitlines() if line.lstrip().startswith("#"))
    return set(comments.replace("via", " ").split())


def _roots(root: Path, unit: Path) -> Iterator[str]:
    shared = tomllib.loads((root / "shared" / "pyproject.toml").read_text())["project"]
    yield from _names(shared["dependencies"])
    for requirement in tomllib.loads((unit / "pyproject.toml").read_text())["project"]["dependencies"]:
        match = _REQUIREMENT.match(requirement)
        if match and match[1] == "earpiece":
            for extra in (match[2] or "").split(","):
                yield from _names(shared["optional-dependencies"][extra.strip()])
        else:
            yield from _names([requirement])


def _names(requirements: Iterable[str]) -> Iterator[str]:
    return (match[1].lower().replace("_", "-") for text in requirements if (match := _REQUIREMENT.match(text)))


commands = {"stage": stage}
