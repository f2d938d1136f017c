"""A candidate and the model in service, measured on one test set."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from earpiece.domain.errors import ModelUnusable, NotFound
from earpiece.engine.corpus import TrainingConversation
from earpiece.engine.evaluation import GATED, Evaluation, differences, estimates, evaluate, metrics_of
from earpiece.engine.intervals import Difference, Estimate
from earpiece.engine.model import Model
from earpiece.ports.models import ModelFiles
from trainer.settings import Settings

log = structlog.get_logger()


def measure_beside(
    model: Model,
    in_service: str | None,
    folder: Path | None,
    test: Sequence[TrainingConversation],
    settings: Settings,
) -> dict[str, Any]:
    """The manifest's `metrics`, `baseline`, `intervals`, `differences` and `test_set`.

    `in_service` is the version in service, `folder` its files, None when they could not be had.
    `baseline` is None when no model is in service; its own `metrics` are None when that one cannot be used. Intervals
    are of 95 %, of the measures that the release gate looks at; differences are the candidate's less the baseline's.
    """
    done = _measure(model, test, settings)
    other = _of_folder(folder, test, settings) if folder else None
    baseline = {"version": in_service, "metrics": metrics_of(other) if other else None} if in_service else None
    return {
        "metrics": metrics_of(done),
        "intervals": _told(estimates(done, done.everything)),
        "baseline": baseline,
        "differences": _told(differences(done, other, done.everything)) if other else {},
        "test_set": {"conversation_count": len(test), "hash": _hash(test)},
    }


def fetched(version: str | None, files: ModelFiles, scratch: Path) -> Path | None:
    """The folder of a version, None when there is none or its files cannot be had."""
    try:
        return files.download(version, scratch) if version is not None else None
    except (NotFound, ModelUnusable) as error:
        log.error("model_unusable", model_version=version, reason=error.detail)
        return None


def _of_folder(folder: Path, test: Sequence[TrainingConversation], settings: Settings) -> Evaluation | None:
    try:
        return _measure(Model(folder), test, settings)
    except ModelUnusable as error:
        log.error("model_unusable", model_version=folder.name, reason=error.detail)
        return None


def _measure(model: Model, test: Sequence[TrainingConversation], settings: Settings) -> Evaluation:
    return evaluate(model, test, limit=settings.most_examples, typing_limit=settings.most_typed_messages)


def _told(figures: Mapping[str, Estimate] | Mapping[str, Difference]) -> dict[str, Any]:
    """Small enough for a manifest: what the gate looks at, no example and no conversation."""
    return {
        name: {"value": figure.value, "low": figure.low, "high": figure.high}
        for name, figure in figures.items()
        if name in GATED
    }


def _hash(test: Sequence[TrainingConversation]) -> str:
    return hashlib.sha256(repr(test).encode("utf-8", "surrogatepass")).hexdigest()
