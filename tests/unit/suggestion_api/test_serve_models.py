"""Models are swapped whole, beside the requests, and a bad one changes nothing."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from structlog.typing import EventDict
from tests.captured_logs import captured_logs

from earpiece.domain.accounts import Account
from earpiece.domain.errors import ModelUnusable, NotFound
from suggestion_api import serve_models
from suggestion_api.model_folders import ModelFolders
from suggestion_api.serve_models import TRIM_EVERY_S, ModelShelf

ACCOUNT = Account("acme", model_version="v1")


@dataclass
class Files:
    """Stands for the model store: which versions are whole, and a gate that a download waits for."""

    whole: set[str] = field(default_factory=lambda: {"v1", "v2", "v3"})
    gate: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()

    def download(self, version: str, into: Path) -> Path:
        self.asked.append(version)
        self.gate.wait(60)
        if version not in self.whole:
            raise NotFound(f"there is no model version {version}")
        folder = into / version
        folder.mkdir(parents=True)
        (folder / "name").write_text(version)
        return folder


RESTING_BYTES, AWAKE_BYTES = 100, 150


@dataclass
class Model:
    """Says its version; holds more while somebody asks it, and what conversations cost by when they were used last."""

    text: str
    resident_bytes: int = AWAKE_BYTES
    unused: dict[float, int] = field(default_factory=dict)

    @property
    def longest_unused_s(self) -> float:
        return max(self.unused, default=0.0)

    def forget_unused(self, for_s: float) -> None:
        for unused_s in [one for one in self.unused if one >= for_s]:
            self.resident_bytes -= self.unused.pop(unused_s)

    def rest(self) -> None:
        self.resident_bytes = RESTING_BYTES


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def load(folder: Path) -> Model:
    text = (folder / "name").read_text()
    if text == "v3":
        raise ModelUnusable("v3 is corrupt")
    return Model(text)


def until(fact, patience_s: float = 60.0) -> None:
    ends = time.monotonic() + patience_s
    while not fact():
        assert time.monotonic() < ends, "it never came true"
        time.sleep(0.002)


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shelf(files, clock, tmp_path):
    made = a_shelf(files, clock, tmp_path / "models")
    yield made
    files.gate.set()
    made.close()


def a_shelf(files: Files, clock: Clock, folder: Path, *, most_bytes: int = 250, most_disk_bytes: int = 0) -> ModelShelf:
    """By default for one model that is awake and one that rests."""
    folders = ModelFolders(folder, load, most_disk_bytes)
    return ModelShelf(files_of=lambda _: files, folders=folders, most_bytes=most_bytes, retry_s=5, clock=clock)


def settle(shelf: ModelShelf, account: Account = ACCOUNT) -> None:
    shelf.model_of(account)
    until(lambda: not shelf.is_loading(account))


def loads_of(account: Account, logs: list[EventDict]) -> list[EventDict]:
    return [line for line in logs if line["event"] == "model_loaded" and line["account_id"] == account.account_id]


def version(shelf: ModelShelf, account: Account) -> str | None:
    served = shelf.model_of(account)
    return served.version if served else None


def test_the_first_load_is_no_requests_business(shelf, files):
    files.gate.clear()

    assert shelf.model_of(ACCOUNT) is None
    assert shelf.is_loading(ACCOUNT)

    files.gate.set()
    until(lambda: version(shelf, ACCOUNT) == "v1")


def test_the_old_model_serves_until_the_new_one_is_whole(shelf, files):
    settle(shelf)
    held = shelf.model_of(ACCOUNT)
    files.gate.clear()
    moved = replace(ACCOUNT, model_version="v2")

    assert version(shelf, moved) == "v1"

    files.gate.set()
    until(lambda: version(shelf, moved) == "v2")
    assert (held.version, held.model.text) == ("v1", "v1")


def test_a_version_is_fetched_once_however_many_ask(shelf, files):
    files.gate.clear()
    for _ in range(50):
        shelf.model_of(ACCOUNT)
    files.gate.set()
    until(lambda: version(shelf, ACCOUNT) == "v1")

    assert files.asked == ["v1"]


@pytest.mark.parametrize("bad", ["missing", "v3"])
def test_a_missing_or_corrupt_model_keeps_the_old_one_and_wakes_somebody(shelf, bad, monkeypatch):
    logs = captured_logs(monkeypatch, serve_models)
    settle(shelf)
    moved = replace(ACCOUNT, model_version=bad)

    settle(shelf, moved)
    until(lambda: any(line["event"] == "model_load_failed" for line in logs))

    assert version(shelf, moved) == "v1"
    failures = [line for line in logs if line["event"] == "model_load_failed"]
    assert [(line["log_level"], line["model_version"]) for line in failures] == [("error", bad)]


def test_a_bad_model_is_tried_again_at_a_bounded_rate(shelf, files, clock):
    moved = replace(ACCOUNT, model_version="missing")
    for second in range(120):
        clock.now_s = float(second)
        settle(shelf, moved)

    assert len(files.asked) == 5  # at 0, 5, 15, 35 and 75 s


def test_a_model_that_is_mended_serves_after_the_wait(shelf, files, clock):
    moved = replace(ACCOUNT, model_version="v9")
    settle(shelf, moved)
    files.whole.add("v9")

    clock.now_s = 6.0
    settle(shelf, moved)

    assert version(shelf, moved) == "v9"


def test_without_a_pointer_there_is_no_model(shelf):
    settle(shelf)

    assert shelf.model_of(replace(ACCOUNT, model_version=None)) is None


def accounts(*names: str) -> list[Account]:
    return [replace(ACCOUNT, account_id=name) for name in names]


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("name"))


def test_models_not_asked_for_rest_before_any_leaves(shelf):
    one, two = accounts("one", "two")
    settle(shelf, one)
    settle(shelf, two)

    assert shelf.loaded_accounts() == ["one", "two"]
    assert [shelf.model_of(account).model.resident_bytes for account in (one, two)] == [RESTING_BYTES, AWAKE_BYTES]


def test_the_model_not_asked_for_longest_leaves_first(shelf, files):
    one, two, three = accounts("one", "two", "three")
    settle(shelf, one)
    settle(shelf, two)
    shelf.model_of(one)
    settle(shelf, three)

    assert shelf.loaded_accounts() == ["one", "three"]
    assert shelf.resident_bytes <= 250


def test_looking_at_a_pointer_is_no_use(shelf):
    one, two, three = accounts("one", "two", "three")
    settle(shelf, one)
    settle(shelf, two)
    shelf.follow(one)
    settle(shelf, three)

    assert shelf.loaded_accounts() == ["two", "three"]


def test_a_model_that_left_serves_on_where_it_is_held(shelf):
    one, *others = accounts("one", "two", "three")
    settle(shelf, one)
    held = shelf.model_of(one)
    for account in others:
        settle(shelf, account)

    assert "one" not in shelf.loaded_accounts()
    assert held.model.text == "v1"


def test_one_model_over_the_budget_serves_all_the_same(files, clock, tmp_path):
    shelf = a_shelf(files, clock, tmp_path, most_bytes=10)
    settle(shelf)

    assert version(shelf, ACCOUNT) == "v1"


def test_what_grows_between_loads_is_noticed(shelf, clock):
    one, two = accounts("one", "two")
    settle(shelf, one)
    settle(shelf, two)
    for account in (two, one):
        shelf.model_of(account).model.resident_bytes = AWAKE_BYTES

    clock.now_s += TRIM_EVERY_S
    shelf.model_of(one)

    until(lambda: shelf.resident_bytes <= 250)
    assert shelf.model_of(two).model.resident_bytes == RESTING_BYTES


@pytest.mark.parametrize(("grown", "left"), [(10, {300.0: 20, 60.0: 20}), (30, {60.0: 20}), (50, {})])
def test_conversations_unused_for_longest_are_forgotten_before_any_model_rests(shelf, clock, grown, left):
    one, two = accounts("one", "two")
    settle(shelf, one)
    settle(shelf, two)
    for account in (two, one):
        model = shelf.model_of(account).model
        model.resident_bytes, model.unused = 125, {}
    model.resident_bytes, model.unused = 125 + grown, {900.0: 20, 300.0: 20, 60.0: 20}

    clock.now_s += TRIM_EVERY_S
    shelf.model_of(one)

    until(lambda: shelf.resident_bytes <= 250)
    assert model.unused == left
    assert shelf.model_of(two).model.resident_bytes == 125


def test_on_a_file_system_in_memory_no_file_outlives_its_load(shelf, files, tmp_path):
    settle(shelf)

    assert version(shelf, ACCOUNT) == "v1"
    assert files_in(tmp_path) == []


def test_from_a_disk_a_model_comes_back_without_the_store(files, clock, tmp_path, monkeypatch):
    logs = captured_logs(monkeypatch, serve_models)
    shelf = a_shelf(files, clock, tmp_path, most_disk_bytes=1000)
    one, *others = accounts("one", "two", "three")
    for account in (one, *others):
        settle(shelf, account)
    assert "one" not in shelf.loaded_accounts()

    settle(shelf, one)
    until(lambda: len(loads_of(one, logs)) == 2)  # told once it serves

    assert version(shelf, one) == "v1"
    assert files.asked == ["v1"] * 3
    assert (loads_of(one, logs)[1]["is_from_disk"], loads_of(one, logs)[1]["download_ms"]) == (True, 0)


def test_files_on_disk_leave_by_their_bytes_those_left_longest_first(files, clock, tmp_path):
    shelf = a_shelf(files, clock, tmp_path, most_bytes=10, most_disk_bytes=4)  # of two bytes each
    for account in accounts("one", "two", "three"):
        settle(shelf, account)

    until(lambda: [path.name for path in sorted(tmp_path.iterdir()) if files_in(path)] == ["three", "two"])


def test_files_of_a_loaded_model_stay_whatever_the_disk_may_hold(files, clock, tmp_path):
    shelf = a_shelf(files, clock, tmp_path, most_bytes=1000, most_disk_bytes=1)
    for account in accounts("one", "two"):
        settle(shelf, account)

    assert len(files_in(tmp_path)) == 2


def test_files_of_the_old_version_are_removed(files, clock, tmp_path):
    shelf = a_shelf(files, clock, tmp_path, most_disk_bytes=1000)
    settle(shelf)
    settle(shelf, replace(ACCOUNT, model_version="v2"))

    assert [path.name for path in (tmp_path / "acme").iterdir()] == ["v2"]


def test_files_of_an_account_without_a_model_are_removed(files, clock, tmp_path):
    shelf = a_shelf(files, clock, tmp_path, most_disk_bytes=1000)
    settle(shelf)

    shelf.model_of(replace(ACCOUNT, model_version=None))

    assert files_in(tmp_path) == []


def test_under_load_no_request_sees_two_versions_or_none(shelf):
    settle(shelf)
    stop, seen, wrong, pointer = threading.Event(), set(), [], ["v1"]

    def ask() -> None:
        while not stop.is_set():
            served = shelf.model_of(replace(ACCOUNT, model_version=pointer[0]))
            if served is None or served.version != served.model.text:
                wrong.append(served)
                return
            seen.add(served.version)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    until(lambda: "v1" in seen)
    pointer[0] = "v2"
    until(lambda: "v2" in seen or wrong)
    stop.set()
    for thread in threads:
        thread.join()

    assert not wrong
    assert seen == {"v1", "v2"}
