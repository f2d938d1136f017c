"""The door: pushes in, acknowledgements out."""

from __future__ import annotations

from flask import Flask

from conversation_writer.deps import Deps, connect
from conversation_writer.settings import Settings
from conversation_writer.store import store
from earpiece.domain.accounts import Account
from earpiece.domain.dead_letters import Origin
from earpiece.telemetry.logs import configure_logs
from earpiece.telemetry.traces import Trace
from earpiece.web.context import with_request_context
from earpiece.web.functions import Lazily
from earpiece.web.health import with_health
from earpiece.web.problems import with_problem_responses
from earpiece.web.push import PushedMessage
from earpiece.web.pushes import take_pushes


def create_app(settings: Settings, deps: Deps | None = None) -> Flask:
    """The unit's app; tests pass their own deps."""
    configure_logs("conversation_writer", settings.project_id, settings.log_level)
    connected = Lazily(lambda: deps or connect(settings))
    app = Flask("conversation_writer")

    def keep(pushed: PushedMessage, account: Account, trace: Trace) -> None:
        store(pushed, account, trace=trace, deps=connected(), settings=settings)

    take_pushes(app, "/events", keep, origin=Origin.EVENT, deps=connected)
    return with_request_context(with_health(with_problem_responses(app), lambda: _warm(connected())))


def _warm(deps: Deps) -> None:
    deps.accounts.find("readiness")
