"""W3C Trace Context (www.w3.org/TR/trace-context, version 00): one trace from the webhook to the widget."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


@dataclass(frozen=True, slots=True)
class Trace:
    """A place in a trace. `trace_id` is 32 hex digits, `span_id` 16."""

    trace_id: str
    span_id: str
    is_sampled: bool = True

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.is_sampled else '00'}"


def continue_trace(traceparent: str | None) -> Trace:
    """A new span in the caller's trace; in a trace of its own when there is none or it is not well formed."""
    match = _TRACEPARENT.fullmatch(traceparent or "")
    span_id = secrets.token_hex(8)
    if not match or set(match[1]) == {"0"}:
        return Trace(secrets.token_hex(16), span_id)
    return Trace(match[1], span_id, is_sampled=bool(int(match[3], 16) & 1))
