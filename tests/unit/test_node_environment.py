"""Which Node.js will do, and where one comes from that the machine has not."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from earpiece_emulators import node_environment
from earpiece_emulators.node_environment import find_node, is_new_enough


@pytest.mark.parametrize("version", ["v20.19.0\n", "v20.20.2", "v22.12.0", "v22.13.1", "v24.19.0", "v30.0.0"])
def test_a_version_that_vite_runs_on_will_do(version: str):
    assert is_new_enough(version)


@pytest.mark.parametrize("version", ["v18.20.4", "v20.18.3", "v21.7.3", "v22.11.0", "v8.0.0", "", "nonsense"])
def test_an_older_version_or_none_will_not(version: str):
    assert not is_new_enough(version)


def a_program(folder: Path, name: str, says: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho {says}\n")
    (folder / name).chmod(stat.S_IRWXU)


def test_a_node_that_is_too_old_or_lacks_npm_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(node_environment, "PROGRAMS", tmp_path / "nothing")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_node() is None

    a_program(tmp_path, "node", "v22.12.0")
    assert find_node() is None
    a_program(tmp_path, "npm", "11.0.0")
    assert find_node() == str(tmp_path / "node")
    a_program(tmp_path, "node", "v18.0.0")
    assert find_node() is None


def test_the_one_that_was_brought_goes_before_the_machines_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(node_environment, "PROGRAMS", tmp_path / "brought")
    monkeypatch.setenv("PATH", str(tmp_path / "own"))
    for folder in ("own", "brought"):
        a_program(tmp_path / folder, "node", "v22.12.0")
        a_program(tmp_path / folder, "npm", "11.0.0")

    assert find_node() == str(tmp_path / "brought" / "node")
