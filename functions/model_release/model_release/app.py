"""The door: pushes in, acknowledgements out."""

from __future__ import annotations

from flask import Flask, Response, request

from earpiece.domain.accounts import Account
from earpiece.domain.dead_letters import Origin
from earpiece.telemetry.logs import bind_context, configure_logs
from earpiece.telemetry.traces import continue_trace
from earpiece.web.context import with_request_context
from earpiece.web.dead_letters import keep_exhausted, process_or_keep
from earpiece.web.functions import Lazily
from earpiece.web.health import with_health
from earpiece.web.problems import with_problem_responses
from earpiece.web.push import read_push
from model_release.deps import Deps, connect
from model_release.release import release
from model_release.settings import Settings


def create_app(settings: Settings, deps: Deps | None = None) -> Flask:
    """The unit's app; tests pass their own deps."""
    configure_logs("model_release", settings.project_id, settings.log_level)
    connected = Lazily(lambda: deps or connect(settings))
    app = Flask("model_release")

    @app.post("/model-trained")
    def model_trained() -> Response:
        pushed = read_push(request)
        bind_context(continue_trace(pushed.attributes.get("traceparent")), message_id=pushed.message_id)

        def decide(account: Account) -> None:
            release(pushed, account, deps=connected(), settings=settings)

        process_or_keep(pushed, decide, origin=Origin.TRAINED_MODEL, deps=connected())
        return Response(status=204)

    @app.post("/dead-letters")
    def dead_letters() -> Response:
        keep_exhausted(read_push(request), origin=Origin.TRAINED_MODEL, deps=connected())
        return Response(status=204)

    return with_request_context(with_health(with_problem_responses(app), lambda: _warm(connected())))


def _warm(deps: Deps) -> None:
    deps.accounts.find("readiness")
