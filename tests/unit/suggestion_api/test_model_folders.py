"""Files on the local disk are believed only when every byte is as it was written."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.captured_logs import captured_logs

from earpiece.domain.errors import ModelUnusable
from earpiece.engine.files import verified, write_json, write_manifest
from suggestion_api import model_folders
from suggestion_api.model_folders import ModelFolders


@dataclass
class Store:
    """A model store with one version, a copy of which each download makes."""

    folder: Path
    downloads: list[str] = field(default_factory=list)

    def download(self, version: str, into: Path) -> Path:
        self.downloads.append(version)
        return Path(shutil.copytree(self.folder, into / version))


@pytest.fixture
def store(tmp_path) -> Store:
    folder = tmp_path / "store"
    folder.mkdir()
    write_json(folder, "words", ["one", "two"])
    write_manifest(folder, {})
    return Store(folder)


@pytest.fixture
def folders(tmp_path) -> ModelFolders:
    return ModelFolders(tmp_path / "models", verified, most_disk_bytes=1_000_000)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def alter(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"one", b"ono"))


@pytest.mark.parametrize("spoil", [truncate, alter, Path.unlink])
def test_a_spoilt_file_on_disk_is_refused_and_fetched_again(folders, store, tmp_path, spoil, monkeypatch):
    logs = captured_logs(monkeypatch, model_folders)
    folders.open("acme", "v1", store)
    spoil(tmp_path / "models" / "acme" / "v1" / "words.json")

    opened = folders.open("acme", "v1", store)

    assert (opened.is_from_disk, store.downloads) == (False, ["v1", "v1"])
    assert [line["event"] for line in logs] == ["model_files_refused"]
    assert folders.open("acme", "v1", store).is_from_disk


def test_whole_files_on_disk_are_not_fetched_again(folders, store):
    first, again = (folders.open("acme", "v1", store) for _ in range(2))

    assert (first.is_from_disk, again.is_from_disk, store.downloads) == (False, True, ["v1"])


def test_a_download_that_was_cut_off_is_never_opened(folders, store, tmp_path):
    shutil.copytree(store.folder, tmp_path / "models" / "acme" / ".v1-abc")

    assert not folders.open("acme", "v1", store).is_from_disk


def test_of_a_model_that_cannot_be_used_nothing_stays(folders, store, tmp_path):
    truncate(store.folder / "words.json")

    with pytest.raises(ModelUnusable):
        folders.open("acme", "v1", store)

    assert not list((tmp_path / "models").rglob("words.json"))
