"""A training run is wanted: take the account's lease, and ask for an execution."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.errors import AccountDeleted, AccountSuspended, AlreadyRunning, NotFound, Unavailable
from earpiece.domain.ids import digest
from earpiece.domain.models import RunState
from earpiece.ports.events import OutgoingMessage
from earpiece.telemetry.traces import Trace
from training_trigger.deps import Deps
from training_trigger.due import is_due, new_run_id
from training_trigger.settings import Settings

log = structlog.get_logger()


class Reason(StrEnum):
    """Why a run was requested."""

    SCHEDULED = "scheduled"
    FORCED = "forced"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Schedule:
    """What one call of the scheduler led to: account ids, and run ids where there are any."""

    requested: dict[str, str]
    already_running: dict[str, str]
    not_due: tuple[str, ...]


def request_due(scheduled_at: datetime, *, is_forced: bool, trace: Trace, deps: Deps, settings: Settings) -> Schedule:
    """Request a run for every active account that is due, or for all of them when forced.

    Raises Unavailable at the first run that cannot be published; the accounts before it have theirs.
    """
    reason = Reason.FORCED if is_forced else Reason.SCHEDULED
    interval = timedelta(days=settings.training_interval_days)
    requested, running, not_due = {}, {}, []
    for account in deps.accounts.all():
        if account.status is not AccountStatus.ACTIVE:
            continue
        if not is_forced and not is_due(deps.runs(account).all(), deps.now(), interval):
            not_due.append(account.account_id)
            continue
        run_id = new_run_id(scheduled_at, digest("schedule", account.account_id, scheduled_at.isoformat()))
        try:
            requested[account.account_id] = _request(account, run_id, reason, trace, deps, settings)
        except AlreadyRunning as error:
            running[account.account_id] = str(error.facts.get("run_id", ""))
            log.info("training_skipped", account_id=account.account_id, reason=error.slug)
    return Schedule(requested, running, tuple(not_due))


def request_one(account_id: str, *, trace: Trace, deps: Deps, settings: Settings) -> str:
    """The id of the run that was requested for one account.

    Raises NotFound, AccountSuspended, AccountDeleted, AlreadyRunning (with the other's `run_id`), Unavailable.
    """
    account = deps.accounts.find(account_id)
    if account is None:
        raise NotFound("there is no such account")
    if account.status is AccountStatus.DELETED:
        raise AccountDeleted
    if account.status is AccountStatus.SUSPENDED:
        raise AccountSuspended
    return _request(account, new_run_id(deps.now(), secrets.token_hex(4)), Reason.STAFF, trace, deps, settings)


def _request(account: Account, run_id: str, reason: Reason, trace: Trace, deps: Deps, settings: Settings) -> str:
    # The lease is taken before the message is sent: of two who ask at once, one is refused with the other's id.
    runs = deps.runs(account)
    runs.start(run_id, deps.now(), lease_s=settings.request_lease_s)
    body = {"account_id": account.account_id, "run_id": run_id, "reason": reason.value}
    attributes = {"account_id": account.account_id, "traceparent": trace.traceparent}
    message = OutgoingMessage(json.dumps(body).encode(), attributes)
    try:
        deps.publisher.publish(settings.training_topic, [message], timeout_s=settings.publish_timeout_s)
    except Unavailable as error:
        # The message may still arrive; a run that has ended is not started.
        runs.finish(run_id, RunState.FAILED, deps.now(), reason=error.slug)
        raise
    log.info("training_requested", account_id=account.account_id, run_id=run_id, reason=reason.value)
    return run_id
