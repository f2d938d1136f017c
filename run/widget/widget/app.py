"""The service: what every request passes through, around the routes."""

from __future__ import annotations

from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

from earpiece.telemetry.logs import configure_logs
from earpiece.web.context import with_request_context
from earpiece.web.functions import Lazily
from earpiece.web.health import with_health
from earpiece.web.problems import with_problem_responses
from widget.assets import Assets
from widget.deps import Deps, connect
from widget.routes import add_routes
from widget.settings import Settings

SAFE = {
    # A frame page has a policy of its own; nothing else of ours may be framed, or load anything.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # an address may name a conversation
    "Permissions-Policy": "camera=(), clipboard-read=(), clipboard-write=(self), geolocation=(), microphone=()",
}


def create_app(settings: Settings, deps: Deps | None = None) -> Flask:
    """The unit's app; tests pass their own deps. Raises Unavailable when the widget was not built."""
    configure_logs("widget", settings.project_id, settings.log_level)
    assets = Assets.of(settings.assets_folder)
    connected = Lazily(lambda: deps or connect(settings))
    app = Flask("widget", static_folder=None)
    if settings.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxy_hops, x_proto=0, x_host=0)  # type: ignore[method-assign]
    with_request_context(with_health(with_problem_responses(app), lambda: _warm(connected())))
    return add_routes(_with_safe_headers(app), connected, assets, settings)


def _with_safe_headers(app: Flask) -> Flask:
    @app.after_request
    def keep_safe(response: Response) -> Response:
        for name, value in SAFE.items():
            response.headers.setdefault(name, value)
        return response

    return app


def _warm(deps: Deps) -> None:
    deps.accounts.find("readiness")
