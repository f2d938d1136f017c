"""The door: HTTP in and out, nothing else."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from flask import Flask, Request, Response, jsonify, request

from earpiece.domain.deliveries import Delivery
from earpiece.domain.errors import EarpieceError, InvalidSignature, NotFound, UnsupportedMediaType
from earpiece.platforms import PLATFORMS, Platform
from earpiece.telemetry.logs import bind_ids, configure_logs
from earpiece.web.bodies import read_bytes
from earpiece.web.context import current_trace, with_request_context
from earpiece.web.functions import Lazily
from earpiece.web.health import with_health
from earpiece.web.problems import problem, with_problem_responses
from webhook_intake.deps import Deps, connect
from webhook_intake.receive import receive
from webhook_intake.settings import Settings

log = structlog.get_logger()

MAX_BODY_BYTES = 1024 * 1024


def create_app(settings: Settings, deps: Deps | None = None) -> Flask:
    """The unit's app; tests pass their own deps."""
    configure_logs("webhook_intake", settings.project_id, settings.log_level)
    connected = Lazily(lambda: deps or connect(settings))
    app = Flask("webhook_intake")
    _add_routes(app, connected, settings)
    app.register_error_handler(EarpieceError, _refused)
    return with_request_context(with_health(with_problem_responses(app), lambda: _warm(connected())))


def _warm(deps: Deps) -> None:
    deps.accounts.find("readiness")


def _add_routes(app: Flask, deps: Callable[[], Deps], settings: Settings) -> None:
    @app.post("/v1/deliveries/<account_id>/<platform_name>")
    def deliver(account_id: str, platform_name: str) -> Response:
        bind_ids(account_id=account_id, platform=platform_name)
        delivery = _delivery(request, platform_name, deps())
        receipt = receive(
            delivery, account_id, _platform(platform_name), trace=current_trace(), deps=deps(), settings=settings
        )
        return jsonify(accepted=receipt.event_count, ignored=list(receipt.unknown_kinds))

    @app.get("/v1/deliveries/<account_id>/<platform_name>")
    def handshake(account_id: str, platform_name: str) -> Response:
        platform = _platform(platform_name)
        account = deps().accounts.find(account_id)
        secrets = deps().integrations(account).secrets(platform.name) if account else ()
        found = platform.handshake(request.args, secrets)
        if found is None:
            raise InvalidSignature
        return Response(found.text, mimetype="text/plain")


def _platform(name: str) -> Platform:
    if name not in PLATFORMS:
        raise NotFound(f"platform must be one of {', '.join(sorted(PLATFORMS))}")
    return PLATFORMS[name]


def _delivery(request: Request, platform_name: str, deps: Deps) -> Delivery:
    if request.mimetype != "application/json" or request.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedMediaType
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Delivery(platform_name, headers, read_bytes(request, MAX_BODY_BYTES), deps.now())


def _refused(error: EarpieceError) -> Response:
    log.warning("delivery_refused", reason=error.slug)
    return problem(error)
