"""One JSON object a line on standard output, in the fields that Cloud Logging knows.

cloud.google.com/logging/docs/structured-logging names the special fields.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer

from earpiece.telemetry.traces import Trace

_SEVERITY = {"warn": "WARNING", "exception": "ERROR"}


def configure_logs(unit: str, project_id: str, level: str = "INFO") -> None:
    """Set the process's logging; call once at start. Libraries' own lines are kept at WARNING."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Without the frames' variables: they hold messages, secrets and names.
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            _google_fields(unit, project_id),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )


def bind_context(trace: Trace, **ids: str | None) -> None:
    """Forget the last request's context and bind this one's. Ids only: never text, tokens or names of people."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(trace=trace, **{name: value for name, value in ids.items() if value})


def bind_ids(**ids: str | None) -> None:
    """Add ids to the request's context, as the door learns them."""
    structlog.contextvars.bind_contextvars(**{name: value for name, value in ids.items() if value})


def _google_fields(unit: str, project_id: str) -> structlog.types.Processor:
    def add(_: Any, method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        fields["severity"] = _SEVERITY.get(method, method.upper())
        fields["message"] = fields.pop("event")
        fields["unit"] = unit
        trace = fields.pop("trace", None)
        if isinstance(trace, Trace):
            fields["logging.googleapis.com/trace"] = f"projects/{project_id}/traces/{trace.trace_id}"
            fields["logging.googleapis.com/spanId"] = trace.span_id
        return fields

    return add
