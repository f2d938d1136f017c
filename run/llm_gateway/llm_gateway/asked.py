"""One request at the door: what its head says, and the line that the log gets of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Protocol

from earpiece.telemetry.traces import continue_trace


class CallerLeft(Exception):
    """Nobody waits for an answer any more."""


class Told(Protocol):
    """What is known of a call by its end."""

    def told(self) -> dict[str, object]: ...


class Asked:
    """A request; `bill` is there once it is a call that somebody may make. `began_s` is a monotonic time."""

    __slots__ = ("_headers", "account_id", "began_s", "bill", "method", "path", "route", "trace")

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self._headers = dict(scope["headers"])
        self.path, self.method = str(scope["path"]), str(scope["method"])
        self.began_s = time.monotonic()
        self.trace = continue_trace(self.header(b"traceparent"))
        self.route, self.account_id = "other", ""
        self.bill: Told | None = None

    def header(self, name: bytes) -> str:
        """Its value, or ""; `name` in lower case."""
        value: bytes = self._headers.get(name, b"")
        return value.decode("latin-1")

    @property
    def request_id(self) -> str:
        return self.trace.span_id

    def told(self, status: int) -> dict[str, object]:
        """Fields of the log's line: ids, numbers and names of the account's own settings, never text."""
        facts: dict[str, object] = {
            "status": status,
            "method": self.method,
            "route": self.route,
            "latency_ms": round((time.monotonic() - self.began_s) * 1000, 2),
        }
        if self.account_id:
            facts["account_id"] = self.account_id
        return facts | self.bill.told() if self.bill else facts
