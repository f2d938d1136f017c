"""`earpiece training start`, which asks the unit over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.integration.cli.console import registry
from werkzeug.serving import make_server

from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.firestore_dead_letters import dead_letters_of
from earpiece.adapters.firestore_training_runs import FirestoreTrainingRuns
from earpiece.domain.accounts import AccountStatus
from training_trigger.app import create_app
from training_trigger.deps import Deps
from training_trigger.settings import Settings


class Silent:
    """A topic and a job that nobody asks in these tests."""

    def publish(self, topic, messages, *, timeout_s):
        pass

    def run(self, job, environment):
        raise AssertionError(f"{job} is executed by the pushed request, which nobody pushes here")


@pytest.fixture
def with_trigger(console):
    """The console of a local run in which training_trigger runs."""
    clients = FirestoreClients(console.environment["PROJECT_ID"])
    deps = Deps(
        accounts=registry(console),
        runs=lambda account: FirestoreTrainingRuns(account, clients.of(account)),
        publisher=Silent(),
        jobs=Silent(),
        dead_letters=dead_letters_of(clients),
        reach=lambda name: None,  # noqa: ARG005
        now=lambda: datetime.now(UTC),
    )
    server = make_server("127.0.0.1", 0, create_app(Settings(PROJECT_ID="p", TRAINER_JOB="j"), deps))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    unit = {"name": "training_trigger", "role": "unit", "address": f"http://127.0.0.1:{server.port}"}
    record = json.loads((console.state / "runtime.json").read_text())
    (console.state / "runtime.json").write_text(json.dumps(record | {"processes": [unit]}))
    with capture_logs():  # the unit runs in this process, and the console's output is to be read
        yield console
    server.shutdown()
    thread.join()
    server.server_close()


def start(console, account) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own: the unit of these tests logs to this one's standard output."""
    program = Path(sys.executable).with_name("earpiece")
    return subprocess.run(
        [program, "training", "start", "--account", account.account_id, "--format", "json"],
        env=os.environ | console.environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_a_start_gives_the_run_and_a_second_is_refused_with_its_id(with_trigger, account):
    started, refused = start(with_trigger, account), start(with_trigger, account)

    run_id = json.loads(started.stdout)["run_id"]
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"earpiece: run {run_id} is running\n"
    [listed] = with_trigger.data("training", "list", "--account", account.account_id)
    assert (listed["run_id"], listed["state"]) == (run_id, "requested")


def test_a_suspended_account_is_not_trained(with_trigger, account):
    registry(with_trigger).change_status(account.account_id, AccountStatus.SUSPENDED)

    refused = start(with_trigger, account)

    assert (refused.returncode, "suspended" in refused.stderr) == (1, True)


def test_without_the_unit_it_says_which_variable_names_it(console, account):
    assert "TRAINING_TRIGGER_URL" in start(console, account).stderr
