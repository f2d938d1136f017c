"""The door: pushes in, acknowledgements out."""

from __future__ import annotations

from flask import Flask

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
from model_release.deps import Deps, connect
from model_release.release import release
from model_release.settings import Settings


def create_app(settings: Settings, deps: Deps | None = None) -> Flask:
    """The unit's app; tests pass their own deps."""
    configure_logs("model_release", settings.project_id, settings.log_level)
    connected = Lazily(lambda: deps or connect(settings))
    app = Flask("model_release")

    def decide(pushed: PushedMessage, account: Account, _: Trace) -> None:
        release(pushed, account, deps=connected(), settings=settings)

    take_pushes(app, "/model-trained", decide, origin=Origin.TRAINED_MODEL, deps=connected)
    return with_request_context(with_health(with_problem_responses(app), lambda: _warm(connected())))


def _warm(deps: Deps) -> None:
    deps.accounts.find("readiness")
