"""The stand-in of Cloud Run jobs: an execution is a process that runs `python main.py` in the job's folder.

Answers as the Cloud Run Admin API v2 does (projects.locations.jobs.run and executions.get, REST reference):
`run` answers a long-running operation whose metadata is the execution.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from earpiece.domain.errors import InvalidInput, NotFound
from earpiece_emulators.launches import clean_environment, environment_of
from earpiece_emulators.places import State
from earpiece_emulators.processes import Identity, identify, start, stop_group

_TYPE = "type.googleapis.com/google.cloud.run.v2.Execution"


@dataclass(frozen=True, slots=True)
class Execution:
    """One run of a job. `exit_code` is None while it runs, negative when a signal ended it."""

    name: str  # projects/…/locations/…/jobs/…/executions/…
    identity: Identity | None
    started_at: datetime
    log: str
    ended_at: datetime | None = None
    exit_code: int | None = None

    @property
    def job(self) -> str:
        return self.name.rpartition("/executions/")[0]


class Jobs:
    """The executions of one run of the runtime. `changed` is called when one starts or ends."""

    def __init__(
        self, folders: Mapping[str, Path], environment: Mapping[str, str], state: State, changed: Callable[[], None]
    ) -> None:
        self._folders = folders
        self._environment = environment
        self._state = state
        self._changed = changed
        self._executions: dict[str, Execution] = {}
        self._lock = threading.Lock()

    def executions(self) -> list[Execution]:
        with self._lock:
            return list(self._executions.values())

    def running(self) -> list[Execution]:
        return [execution for execution in self.executions() if execution.exit_code is None]

    def find(self, name: str) -> Execution:
        with self._lock:
            if name not in self._executions:
                raise NotFound(f"there is no execution {name}")
            return self._executions[name]

    def run(self, job: str, body: Mapping[str, Any]) -> Execution:
        """Start an execution with the overrides of the request's body. Raises NotFound or InvalidInput."""
        folder = self._folders.get(job.rpartition("/")[2])
        if folder is None:
            raise NotFound(f"there is no job {job}")
        short = f"{job.rpartition('/')[2]}-{secrets.token_hex(3)}"
        log = self._state.log(short)
        told = clean_environment() | dict(self._environment) | _overrides(body) | environment_of(self._state)
        process = start(
            [sys.executable, "main.py"],
            environment=told | {"CLOUD_RUN_EXECUTION": short},
            folder=folder,
            log=log,
        )
        name = f"{job}/executions/{short}"
        execution = Execution(name, identify(process.pid), datetime.now(UTC), str(log))
        self._keep(execution)
        threading.Thread(target=self._await, args=[execution, process], daemon=True).start()
        return execution

    def stop(self) -> None:
        """Stop what still runs, as Cloud Run cancels an execution: ask, then kill."""
        for execution in self.running():
            if execution.identity:
                stop_group(execution.identity.pid)

    def _await(self, execution: Execution, process: subprocess.Popen[bytes]) -> None:
        code = process.wait()
        if code != 0:
            with Path(execution.log).open("a") as log:
                log.write(f"earpiece: execution {execution.name} ended with {_ending(code)}\n")
        self._keep(replace(execution, ended_at=datetime.now(UTC), exit_code=code))

    def _keep(self, execution: Execution) -> None:
        with self._lock:
            self._executions[execution.name] = execution
        self._changed()


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit status {code}"


def _overrides(body: Mapping[str, Any]) -> dict[str, str]:
    """The environment of `overrides.containerOverrides[].env[]`."""
    try:
        containers = (body.get("overrides") or {}).get("containerOverrides") or []
        return {item["name"]: str(item["value"]) for container in containers for item in container.get("env", [])}
    except (AttributeError, KeyError, TypeError) as error:
        raise InvalidInput("overrides must be {containerOverrides: [{env: [{name, value}]}]}") from error


def execution_json(execution: Execution) -> dict[str, Any]:
    """An execution as Google's API shows it."""
    job = execution.job.rpartition("/")[2]
    state = {None: "CONDITION_PENDING", 0: "CONDITION_SUCCEEDED"}.get(execution.exit_code, "CONDITION_FAILED")
    shown: dict[str, Any] = {
        "name": execution.name,
        "job": job,
        "createTime": _time(execution.started_at),
        "startTime": _time(execution.started_at),
        "taskCount": 1,
        "parallelism": 1,
        "reconciling": execution.exit_code is None,
        "conditions": [{"type": "Completed", "state": state}],
    }
    if execution.exit_code is None:
        return shown | {"runningCount": 1}
    ended = "succeededCount" if execution.exit_code == 0 else "failedCount"
    return shown | {ended: 1, "completionTime": _time(execution.ended_at or execution.started_at)}


def operation_json(execution: Execution) -> dict[str, Any]:
    """The long-running operation (google.longrunning.Operation) of an execution."""
    project_and_location = execution.name.partition("/jobs/")[0]
    shown = {"@type": _TYPE, **execution_json(execution)}
    operation: dict[str, Any] = {
        "name": f"{project_and_location}/operations/{execution.name.rpartition('/')[2]}",
        "metadata": shown,
    }
    if execution.exit_code is None:
        return operation
    if execution.exit_code == 0:
        return operation | {"done": True, "response": shown}
    failed = {"code": 2, "message": f"The execution ended with {_ending(execution.exit_code)}."}
    return operation | {"done": True, "error": failed}


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
