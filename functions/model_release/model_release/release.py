"""A trained model: put it in service, or say why not."""

from __future__ import annotations

from dataclasses import replace

import structlog

from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.errors import ModelUnusable, NotFound, StaleVersion
from earpiece.domain.json_body import read_object
from earpiece.domain.models import ModelRecord, ModelState
from earpiece.domain.replies import ReplyState
from earpiece.domain.training_messages import model_trained_from_json
from earpiece.telemetry.logs import bind_ids
from earpiece.web.push import PushedMessage
from model_release.deps import Deps
from model_release.gate import Verdict, judge, read_evaluation
from model_release.settings import Settings

log = structlog.get_logger()

BASELINE_CHANGED = "baseline_changed"


def release(pushed: PushedMessage, account: Account, *, deps: Deps, settings: Settings) -> None:
    """Decide on the model version that was pushed. Acknowledge after this returns; deliver again when it raises.

    Idempotent: what was released stays so, also after a rollback; a candidate is judged again, from the same manifest.
    Raises InvalidInput for what names no model version, NotFound for one without a record: the trainer writes the
    record before it says so.
    """
    trained = model_trained_from_json(read_object(pushed.data), account.account_id)
    bind_ids(model_version=trained.version)
    if account.status is not AccountStatus.ACTIVE:
        log.info("account_dropped", status=account.status)
        return
    record = deps.records(account).find(trained.version)
    if record is None:
        raise NotFound("there is no record of this model version")
    if record.state is ModelState.RELEASED:
        log.info("model_release_decided", is_promoted=True, reason="it was released before")
        return
    verdict = _decide(account, trained.version, deps, settings)
    _keep(account, record, verdict, deps)


def _decide(account: Account, version: str, deps: Deps, settings: Settings) -> Verdict:
    files = deps.files(account)
    try:
        files.verify(version)
        evaluation = read_evaluation(files.manifest(version))
    except (NotFound, ModelUnusable) as error:
        # The manifest was uploaded before the message was sent: what is missing now stays missing.
        log.error("model_unusable", reason=error.detail)
        return Verdict(is_promoted=False, reason=f"the model is not whole: {error.detail}")
    blocked = {reply.reply_id for reply in deps.replies(account).all() if reply.state is ReplyState.BLOCKED}
    verdict = judge(evaluation, blocked, settings.tolerance, settings.most_false_offers)
    if not verdict.is_promoted:
        return verdict
    try:
        deps.accounts.activate_model(account, version, instead_of=evaluation.baseline_version)
    except StaleVersion:
        return Verdict(is_promoted=False, reason=BASELINE_CHANGED)
    deps.reach("release-after-pointer")
    return verdict


def _keep(account: Account, record: ModelRecord, verdict: Verdict, deps: Deps) -> None:
    decided = replace(record, reason=verdict.reason)
    if verdict.is_promoted:
        decided = replace(decided, state=ModelState.RELEASED, released_at=deps.now())
    deps.records(account).put(decided)
    log.info("model_release_decided", is_promoted=verdict.is_promoted, reason=verdict.reason)
