"""The stand-in of Cloud Run jobs answers as Google's API does, and its executions are processes."""

from __future__ import annotations

import pytest
import requests
from tests.integration.emulators.tiny import UNITS, write_units
from tests.waiting import until

from earpiece_emulators.record import read_record
from earpiece_emulators.runtime import Runtime

JOB = "projects/p/locations/l/jobs/trainer"


@pytest.fixture(scope="module")
def runtime(tmp_path_factory):
    root = write_units(tmp_path_factory.mktemp("root"))
    with Runtime(tmp_path_factory.mktemp("state"), ["trainer"], [], root=root, catalogue=UNITS) as running:
        yield running


@pytest.fixture
def api(runtime):
    return f"{runtime.control}/v2"


def test_an_execution_gets_the_overrides_as_its_environment(api, runtime):
    operation = _run(api, ACCOUNT_ID="acme").json()

    assert operation["metadata"]["@type"] == "type.googleapis.com/google.cloud.run.v2.Execution"
    assert operation["metadata"]["conditions"] == [{"type": "Completed", "state": "CONDITION_PENDING"}]
    assert "done" not in operation
    execution = _ended(api, operation["metadata"]["name"])
    assert execution["succeededCount"] == 1
    assert execution["conditions"][0]["state"] == "CONDITION_SUCCEEDED"
    assert requests.get(f"{api}/{operation['name']}", timeout=60).json()["response"]["name"] == execution["name"]
    assert "trains acme" in runtime.state.log(execution["name"].rpartition("/")[2]).read_text()


def test_a_crash_is_a_failed_execution_and_stands_in_its_log(api, runtime):
    operation = _run(api, EXIT="3").json()

    execution = _ended(api, operation["metadata"]["name"])

    assert execution["failedCount"] == 1
    done = requests.get(f"{api}/{operation['name']}", timeout=60).json()
    assert done["error"]["message"] == "The execution ended with exit status 3."
    assert "ended with exit status 3" in runtime.state.log(execution["name"].rpartition("/")[2]).read_text()
    recorded = {execution.name: execution for execution in read_record(runtime.state.runtime).executions}
    assert recorded[execution["name"]].exit_code == 3


def test_an_unknown_job_is_not_found(api):
    answer = requests.post(f"{api}/projects/p/locations/l/jobs/other:run", json={}, timeout=60)

    assert answer.status_code == 404
    assert answer.json()["error"]["status"] == "NOT_FOUND"


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"overrides": 1}', b'{"overrides": {"containerOverrides": [1]}}'])
def test_a_bad_body_is_an_invalid_argument(api, body):
    answer = requests.post(f"{api}/{JOB}:run", data=body, headers={"content-type": "application/json"}, timeout=60)

    assert answer.status_code == 400


def test_a_form_post_is_refused(api):
    assert requests.post(f"{api}/{JOB}:run", data={"a": "b"}, timeout=60).status_code == 400


def _run(api, **environment):
    env = [{"name": name, "value": value} for name, value in environment.items()]
    return requests.post(f"{api}/{JOB}:run", json={"overrides": {"containerOverrides": [{"env": env}]}}, timeout=60)


def _ended(api, name):
    def done():
        execution = requests.get(f"{api}/{name}", timeout=60).json()
        return execution if "completionTime" in execution else None

    return until(done)
