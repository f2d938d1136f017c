"""How the stand-in of a model provider behaves, and what it has been asked."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Self

from earpiece.domain.errors import InvalidInput


class Fault(StrEnum):
    """What goes wrong with an answer, on demand."""

    NONE = ""
    RATE_LIMIT = "rate-limit"  # 429 with Retry-After
    SERVER_ERROR = "server-error"  # 500
    UNAVAILABLE = "unavailable"  # 503 with a page, as load balancers answer
    UNAUTHORIZED = "unauthorized"  # 401
    CONTENT_FILTER = "content-filter"  # 400 in Azure's format, with its `innererror`
    CONTEXT_LENGTH = "context-length"  # 400
    REPEATS_KEY = "repeats-key"  # 400 that says which key it was sent
    REDIRECT = "redirect"  # 307 to the same path of `{name}-elsewhere`
    RESET = "reset"  # before any header
    RESET_WITHIN = "reset-within"  # after half the body, or `after` events
    MALFORMED = "malformed"  # no JSON: the body, or one event
    INVALID_UTF8 = "invalid-utf8"
    SLOW_HEADERS = "slow-headers"  # `slow_s` late
    HANG = "hang"  # never answered
    STALL = "stall"  # silent after `after` events
    TRUNCATED = "truncated"  # ends cleanly after `after` events, unfinished
    ERROR_EVENT = "error-event"  # in place of an event; it repeats the key too
    OTHER_MODEL = "other-model"  # the answer names another
    EMPTY_CHOICES = "empty-choices"
    UNOFFERED_TOOL = "unoffered-tool"
    LATE_TOOL = "late-tool"  # one that was not offered, after `after` events of a stream
    ENDLESS = "endless"
    NO_USAGE = "no-usage"  # an answer that does not say what it took
    LINGERS = "lingers"  # a stream that stays open after its last event


@dataclass(frozen=True, slots=True)
class Behaviour:
    """`first` limits the fault to so many requests; 0 is all. `text` is said in place of what the seam would say."""

    fault: Fault = Fault.NONE
    first: int = 0
    after: int = 2
    retry_after_s: float = 1.0
    says_date: bool = False  # in Retry-After, in place of seconds
    slow_s: float = 5.0
    delay_s: float = 0.0  # before the first word
    interval_s: float = 0.0  # between words
    text: str | None = None
    piece_length: int = 0  # characters of a streamed piece; 0: a word each

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Raises InvalidInput."""
        names = {one.name for one in fields(cls)}
        known: dict[str, Any] = {name: value for name, value in body.items() if name in names}
        try:
            return cls(**{**known, "fault": Fault(known.get("fault", ""))})
        except (TypeError, ValueError) as error:
            raise InvalidInput(f"no behaviour: {error}") from error


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    at_s: float


@dataclass(slots=True)
class Profile:
    """One named provider: `/<name>/v1/…`, or for Azure `/<name>/openai/…`."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    received: list[Received] = field(default_factory=list)
    left_count: int = 0  # answers that nobody waited for any more
    completed_count: int = 0

    def takes(self, received: Received) -> Fault:
        """Count a request; the fault that it shall meet."""
        self.received.append(received)
        first = self.behaviour.first
        return self.behaviour.fault if not first or len(self.received) <= first else Fault.NONE

    def told(self) -> dict[str, Any]:
        return {
            "request_count": len(self.received),
            "left_count": self.left_count,
            "completed_count": self.completed_count,
            "ages_s": [round(time.monotonic() - one.at_s, 3) for one in self.received],
        }
