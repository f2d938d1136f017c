"""The service: what every request passes through, around the routes."""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from earpiece.domain.accounts import Account
from earpiece.telemetry.logs import configure_logs
from earpiece.web.context import with_request_context
from earpiece.web.cross_origin import with_cross_origin
from earpiece.web.functions import Lazily
from earpiece.web.health import with_health
from earpiece.web.openapi import with_operations
from earpiece.web.problems import with_problem_responses
from suggestion_api.deps import Deps, connect
from suggestion_api.routes import routes
from suggestion_api.settings import Settings

VERSION = "1"
ORIGINS_WAIT_S = 2.0


def create_app(settings: Settings, deps: Deps | None = None) -> Flask:
    """The unit's app; tests pass their own deps."""
    configure_logs("suggestion_api", settings.project_id, settings.log_level)
    connected = Lazily(lambda: deps or connect(settings))
    app = Flask("suggestion_api")
    if settings.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxy_hops, x_proto=0, x_host=0)  # type: ignore[method-assign]
    with_request_context(with_health(with_problem_responses(app), lambda: _warm(connected())))
    with_cross_origin(app, lambda account_id: _origins(connected(), account_id), settings.widget_origin)
    return with_operations(app, "Earpiece suggestion API", VERSION, routes(connected))


def _warm(deps: Deps) -> None:
    deps.reader.warm(Account("readiness"))  # opens the connection, for which the next line would not wait
    deps.accounts.find("readiness")


def _origins(deps: Deps, account_id: str) -> Collection[str]:
    account = deps.accounts.find(account_id)
    # Longer than an agent waits: without the true settings the browser would withhold the answer from its page.
    return deps.reader.settings(account, ORIGINS_WAIT_S)[0].allowed_origins if account else ()
