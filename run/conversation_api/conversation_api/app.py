"""The service: what every request passes through, around the routes."""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from conversation_api.deps import Deps, connect
from conversation_api.routes import routes
from conversation_api.settings import Settings
from earpiece.telemetry.logs import configure_logs
from earpiece.web.context import with_request_context
from earpiece.web.cross_origin import with_cross_origin
from earpiece.web.functions import Lazily
from earpiece.web.health import with_health
from earpiece.web.openapi import with_operations
from earpiece.web.problems import with_problem_responses

VERSION = "1"


def create_app(settings: Settings, deps: Deps | None = None) -> Flask:
    """The unit's app; tests pass their own deps."""
    configure_logs("conversation_api", settings.project_id, settings.log_level)
    connected = Lazily(lambda: deps or connect(settings))
    app = Flask("conversation_api")
    if settings.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxy_hops, x_proto=0, x_host=0)  # type: ignore[method-assign]
    with_request_context(with_health(with_problem_responses(app), lambda: _warm(connected())))
    with_cross_origin(app, lambda account_id: _origins(connected(), account_id), settings.widget_origin)
    return with_operations(app, "Earpiece conversation API", VERSION, routes(connected, settings))


def _warm(deps: Deps) -> None:
    deps.accounts.find("readiness")


def _origins(deps: Deps, account_id: str) -> Collection[str]:
    account = deps.accounts.find(account_id)
    return deps.settings_of(account).allowed_origins if account else ()
