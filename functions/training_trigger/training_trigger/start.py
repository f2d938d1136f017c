"""A requested run: start its execution, once."""

from __future__ import annotations

import structlog

from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.errors import AlreadyRunning, EarpieceError
from earpiece.domain.json_body import read_object
from earpiece.domain.models import RunState
from earpiece.domain.training_messages import TrainingRequested, training_requested_from_json
from earpiece.ports.models import TrainingRuns
from earpiece.telemetry.logs import bind_ids
from earpiece.web.push import PushedMessage
from training_trigger.deps import Deps
from training_trigger.settings import Settings

log = structlog.get_logger()


def start(pushed: PushedMessage, account: Account, *, deps: Deps, settings: Settings) -> None:
    """Start the execution of a run that was requested. Acknowledge after this returns; deliver again when it raises.

    A repeat starts nothing: only a run in state requested is started. Raises InvalidInput for what is no request, and
    what the job's API answered when none could be started; the lease is given up then, so that nothing waits for a
    run that is not there.
    """
    requested = training_requested_from_json(read_object(pushed.data), account.account_id)
    bind_ids(run_id=requested.run_id)
    if account.status is not AccountStatus.ACTIVE:
        _drop(account, requested, deps)
        return
    runs = deps.runs(account)
    try:
        run = runs.start(requested.run_id, deps.now(), lease_s=settings.request_lease_s)
    except AlreadyRunning as error:
        log.info("training_skipped", reason=error.slug, running_run_id=error.facts.get("run_id"))
        return
    if run.state is not RunState.REQUESTED:
        log.info("training_skipped", reason=f"run-{run.state.value}")
        return
    _execute(requested, runs, deps, settings)


def _execute(requested: TrainingRequested, runs: TrainingRuns, deps: Deps, settings: Settings) -> None:
    environment = {"ACCOUNT_ID": requested.account_id, "TRAINING_RUN_ID": requested.run_id}
    try:
        execution = deps.jobs.run(settings.trainer_job, environment)
    except EarpieceError:
        runs.heartbeat(requested.run_id, deps.now(), lease_s=0, state=RunState.REQUESTED)
        raise
    # A crash just here leads to a second execution: the trainer then does the same work to the same result.
    deps.reach("trigger-after-start")
    runs.heartbeat(requested.run_id, deps.now(), lease_s=settings.start_lease_s)
    log.info("training_started", execution=execution)


def _drop(account: Account, requested: TrainingRequested, deps: Deps) -> None:
    deps.runs(account).finish(requested.run_id, RunState.SKIPPED, deps.now(), reason=f"account-{account.status}")
    log.info("account_dropped", status=account.status)
