"""What every adapter of ModelFiles and ModelRecords promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.contract.adapter_sets import Adapters

from earpiece.domain.accounts import Account
from earpiece.domain.errors import Conflict, ModelUnusable, NotFound
from earpiece.domain.models import ModelRecord, ModelState
from earpiece.engine.files import verified, write_json, write_manifest
from earpiece.ports.models import ModelFiles

NOW = datetime(2026, 11, 20, 10, 15, 21, 904_123, tzinfo=UTC)
VERSION = "20261120T030000Z-0a1b2c3d"


def nothing() -> None:
    """Reach no fail point."""


@pytest.fixture
def files(adapters: Adapters, account: Account) -> ModelFiles:
    return adapters.files(account, nothing)


@pytest.fixture
def a_model(tmp_path: Path) -> Callable[[str], Path]:
    def make(text: str) -> Path:
        folder = tmp_path / f"made-{text}"
        folder.mkdir()
        for name in ("replies", "prefixes", "links"):
            write_json(folder, name, [text, name, "é" * 1000])
        write_manifest(folder, {"metrics": {"mrr": 0.25}, "text": text})
        return folder

    return make


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_model_comes_back_byte_for_byte(files: ModelFiles, a_model: Callable[[str], Path], tmp_path: Path):
    folder = a_model("first")
    files.upload(VERSION, folder)

    found = files.download(VERSION, tmp_path / "into")

    assert contents(found) == contents(folder)
    assert files.manifest(VERSION) == verified(found)
    files.verify(VERSION)
    assert list((tmp_path / "into").iterdir()) == [found]
    assert contents(files.download(VERSION, tmp_path / "into")) == contents(folder)


def test_a_version_that_was_never_written_is_not_found(files: ModelFiles, tmp_path: Path):
    with pytest.raises(NotFound):
        files.manifest(VERSION)
    with pytest.raises(NotFound):
        files.verify(VERSION)
    with pytest.raises(NotFound):
        files.download(VERSION, tmp_path / "into")


def test_the_same_model_twice_is_one_and_another_leaves_the_first_whole(
    files: ModelFiles, a_model: Callable[[str], Path], tmp_path: Path
):
    first = a_model("first")
    files.upload(VERSION, first)
    files.upload(VERSION, first)

    with pytest.raises(Conflict):
        files.upload(VERSION, a_model("second"))

    files.verify(VERSION)
    assert contents(files.download(VERSION, tmp_path / "into")) == contents(first)


def test_an_upload_that_is_cut_off_shows_nothing_and_may_be_done_again(
    adapters: Adapters, account: Account, files: ModelFiles, a_model: Callable[[str], Path], tmp_path: Path
):
    class CutOff(Exception):
        pass

    def crash() -> None:
        raise CutOff

    with pytest.raises(CutOff):
        adapters.files(account, crash).upload(VERSION, a_model("unfinished"))
    with pytest.raises(NotFound):
        files.manifest(VERSION)

    whole = a_model("whole")
    files.upload(VERSION, whole)
    assert contents(files.download(VERSION, tmp_path / "into")) == contents(whole)


@pytest.mark.parametrize("content", [None, b"", b"[]"])
def test_a_file_that_is_missing_or_cut_off_is_noticed(
    adapters: Adapters,
    account: Account,
    files: ModelFiles,
    a_model: Callable[[str], Path],
    tmp_path: Path,
    content: bytes | None,
):
    files.upload(VERSION, a_model("first"))
    adapters.damage(account, VERSION, "replies.json", content)

    with pytest.raises(ModelUnusable):
        files.verify(VERSION)
    with pytest.raises((ModelUnusable, NotFound)):
        files.download(VERSION, tmp_path / "into")
    assert list((tmp_path / "into").iterdir()) == []


def test_a_file_of_the_right_size_with_other_bytes_is_not_handed_out(
    adapters: Adapters, account: Account, files: ModelFiles, a_model: Callable[[str], Path], tmp_path: Path
):
    folder = a_model("first")
    files.upload(VERSION, folder)
    whole = (folder / "replies.json").read_bytes()
    adapters.damage(account, VERSION, "replies.json", bytes([whole[0] ^ 1]) + whole[1:])

    with pytest.raises(ModelUnusable):
        files.download(VERSION, tmp_path / "into")
    assert list((tmp_path / "into").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}"])
def test_a_manifest_that_cannot_be_read_makes_the_model_unusable(
    adapters: Adapters, account: Account, files: ModelFiles, a_model: Callable[[str], Path], content: bytes
):
    files.upload(VERSION, a_model("first"))
    adapters.damage(account, VERSION, "manifest.json", content)

    with pytest.raises(ModelUnusable):
        files.verify(VERSION)


def test_records_are_kept_whole_and_listed_newest_first(adapters: Adapters, account: Account):
    records = adapters.records(account)
    told = [
        ModelRecord(
            version=f"v{number}",
            state=ModelState.CANDIDATE,
            created_at=NOW + timedelta(seconds=number),
            reason="waits",
            parent=f"v{number - 1}" if number else None,
            metrics={"mrr": 0.25, "slices": {"nl": [1, 2]}},
            baseline={"mrr": 0.125},
            counts={"conversations": 7},
            data_hash="a" * 64,
        )
        for number in range(3)
    ]
    for number in (1, 0, 2):
        records.put(told[number])

    assert adapters.records(account).find("v1") == told[1]
    assert records.find("v9") is None
    assert records.all() == told[::-1]

    released = replace(told[1], state=ModelState.RELEASED, released_at=NOW, reason="beats v0")
    records.put(released)
    assert records.find("v1") == released
    assert records.all() == [told[2], released, told[0]]
