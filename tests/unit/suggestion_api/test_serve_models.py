"""Models are swapped whole, beside the requests, and a bad one changes nothing."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from earpiece.domain.accounts import Account
from earpiece.domain.errors import ModelUnusable, NotFound
from suggestion_api.serve_models import ModelShelf

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
        self.gate.wait(10)
        if version not in self.whole:
            raise NotFound(f"there is no model version {version}")
        folder = into / version
        folder.mkdir(parents=True)
        (folder / "name").write_text(version)
        return folder


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def load(folder: Path) -> str:
    text = (folder / "name").read_text()
    if text == "v3":
        raise ModelUnusable("v3 is corrupt")
    return text


def until(fact, patience_s: float = 5.0) -> None:
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
    made = ModelShelf(files_of=lambda _: files, load=load, folder=tmp_path / "models", most=2, retry_s=5, clock=clock)
    yield made
    files.gate.set()
    made.close()


def settle(shelf: ModelShelf, account: Account = ACCOUNT) -> None:
    shelf.model_of(account)
    until(lambda: not shelf.is_loading(account))


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
    assert (held.version, held.model) == ("v1", "v1")


def test_a_version_is_fetched_once_however_many_ask(shelf, files):
    files.gate.clear()
    for _ in range(50):
        shelf.model_of(ACCOUNT)
    files.gate.set()
    until(lambda: version(shelf, ACCOUNT) == "v1")

    assert files.asked == ["v1"]


@pytest.mark.parametrize("bad", ["missing", "v3"])
def test_a_missing_or_corrupt_model_keeps_the_old_one_and_wakes_somebody(shelf, bad):
    settle(shelf)
    moved = replace(ACCOUNT, model_version=bad)

    with capture_logs() as logs:
        settle(shelf, moved)

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


def test_the_model_not_asked_for_longest_goes_first_and_its_files_too(shelf, tmp_path):
    accounts = [replace(ACCOUNT, account_id=name) for name in ("one", "two", "three")]
    for account in accounts:
        settle(shelf, account)

    assert shelf.loaded_accounts() == ["two", "three"]
    until(lambda: not (tmp_path / "models" / "one").exists())


def test_files_of_the_old_version_are_removed(shelf, tmp_path):
    settle(shelf)
    moved = replace(ACCOUNT, model_version="v2")
    settle(shelf, moved)

    until(lambda: [path.name for path in (tmp_path / "models" / "acme").iterdir()] == ["v2"])


def test_under_load_no_request_sees_two_versions_or_none(shelf):
    settle(shelf)
    stop, seen, wrong, pointer = threading.Event(), set(), [], ["v1"]

    def ask() -> None:
        while not stop.is_set():
            served = shelf.model_of(replace(ACCOUNT, model_version=pointer[0]))
            if served is None or served.version != served.model:
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
