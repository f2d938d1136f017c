"""Signatures of Standard Webhooks 1.0.0, symmetric (`v1`): github.com/standard-webhooks/standard-webhooks, spec.

The signed content is `{webhook-id}.{webhook-timestamp}.{raw body}`, HMAC-SHA256 under the decoded secret, in
standard base64. The header may list several signatures, so that a sender can rotate without a gap.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence

from earpiece.domain.deliveries import Delivery
from earpiece.domain.errors import InvalidSignature, MissingSignature, TimestampOutOfTolerance

TOLERANCE_S = 300
MAX_SIGNATURES = 8  # a sender rotating keys lists two; thousands would make us hash for a stranger
_ID = re.compile(r"[!-\-/-~]{1,256}")  # printable, no space, no "."
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


def sign(secret: str, delivery_id: str, timestamp_s: int, body: bytes) -> str:
    """The `v1,…` signature of a delivery."""
    return f"v1,{base64.b64encode(_digest(_key(secret), delivery_id, str(timestamp_s), body)).decode()}"


def verify(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Raises MissingSignature, TimestampOutOfTolerance or InvalidSignature unless a secret signed this lately."""
    headers = delivery.headers
    try:
        delivery_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
        claimed = headers["webhook-signature"].split(" ", MAX_SIGNATURES)[:MAX_SIGNATURES]
    except KeyError as error:
        raise MissingSignature(f"the header {error.args[0]} is missing") from None
    if not _ID.fullmatch(delivery_id) or not _TIMESTAMP.fullmatch(timestamp):
        raise InvalidSignature("webhook-id or webhook-timestamp is not well formed")
    if abs(int(delivery.received_at.timestamp()) - int(timestamp)) > TOLERANCE_S:
        raise TimestampOutOfTolerance
    expected = [_digest(_key(secret), delivery_id, timestamp, delivery.body) for secret in secrets]
    shown = [_signature(entry) for entry in claimed]
    # Every pair is compared, in constant time each: which one matched must not show.
    matches = [hmac.compare_digest(one, other) for one in expected for other in shown]
    if not any(matches):
        raise InvalidSignature


def _digest(key: bytes, delivery_id: str, timestamp: str, body: bytes) -> bytes:
    return hmac.new(key, f"{delivery_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()


def _key(secret: str) -> bytes:
    encoded = secret.removeprefix("whsec_")
    key = base64.b64decode(encoded + "=" * (-len(encoded) % 4))
    if len(key) < 16:
        raise InvalidSignature  # an empty or cut secret must never verify anything
    return key


def _signature(entry: str) -> bytes:
    version, _, encoded = entry.partition(",")
    if version != "v1" or len(encoded) != 44:
        return b""
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""
