"""What every request gets: a trace, an id, safe headers, and one line in the log."""

from __future__ import annotations

import time

import structlog
from flask import Flask, Response, g, request

from earpiece.telemetry.logs import bind_context
from earpiece.telemetry.traces import Trace, continue_trace

log = structlog.get_logger()

QUIET_PATHS = frozenset({"/healthz", "/readyz"})


def with_request_context(app: Flask) -> Flask:
    """Bind the trace before anything else; answer with `X-Request-Id`; log the request once it is answered."""

    @app.before_request
    def begin() -> None:
        g.trace = continue_trace(request.headers.get("traceparent"))
        g.request_id = g.trace.span_id
        g.began_s = time.perf_counter()
        bind_context(g.trace)

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Cache-Control", "no-store")
        if request.path not in QUIET_PATHS:
            log.info(
                "request_finished",
                status=response.status_code,
                method=request.method,
                route=str(request.url_rule or "unknown"),
                latency_ms=round((time.perf_counter() - g.began_s) * 1000, 2),
            )
        return response

    return app


def current_trace() -> Trace:
    """The trace of the request that is being answered."""
    trace: Trace = g.trace
    return trace
