"""`earpiece play`, as a person types it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from earpiece.domain.errors import InvalidInput, NotFound
from earpiece_emulators.player import play
from earpiece_emulators.processes import Identity
from earpiece_emulators.record import Phase, ProcessRecord, RuntimeRecord, write_record
from earpiece_emulators.samples import generate, to_canonical

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "all.jsonl"
    path.write_text("".join(json.dumps(to_canonical(one)) + "\n" for one in generate("lumen", count=5)))
    return str(path)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EARPIECE_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def run(*arguments: str) -> Any:
    return CliRunner().invoke(play, arguments, catch_exceptions=True)


def test_files_are_played_and_the_history_is_written(intake: Any, file: str, tmp_path: Path):
    history = tmp_path / "history.jsonl"

    done = run(file, file, "--account", "lumen", "--url", intake.url, "--secret", SECRET, "--history", str(history))

    assert done.exit_code == 0
    assert done.stdout.startswith("10 conversations played: ")
    assert "deliveries acknowledged" in done.stderr
    assert len(history.read_text().splitlines()) == len(intake.taken) > 0


def test_a_program_gets_json_and_a_limit_holds_over_all_files(intake: Any, file: str):
    given = (file, file, "--account", "lumen", "--url", intake.url, "--secret", SECRET)

    done = run(*given, "--limit", "7", "--format", "json", "--duplicates", "0.5")

    told = json.loads(done.stdout)
    assert told["conversations"] == 7
    assert told["acknowledged"] == told["sent"] == len(intake.taken)


def test_a_local_run_needs_neither_address_nor_secret(intake: Any, file: str, state: Path):
    process = ProcessRecord("webhook_intake", "unit", address=intake.url, probe="/readyz", restarts=0)
    write_record(state / "runtime.json", RuntimeRecord(Phase.RUNNING, "p", Identity(1, ""), processes=[process]))
    (state / "credentials.json").write_text(json.dumps({"accounts": {"lumen": {"webhook_secret": SECRET}}}))

    by_environment = run(file, "--account", "lumen")
    by_option = run(file, "--account", "lumen", "--state", str(state))

    assert (by_environment.exit_code, by_option.exit_code) == (0, 0)
    assert intake.taken


@pytest.mark.usefixtures("state")
def test_without_a_local_run_the_missing_option_is_named(file: str):
    nowhere = run(file, "--account", "lumen")
    nobody = run(file, "--account", "lumen", "--url", "http://127.0.0.1:9")

    assert isinstance(nowhere.exception, NotFound)
    assert "earpiece up" in str(nowhere.exception)
    assert "--url" in str(nowhere.exception)
    assert isinstance(nobody.exception, NotFound)
    assert "--secret" in str(nobody.exception)


def test_ctrl_c_ends_it_at_once_and_the_history_is_kept(intake: Any, file: str, tmp_path: Path):
    history, begun = tmp_path / "history.jsonl", threading.Event()
    intake.answer = lambda _number, _body: begun.set() or 200
    options = ["--account", "lumen", "--url", intake.url, "--secret", SECRET, "--rate", "2", "--history", str(history)]
    # A shell may have told its children to ignore the signal, and they hand that on.
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    code = f"{heed}; from earpiece_emulators.player import play; play()"

    with subprocess.Popen([sys.executable, "-c", code, file, *options], stderr=subprocess.PIPE) as playing:
        assert begun.wait(60)
        playing.send_signal(signal.SIGINT)
        playing.communicate(timeout=20)  # at two a second all of it takes longer

    rows = [json.loads(line) for line in history.read_text().splitlines()]
    assert playing.returncode == 1
    assert sum(row["acknowledged"] for row in rows) == len(intake.taken) > 0


def test_nothing_of_a_file_with_a_bad_line_is_sent(intake: Any, file: str):
    with Path(file).open("a") as lines:
        lines.write("{torn\n")

    done = run(file, "--account", "lumen", "--url", intake.url, "--secret", SECRET)

    assert isinstance(done.exception, InvalidInput)
    assert str(done.exception) == f"{file}, line 6: not JSON"
    assert not intake.taken
