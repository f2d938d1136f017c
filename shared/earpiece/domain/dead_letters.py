"""A dead letter: something durable that we could not process, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from earpiece.domain.ids import digest


class Origin(StrEnum):
    """Where it was found, which is where a replay sends it."""

    DELIVERY = "delivery"  # a platform's request that verified
    EVENT = "event"  # a message of the topic conversation-event-received
    TRAINING_REQUEST = "training_request"  # … of training-requested
    TRAINED_MODEL = "trained_model"  # … of model-trained
    ASSISTANT_RUN = "assistant_run"  # … of the topics at which assistants run
    WAREHOUSE_ROW = "warehouse_row"  # … of a warehouse topic, which its attribute `topic` names: BigQuery refused it


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """`payload` is what came, byte for byte; `attributes` its headers or message attributes (no secrets).

    `replayed_at` is set once it has been processed after all; a later failure opens it again.
    """

    dead_letter_id: str
    origin: Origin
    reason: str
    payload: bytes
    attributes: Mapping[str, str]
    first_attempt_at: datetime
    last_attempt_at: datetime
    attempts: int = 1
    replayed_at: datetime | None = None


def dead_letter_id(origin: Origin, payload_hash: str) -> str:
    """The same failed thing is one dead letter, however often it comes."""
    return digest("dead-letter", origin, payload_hash)
