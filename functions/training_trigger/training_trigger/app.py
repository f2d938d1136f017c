"""The door: the scheduler, staff, and pushes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask, Request, Response, jsonify, request

from earpiece.domain.accounts import Account
from earpiece.domain.dead_letters import Origin
from earpiece.domain.errors import InvalidInput
from earpiece.domain.json_body import read_object
from earpiece.domain.times import parse_instant
from earpiece.telemetry.logs import bind_ids, configure_logs
from earpiece.telemetry.traces import Trace
from earpiece.web.context import current_trace, with_request_context
from earpiece.web.functions import Lazily
from earpiece.web.health import with_health
from earpiece.web.problems import with_problem_responses
from earpiece.web.push import PushedMessage
from earpiece.web.pushes import take_pushes
from training_trigger.deps import Deps, connect
from training_trigger.request import request_due, request_one
from training_trigger.settings import Settings
from training_trigger.start import start

# Cloud Scheduler sends the same time with every attempt of one scheduled call.
SCHEDULE_TIME_HEADER = "X-CloudScheduler-ScheduleTime"


def create_app(settings: Settings, deps: Deps | None = None) -> Flask:
    """The unit's app; tests pass their own deps."""
    configure_logs("training_trigger", settings.project_id, settings.log_level)
    connected = Lazily(lambda: deps or connect(settings))
    app = Flask("training_trigger")
    _add_routes(app, connected, settings)
    return with_request_context(with_health(with_problem_responses(app), lambda: _warm(connected())))


def _warm(deps: Deps) -> None:
    deps.accounts.find("readiness")


def _add_routes(app: Flask, deps: Callable[[], Deps], settings: Settings) -> None:
    @app.post("/scheduled")
    def scheduled() -> Response:
        found = request_due(
            _scheduled_at(request, deps()),
            is_forced=_is_forced(request),
            trace=current_trace(),
            deps=deps(),
            settings=settings,
        )
        return jsonify(requested=found.requested, already_running=found.already_running, not_due=list(found.not_due))

    @app.post("/accounts/<account_id>/training")
    def train_one(account_id: str) -> tuple[Response, int]:
        bind_ids(account_id=account_id)
        run_id = request_one(account_id, trace=current_trace(), deps=deps(), settings=settings)
        return jsonify(account_id=account_id, run_id=run_id), 202

    def begin(pushed: PushedMessage, account: Account, _: Trace) -> None:
        start(pushed, account, deps=deps(), settings=settings)

    take_pushes(app, "/training-requested", begin, origin=Origin.TRAINING_REQUEST, deps=deps)


def _is_forced(request: Request) -> bool:
    body = request.get_data(cache=False)
    forced = read_object(body).get("force", False) if body else False
    if not isinstance(forced, bool):
        raise InvalidInput("force must be true or false", pointer="/force")
    return forced


def _scheduled_at(request: Request, deps: Deps) -> datetime:
    told = request.headers.get(SCHEDULE_TIME_HEADER)
    return parse_instant(told) if told else deps.now()
