"""The door: the scheduler, or intake after an outage; and what the warehouse's subscriptions gave up on."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request

from earpiece.telemetry.logs import configure_logs
from earpiece.web.context import with_request_context
from earpiece.web.dead_letters import keep_refused_row
from earpiece.web.functions import Lazily
from earpiece.web.health import with_health
from earpiece.web.problems import with_problem_responses
from earpiece.web.push import read_push
from outbox_relay.deps import Deps, connect
from outbox_relay.relay import relay
from outbox_relay.settings import Settings


def create_app(settings: Settings, deps: Deps | None = None) -> Flask:
    """The unit's app; tests pass their own deps."""
    configure_logs("outbox_relay", settings.project_id, settings.log_level)
    connected = Lazily(lambda: deps or connect(settings))
    app = Flask("outbox_relay")

    @app.post("/")
    def run() -> Response:
        relayed = relay(deps=connected(), settings=settings)
        return jsonify(published_count=relayed.published_count, is_empty=relayed.is_empty)

    @app.post("/refused-rows")
    def refused_rows() -> Response:
        keep_refused_row(read_push(request), deps=connected())
        return Response(status=204)

    return with_request_context(with_health(with_problem_responses(app), lambda: _warm(connected())))


def _warm(deps: Deps) -> None:
    list(deps.outboxes.oldest(1))
