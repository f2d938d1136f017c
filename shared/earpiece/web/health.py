"""Liveness and readiness, the same at every door."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response

from earpiece.domain.errors import EarpieceError, Unavailable


def with_health(app: Flask, is_ready: Callable[[], None]) -> Flask:
    """`GET /healthz`: the process answers. `GET /readyz`: `is_ready` returned, so its clients are connected."""

    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @app.get("/readyz")
    def readyz() -> Response:
        try:
            is_ready()
        except EarpieceError:
            raise
        except Exception as error:
            raise Unavailable("not ready") from error
        return Response("ready\n", mimetype="text/plain")

    return app
