"""The widget as it is built: the same bytes each time, nothing of the machine in them, and no larger than it may be."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "run/widget/web"
ENTRIES = ("element", "frame", "bridge", "loader")
PROMISED = {"element": 15_000, "frame": 15_000, "bridge": 4_000, "loader": 1_500}  # gzipped, and never more
BUDGETS = json.loads((WEB / "budgets.json").read_text())  # what it is now, with a little room
_STATIC_IMPORT = re.compile(r"""(?:\bfrom|\bimport)[\s]*["'`]\./([^"'`]+)["'`]""")


def build(folder: Path) -> Path:
    command = ("npm", "--prefix", str(WEB), "run", "--silent", "build")
    done = subprocess.run(
        command, env={**os.environ, "WIDGET_ASSETS": str(folder)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("widget") / "assets")


def hashes(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def entry(folder: Path, name: str) -> str:
    found: str = json.loads((folder / "manifest.json").read_text())[name]
    return found


def loaded_at_once(folder: Path, name: str) -> Iterator[str]:
    """A file and what it imports before it runs."""
    yield name
    for other in _STATIC_IMPORT.findall((folder / name).read_text()):
        yield from loaded_at_once(folder, other)


def gzipped(folder: Path, name: str) -> int:
    return (folder / f"{name}.gz").stat().st_size


def test_two_builds_of_the_same_sources_are_the_same_bytes(built: Path, tmp_path: Path):
    again = build(tmp_path / "again")

    assert hashes(again) == hashes(built)


def test_every_file_is_named_after_its_content_and_has_its_small_forms(built: Path):
    scripts = [file.name for file in built.glob("*.js")]

    assert {entry(built, name) for name in ENTRIES} <= set(scripts)
    for name in scripts:
        assert re.fullmatch(r"[a-z_]+-[A-Za-z0-9_-]{8}\.js", name)
        assert (built / f"{name}.gz").is_file()
        assert (built / f"{name}.br").is_file()


def test_no_file_tells_where_it_was_built(built: Path):
    for file in built.glob("*.js"):
        assert str(ROOT) not in file.read_text()
        assert "sourceMappingURL" not in file.read_text()


def test_no_file_makes_code_out_of_text_or_fetches_from_elsewhere(built: Path):
    for file in built.glob("*.js"):
        assert not re.search(r"\beval\(|new Function\(|document\.write\(", file.read_text()), file.name


@pytest.mark.parametrize("name", PROMISED)
def test_what_a_page_waits_for_is_small(built: Path, name: str):
    files = list(loaded_at_once(built, entry(built, name)))

    assert sum(gzipped(built, file) for file in files) <= BUDGETS["waited_for"][name] <= PROMISED[name], files


def test_what_comes_later_is_within_the_budget_that_its_name_has(built: Path):
    waited_for = {entry(built, name) for name in ENTRIES}
    sizes = {file.name[:-12]: gzipped(built, file.name) for file in built.glob("*.js") if file.name not in waited_for}

    assert sizes.keys() == BUDGETS["later"].keys()
    assert {name: size for name, size in sizes.items() if size > BUDGETS["later"][name]} == {}


def test_a_browser_takes_every_script_for_utf_8(built: Path):
    """As a content script Chrome refuses a file with a noncharacter, valid as that is."""
    strange = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")

    assert [file.name for file in built.glob("*.js") if strange.search(file.read_text("utf-8"))] == []
