"""Every error answer is RFC 9457 `application/problem+json`, with a `type` that a program can act on."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException

from earpiece.domain import errors
from earpiece.web.statuses import status_of

log = structlog.get_logger()

_HTTP_SLUGS = {
    400: "invalid-input",
    404: "not-found",
    405: "method-not-allowed",
    408: "timeout",
    413: errors.PayloadTooLarge.slug,
    415: errors.UnsupportedMediaType.slug,
}


def problem(error: errors.EarpieceError) -> Response:
    """The answer to an error. `Retry-After` (seconds) comes from its fact `retry_after_s`, or is 1 when retryable."""
    status = status_of(error)
    facts = {name: value for name, value in error.facts.items() if name != "retry_after_s"}
    response = _response(status, error.slug, error.title, error.detail, **facts)
    if error.retryable:
        response.headers["Retry-After"] = str(error.facts.get("retry_after_s", 1))
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def with_problem_responses(app: Flask) -> Flask:
    """Answer every error of this app as a problem: ours, HTTP's own, and those that nobody foresaw."""
    app.register_error_handler(errors.EarpieceError, problem)
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(Exception, _unforeseen)
    return app


def _http_problem(error: HTTPException) -> Response:
    status = error.code or 500
    slug = _HTTP_SLUGS.get(status, "http-error" if status < 500 else "internal")
    response = _response(status, slug, HTTPStatus(status).phrase, HTTPStatus(status).description)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _unforeseen(error: Exception) -> Response:
    log.error("request_failed", error_type=type(error).__name__, exc_info=error)
    return _response(500, "internal", errors.EarpieceError.title, errors.EarpieceError.title)


def _response(status: int, slug: str, title: str, detail: str, **facts: Any) -> Response:
    body = {"type": f"urn:earpiece:problem:{slug}", "title": title, "status": status, "detail": detail, **facts}
    if request_id := g.get("request_id"):
        body["instance"] = f"urn:earpiece:request:{request_id}"
    return Response(json.dumps(body), status, mimetype="application/problem+json")
