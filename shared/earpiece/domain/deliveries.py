"""A delivery: one HTTP request from a platform, as it came."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from earpiece.domain.events import ConversationEvent


@dataclass(frozen=True, slots=True)
class Delivery:
    """`headers` have lower-case names; `body` is the raw bytes that were signed; `received_at` is UTC."""

    platform: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime

    @property
    def body_hash(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Normalised:
    """What a delivery says in our words. `unknown_kinds` were accepted and passed over."""

    events: tuple[ConversationEvent, ...] = ()
    unknown_kinds: tuple[str, ...] = ()
