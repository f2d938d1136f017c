"""The routes of a unit that takes pushed messages: its topic's, and what Pub/Sub gave up on."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, request

from earpiece.domain.accounts import Account
from earpiece.domain.dead_letters import Origin
from earpiece.telemetry.logs import bind_context
from earpiece.telemetry.traces import Trace, continue_trace
from earpiece.web.dead_letters import KeepsDeadLetters, keep_exhausted, process_or_keep
from earpiece.web.push import PushedMessage, read_push

Process = Callable[[PushedMessage, Account, Trace], None]


def take_pushes(
    app: Flask, path: str, process: Process, *, origin: Origin, deps: Callable[[], KeepsDeadLetters]
) -> None:
    """Add `POST path`, where `process` has the message, and `POST /dead-letters`; 204 once it is durable."""

    @app.post(path)
    def pushed_message() -> Response:
        pushed = read_push(request)
        trace = continue_trace(pushed.attributes.get("traceparent"))
        bind_context(trace, message_id=pushed.message_id)
        process_or_keep(pushed, lambda account: process(pushed, account, trace), origin=origin, deps=deps())
        return Response(status=204)

    @app.post("/dead-letters")
    def dead_letters() -> Response:
        keep_exhausted(read_push(request), origin=origin, deps=deps())
        return Response(status=204)
