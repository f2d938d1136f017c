"""Pub/Sub push: the wrapped message that a push subscription POSTs.

cloud.google.com/pubsub/docs/push#receive_push names its fields. Strangers are refused by Cloud Run's own IAM.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Request

from earpiece.domain.errors import MalformedBody
from earpiece.domain.json_body import read_object
from earpiece.domain.times import parse_instant


@dataclass(frozen=True, slots=True)
class PushedMessage:
    """`attempt` counts from 1 where the subscription has a dead-letter policy, else it is None."""

    message_id: str
    data: bytes
    attributes: Mapping[str, str]
    published_at: datetime | None
    attempt: int | None


def read_push(request: Request) -> PushedMessage:
    """The pushed message; raises MalformedBody when this is no push."""
    body = read_object(request.get_data(cache=False))
    message = body.get("message")
    if not isinstance(message, dict):
        raise MalformedBody("not a Pub/Sub push: no message")
    attributes = message.get("attributes") or {}
    published = message.get("publishTime")
    attempt = body.get("deliveryAttempt")
    try:
        return PushedMessage(
            message_id=str(message.get("messageId", "")),
            data=base64.b64decode(message.get("data") or "", validate=True),
            attributes={str(name): str(value) for name, value in attributes.items()},
            published_at=parse_instant(published) if published else None,
            attempt=attempt if isinstance(attempt, int) else None,
        )
    except (binascii.Error, ValueError, AttributeError, TypeError) as error:
        raise MalformedBody("not a Pub/Sub push: its message cannot be read") from error
