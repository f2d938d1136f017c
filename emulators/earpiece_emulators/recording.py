"""What runtime.json says of a run at a moment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from earpiece_emulators.jobs import Execution
from earpiece_emulators.keeping import Running
from earpiece_emulators.processes import Identity, identify
from earpiece_emulators.record import ExecutionRecord, ProcessRecord, RuntimeRecord

if TYPE_CHECKING:
    from earpiece_emulators.runtime import Runtime


def record_of(runtime: Runtime) -> RuntimeRecord:
    running = runtime.all_running()
    # An emulator that is being restored does not hold everything yet: saving it now would lose what it lacks.
    has_all = any(process.launch.name == "firestore" and process.is_ready for process in running)
    return RuntimeRecord(
        phase=runtime.phase,
        project=runtime.cloud.project,
        supervisor=_known(os.getpid()),
        warden=_known(runtime.warden_pid) if runtime.warden_pid else None,
        control=runtime.control,
        saves=runtime.keeps_data and has_all,
        environment=runtime.environment() if running else {},
        processes=[_process(process) for process in running],
        executions=[_execution(execution) for execution in runtime.executions()],
    )


def _known(pid: int) -> Identity:
    return identify(pid) or Identity(pid, "")


def _process(process: Running) -> ProcessRecord:
    launch = process.launch
    return ProcessRecord(launch.name, launch.role, launch.address, launch.probe, process.restarts, process.identity)


def _execution(execution: Execution) -> ExecutionRecord:
    running = execution.exit_code is None
    ended_at = execution.ended_at.isoformat() if execution.ended_at else None
    return ExecutionRecord(
        name=execution.name,
        identity=execution.identity if running else None,
        started_at=execution.started_at.isoformat(),
        ended_at=ended_at,
        exit_code=execution.exit_code,
        log=execution.log,
    )
