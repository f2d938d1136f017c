"""A candidate and the model in service, measured on one test set."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog

from earpiece.domain.errors import ModelUnusable, NotFound
from earpiece.engine.corpus import TrainingConversation
from earpiece.engine.evaluation import evaluate
from earpiece.engine.model import Model
from earpiece.ports.models import ModelFiles
from trainer.settings import Settings

log = structlog.get_logger()


def measure_beside(
    model: Model,
    in_service: str | None,
    test: Sequence[TrainingConversation],
    files: ModelFiles,
    scratch: Path,
    settings: Settings,
) -> dict[str, Any]:
    """The manifest's `metrics`, `baseline` and `test_set`.

    `baseline` is None when no model is in service; its own `metrics` are None when that one cannot be used.
    """
    baseline = None
    if in_service is not None:
        baseline = {"version": in_service, "metrics": _of_version(in_service, test, files, scratch, settings)}
    return {
        "metrics": _measure(model, test, settings),
        "baseline": baseline,
        "test_set": {"conversation_count": len(test), "hash": _hash(test)},
    }


def _of_version(
    version: str, test: Sequence[TrainingConversation], files: ModelFiles, scratch: Path, settings: Settings
) -> dict[str, Any] | None:
    try:
        return _measure(Model(files.download(version, scratch)), test, settings)
    except (NotFound, ModelUnusable) as error:
        log.error("model_unusable", model_version=version, reason=error.detail)
        return None


def _measure(model: Model, test: Sequence[TrainingConversation], settings: Settings) -> dict[str, Any]:
    return evaluate(model, test, limit=settings.most_examples, typing_limit=settings.most_typed_messages)


def _hash(test: Sequence[TrainingConversation]) -> str:
    return hashlib.sha256(repr(test).encode("utf-8", "surrogatepass")).hexdigest()
