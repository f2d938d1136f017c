"""One model version: trained, measured beside the one in service, uploaded, recorded, announced. In this order."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from earpiece.domain.accounts import Account
from earpiece.domain.errors import NotFound
from earpiece.domain.models import ModelRecord, ModelState, RunState, TrainingRun
from earpiece.domain.replies import Reply, ReplyState
from earpiece.domain.settings import AccountSettings
from earpiece.engine.corpus import Corpus
from earpiece.engine.files import add_to_manifest
from earpiece.engine.model import Model
from earpiece.engine.training import InsufficientData, TrainingSettings, train
from earpiece.ports.events import OutgoingMessage
from earpiece.telemetry.cost import Cost, peak_mb
from earpiece.telemetry.traces import continue_trace
from trainer.deps import Deps
from trainer.gather import gather
from trainer.heartbeat import Heartbeat
from trainer.measure import fetched, measure_beside
from trainer.settings import Settings

log = structlog.get_logger()

INSUFFICIENT_DATA = InsufficientData.slug


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ends, when nothing broke."""

    state: RunState
    reason: str = ""
    model_version: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def make_version(account: Account, run: TrainingRun, beat: Heartbeat, *, deps: Deps, settings: Settings) -> Result:
    """Make the run's model version, or say that there is too little to learn from.

    The version is named by the run and its data, so a run that was cut off makes the same one again; what is uploaded
    already is not trained again. Nothing is visible to others before the manifest, which comes last.
    Raises StaleVersion when the run has lost its lease.
    """
    cost = Cost("gather")
    wanted = deps.settings(account).current()
    blocked = {reply.reply_id for reply in deps.replies(account).all() if reply.state is ReplyState.BLOCKED}
    gathered = gather(deps.warehouse(account), wanted, blocked, run.requested_at)
    if gathered.corpus is None:
        return Result(RunState.SKIPPED, INSUFFICIENT_DATA, details=gathered.counts)
    version = version_id(run.requested_at, gathered.corpus.data_hash)
    try:
        manifest = _uploaded(account, version, deps) or _train_and_upload(
            account, version, gathered.corpus, wanted, beat, cost, deps=deps, settings=settings
        )
    except InsufficientData as error:
        return Result(RunState.SKIPPED, INSUFFICIENT_DATA, details={**gathered.counts, **error.facts})
    beat.check()
    deps.reach("trainer-before-record")
    _record(account, version, manifest, deps)
    beat.check()
    deps.reach("trainer-before-publish")
    _announce(account, version, run, manifest, deps, settings)
    details = {**gathered.counts, **manifest["counts"], **cost.told()}
    return Result(RunState.SUCCEEDED, model_version=version, details=details)


def version_id(requested_at: datetime, data_hash: str) -> str:
    """`<UTC time of the run>-<first 8 of the data's hash>`: sorts by time."""
    return f"{requested_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{data_hash[:8]}"


def _uploaded(account: Account, version: str, deps: Deps) -> dict[str, Any] | None:
    try:
        return deps.files(account).manifest(version)
    except NotFound:
        return None


def _train_and_upload(
    account: Account,
    version: str,
    corpus: Corpus,
    wanted: AccountSettings,
    beat: Heartbeat,
    cost: Cost,
    *,
    deps: Deps,
    settings: Settings,
) -> dict[str, Any]:
    files = deps.files(account)
    with tempfile.TemporaryDirectory(prefix="earpiece-trainer-") as scratch:
        folder = Path(scratch, "candidate")
        last = fetched(account.model_version, files, Path(scratch, "in-service"))
        train(corpus, folder, _training_settings(wanted), partial(_log_progress, cost), last)
        deps.reach("trainer-after-train")
        cost.step("measure")
        model = Model(folder)
        measured = measure_beside(model, account.model_version, last, corpus.test, settings)
        reply_ids = [reply.reply_id for reply in model.replies]
        manifest = add_to_manifest(folder, {**measured, "parent": account.model_version, "reply_ids": reply_ids})
        beat.check()
        _keep_replies(account, model, deps)
        files.upload(version, folder)
    return manifest


def _log_progress(cost: Cost, step: str, _share: float) -> None:
    """One line a step: the shares of it are for a person who waits."""
    if cost.step(step):
        log.info("training_progress", step=step, cpu_s=cost.cpu_s, peak_mb=peak_mb())


def _keep_replies(account: Account, model: Model, deps: Deps) -> None:
    """For an administrator to judge; what one has decided already stays."""
    mined = [Reply(reply.reply_id, reply.text, ReplyState.NEW) for reply in model.replies]
    added = deps.replies(account).add(mined)
    log.info("replies_mined", reply_count=len(mined), new_count=added)


def _training_settings(wanted: AccountSettings) -> TrainingSettings:
    return TrainingSettings(
        min_agents=wanted.min_reply_agents,
        min_customers=wanted.min_reply_customers,
        min_conversations=wanted.min_training_conversations,
    )


def _record(account: Account, version: str, manifest: Mapping[str, Any], deps: Deps) -> None:
    records = deps.records(account)
    there = records.find(version)
    if there and there.state is ModelState.RELEASED:
        return  # an earlier execution came further than this one
    records.put(
        ModelRecord(
            version=version,
            state=ModelState.CANDIDATE,
            created_at=deps.now(),
            reason="waits for its release to be decided",
            parent=manifest["parent"],
            metrics=manifest["metrics"],
            baseline=manifest["baseline"] or {},
            counts=manifest["counts"],
            data_hash=manifest["data_hash"],
        )
    )


def _announce(
    account: Account, version: str, run: TrainingRun, manifest: Mapping[str, Any], deps: Deps, settings: Settings
) -> None:
    body = {
        "account_id": account.account_id,
        "version": version,
        "run_id": run.run_id,
        "baseline_version": manifest["parent"],
    }
    attributes = {"account_id": account.account_id, "traceparent": continue_trace(None).traceparent}
    message = OutgoingMessage(json.dumps(body).encode(), attributes)
    deps.publisher.publish(settings.trained_topic, [message], timeout_s=settings.publish_timeout_s)
