"""One execution of the job: a run from its lease to its end."""

from __future__ import annotations

import time

import structlog

from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.errors import AlreadyRunning, EarpieceError, StaleVersion
from earpiece.domain.models import RunState, TrainingRun
from earpiece.telemetry.logs import bind_context, configure_logs
from earpiece.telemetry.traces import continue_trace
from trainer.deps import Deps, connect
from trainer.heartbeat import Heartbeat
from trainer.settings import Settings
from trainer.version import Result, make_version

log = structlog.get_logger()

SUCCESS, FAILURE = 0, 1


def execute(settings: Settings, deps: Deps | None = None) -> int:
    """The exit status: 0 when the run succeeded or was skipped, also by an earlier execution; else 1.

    The same run may be executed again at any time: after a crash it does its work anew, to the same version.
    """
    configure_logs("trainer", settings.project_id, settings.log_level)
    bind_context(continue_trace(None), account_id=settings.account_id, run_id=settings.training_run_id)
    deps = deps or connect(settings)
    account = deps.accounts.find(settings.account_id)
    if account is None or account.status is not AccountStatus.ACTIVE:
        log.info("account_dropped", status=account.status.value if account else "unknown")
        return SUCCESS
    try:
        run = deps.runs(account).start(settings.training_run_id, deps.now(), lease_s=settings.lease_s)
    except AlreadyRunning as error:
        log.warning("training_skipped", reason=error.slug, running_run_id=error.facts.get("run_id"))
        return FAILURE
    if run.state not in (RunState.REQUESTED, RunState.RUNNING):
        log.info("training_skipped", reason=f"run-{run.state.value}")
        return FAILURE if run.state is RunState.FAILED else SUCCESS
    return _hold_and_work(account, run, deps, settings)


def _hold_and_work(account: Account, run: TrainingRun, deps: Deps, settings: Settings) -> int:
    began_s = time.monotonic()
    runs = deps.runs(account)
    beat = Heartbeat(runs, run.run_id, deps.now, lease_s=settings.lease_s, interval_s=settings.heartbeat_interval_s)
    try:
        with beat:
            result = make_version(account, run, beat, deps=deps, settings=settings)
    except StaleVersion as error:
        log.error("training_lost_lease", reason=error.detail)
        return FAILURE
    except Exception as error:
        reason = error.slug if isinstance(error, EarpieceError) else type(error).__name__
        log.exception("training_failed", reason=reason)
        runs.finish(run.run_id, RunState.FAILED, deps.now(), reason=reason, seconds=_since(began_s))
        return FAILURE
    _finish(run, result, _since(began_s), deps, account)
    return SUCCESS


def _finish(run: TrainingRun, result: Result, seconds: float, deps: Deps, account: Account) -> None:
    details = {**result.details, "seconds": seconds}
    deps.runs(account).finish(
        run.run_id,
        result.state,
        deps.now(),
        reason=result.reason,
        model_version=result.model_version,
        **details,
    )
    log.info("training_finished", state=result.state.value, reason=result.reason, **details)


def _since(began_s: float) -> float:
    return round(time.monotonic() - began_s, 2)
