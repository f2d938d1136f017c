"""`earpiece up`, `status` and `down`, as a person or a program uses them, interrupted at any moment."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.waiting import until

from earpiece_emulators.firestore_archive import Firestore
from earpiece_emulators.launches import MARK
from earpiece_emulators.places import State
from earpiece_emulators.processes import Identity, all_processes, carries, identify, is_alive
from earpiece_emulators.record import ProcessRecord, RuntimeRecord, read_record, write_atomically, write_record
from earpiece_emulators.runtime import Runtime
from earpiece_emulators.supervisor import Options

EARPIECE = [str(Path(sys.executable).with_name("earpiece"))]


@pytest.fixture
def state(tmp_path):
    yield State(tmp_path / "state")
    _run("down", "--state", str(tmp_path / "state"), "--timeout", "0")


def test_what_was_written_survives_down_and_an_interrupt(state):
    supervisor = _start_and_wait(state)
    _write(state, "first")
    done = _run("down", "--state", str(state.folder))
    assert (done.returncode, supervisor.wait(timeout=60)) == (0, 0)
    until(lambda: _left_of(state) == [])

    supervisor = _start_and_wait(state)
    assert _documents(state) == ["first"]
    _write(state, "second")
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(timeout=60) == 0
    until(lambda: _left_of(state) == [])

    with Runtime(state.folder, stores=["firestore"], keeps_data=True):
        assert _documents(state) == ["first", "second"]


def test_status_of_a_folder_where_nothing_runs_is_an_object_too(state):
    shown = json.loads(_run("status", "--format", "json", "--state", str(state.folder)).stdout)

    assert (shown["phase"], shown["units"], shown["stores"], shown["accounts"]) == ("stopped", {}, {}, {})


@pytest.mark.parametrize("moment", ["supervisor.lock", "runtime.json", "logs/pubsub.log", "logs/bigquery.log"])
def test_an_interrupt_while_starting_leaves_nothing_and_the_next_start_works(state, moment):
    supervisor = _start(state)
    until((state.folder / moment).exists)

    supervisor.send_signal(signal.SIGINT)

    supervisor.wait(timeout=60)
    until(lambda: _left_of(state) == [])
    with Runtime(state.folder, stores=["storage"]):
        pass


def test_a_killed_supervisor_leaves_nothing_running_and_loses_nothing_written(state):
    supervisor = _start_and_wait(state)
    _write(state, "kept")

    supervisor.kill()
    supervisor.wait()
    until(lambda: not state.runtime.exists())
    until(lambda: _left_of(state) == [])

    with Runtime(state.folder, stores=["firestore"], keeps_data=True):
        assert _documents(state) == ["kept"]


def test_what_is_left_when_even_the_warden_was_killed_is_stopped_by_the_next_start(state):
    supervisor = _start_and_wait(state)
    warden = read_record(state.runtime).warden
    os.kill(warden.pid, signal.SIGKILL)
    supervisor.kill()
    supervisor.wait()
    orphans = _left_of(state)

    with Runtime(state.folder, stores=["storage"]) as runtime:
        survivors = [orphan for orphan in orphans if is_alive(orphan)]
        own = runtime.running("storage").identity

    assert len(orphans) == 4
    assert survivors == []
    assert own not in orphans


def test_a_run_whose_folder_is_removed_stops_and_leaves_nothing(state):
    supervisor = _start_and_wait(state)

    shutil.rmtree(state.folder, ignore_errors=True)

    assert supervisor.wait(timeout=60) == 1
    until(lambda: _left_of(state) == [])


def test_the_warden_needs_no_record_to_stop_what_is_left(state):
    run = "import sys, time, pathlib; from earpiece_emulators.runtime import Runtime\n"
    run += "Runtime(pathlib.Path(sys.argv[1]), stores=['storage']).start(); print('ready', flush=True); time.sleep(60)"
    runner = subprocess.Popen([sys.executable, "-c", run, str(state.folder)], stdout=subprocess.PIPE)
    runner.stdout.readline()
    assert len(_left_of(state)) == 1

    state.runtime.unlink()
    runner.kill()
    runner.communicate()

    until(lambda: _left_of(state) == [])


def test_a_foreign_process_with_a_recorded_id_is_left_alone(state):
    foreign = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        recycled = ProcessRecord("storage", "store", "", "", 0, Identity(foreign.pid, "another start time"))
        write_record(state.runtime, RuntimeRecord("running", "p", Identity(1, "x"), processes=[recycled]))

        with Runtime(state.folder, stores=["storage"]):
            assert identify(foreign.pid) is not None
    finally:
        foreign.kill()
        foreign.wait()


def test_a_detached_start_returns_when_everything_is_ready_and_may_be_repeated(state):
    write_atomically(state.credentials, b'{"accounts": {"acme": {"api_key": "ep_live_1"}}}', mode=0o600)
    first = _run("up", "--detach", "--unit", "outbox_relay", "--state", str(state.folder))
    second = _run("up", "--detach", "--state", str(state.folder))
    shown = json.loads(_run("status", "--format", "json", "--state", str(state.folder)).stdout)
    foreground = _run("up", "--state", str(state.folder))

    assert first.returncode == 0, first.stderr
    parts = shown["stores"] | shown["units"]
    assert sorted(parts) == ["bigquery", "firestore", "outbox_relay", "pubsub", "storage"]
    assert all((part["health"], part["restarts"]) == ("ready", 0) and part["pid"] for part in parts.values())
    assert shown["units"]["outbox_relay"]["url"].startswith("http://127.0.0.1:")
    assert shown["stores"]["pubsub"]["address"].startswith("127.0.0.1:")
    assert (shown["phase"], shown["accounts"]) == ("running", {"acme": {"api_key": "ep_live_1"}})
    assert (second.returncode, "already up" in second.stderr) == (0, True)
    assert foreground.returncode == 1
    assert foreground.stderr.startswith(f"earpiece: {state.folder} is in use by a run")


def test_without_java_up_says_so_in_one_line_and_starts_nothing(state, tmp_path):
    without = os.environ | {"PATH": "/nowhere", "JAVA_HOME": "", "CLOUDSDK_ROOT": ""}

    done = _run("up", "--detach", "--state", str(state.folder), env=without)
    doctor = _run("doctor", "--format", "json", env=without)

    assert done.returncode == doctor.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Java 17 or newer is missing: " in done.stderr
    assert done.stderr.count("gcloud components install") == 1
    assert not state.folder.exists()
    missing = {item["name"]: item["install"] for item in json.loads(doctor.stdout) if not item["found"]}
    assert "gcloud components install" in missing["Pub/Sub emulator"]


def test_a_demo_that_is_interrupted_does_not_say_that_it_worked_and_leaves_nothing(state):
    # A shell may have told its children to ignore the signal, and they hand that on.
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    code = f"{heed}; from earpiece_emulators.demo import demo; demo()"
    command = [sys.executable, "-c", code, "--once", "--state", str(state.folder)]

    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as demo:
        until((state.folder / "logs" / "pubsub.log").exists)
        demo.send_signal(signal.SIGINT)

        assert demo.wait(timeout=120) == 130
    until(lambda: _left_of(state) == [])


@pytest.mark.parametrize("port", ["storage", "storage=", "storage=0", "storage=70000", "=1"])
def test_a_bad_port_is_refused(state, port):
    assert _run("up", "--port", port, "--state", str(state.folder)).returncode == 2


def _start(state):
    """A supervisor with the stores alone, as `earpiece up` runs it."""
    options = Options(str(state.folder), units=())
    command = [sys.executable, "-m", "earpiece_emulators.supervisor", options.to_json()]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _start_and_wait(state):
    supervisor = _start(state)

    def is_running():
        assert supervisor.poll() is None, state.log("supervisor").read_text()
        record = read_record(state.runtime)
        return record and record.phase == "running"

    until(is_running, patience_s=120)
    return supervisor


def _run(*arguments, env=None):
    return subprocess.run([*EARPIECE, *arguments], capture_output=True, text=True, timeout=240, env=env, check=False)


def _left_of(state):
    mark = str(state.folder)
    return [seen.identity for seen in all_processes() if carries(seen.identity.pid, MARK, mark)]


def _firestore(state):
    record = read_record(state.runtime)
    address = next(process.address for process in record.processes if process.name == "firestore")
    return Firestore(address, record.project), f"projects/{record.project}/databases/(default)/documents"


def _write(state, name):
    firestore, root = _firestore(state)
    firestore.write("(default)", [{"name": f"{root}/kept/{name}"}])
    firestore.close()


def _documents(state):
    firestore, _ = _firestore(state)
    names = [document.name.rpartition("/")[2] for document in firestore.documents("(default)")]
    firestore.close()
    return names
