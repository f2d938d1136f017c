"""What the topics `training-requested` and `model-trained` say, beside what their attribute `account_id` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earpiece.domain.errors import AccountMismatch, MalformedBody


@dataclass(frozen=True, slots=True)
class TrainingRequested:
    """A run has the account's lease and waits for its execution."""

    account_id: str
    run_id: str


@dataclass(frozen=True, slots=True)
class ModelTrained:
    """A model version is whole, and its release is to be decided."""

    account_id: str
    version: str


def training_requested_from_json(body: Mapping[str, Any], account_id: str) -> TrainingRequested:
    """`{"account_id", "run_id", …}` of this account; raises MalformedBody or AccountMismatch."""
    return TrainingRequested(_own(body, account_id), _text(body, "run_id"))


def model_trained_from_json(body: Mapping[str, Any], account_id: str) -> ModelTrained:
    """`{"account_id", "version", …}` of this account; raises MalformedBody or AccountMismatch."""
    return ModelTrained(_own(body, account_id), _text(body, "version"))


def _own(body: Mapping[str, Any], account_id: str) -> str:
    if _text(body, "account_id") != account_id:
        raise AccountMismatch
    return account_id


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    # It becomes the id of a document, and part of a path in Cloud Storage.
    if not isinstance(value, str) or not value or len(value) > 200 or not value.replace("-", "").isalnum():
        raise MalformedBody(f"{name} must be a text of letters, digits and hyphens, at most 200")
    return value
