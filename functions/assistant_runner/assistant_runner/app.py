"""The door: pushes in, acknowledgements out."""

from __future__ import annotations

from flask import Flask

from assistant_runner.deps import Deps, connect
from assistant_runner.run_assistants import run_assistants
from assistant_runner.settings import Settings
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
    configure_logs("assistant_runner", settings.project_id, settings.log_level)
    connected = Lazily(lambda: deps or connect(settings))
    app = Flask("assistant_runner")

    def run(pushed: PushedMessage, account: Account, _: Trace) -> None:
        run_assistants(pushed, account, deps=connected(), settings=settings)

    take_pushes(app, "/runs", run, origin=Origin.ASSISTANT_RUN, deps=connected)
    return with_request_context(with_health(with_problem_responses(app), lambda: _warm(connected())))


def _warm(deps: Deps) -> None:
    deps.accounts.find("readiness")
