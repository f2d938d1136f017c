"""Which pages may call from a browser (CORS, fetch.spec.whatwg.org): the widget's own, and those that the account's
settings list.

A preflight carries no token, so the page names its account in the query, `?account=<id>`; the browser sends the same
address in the preflight. The request itself goes by its token alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from flask import Flask, Response, g, request

from earpiece.domain.errors import EarpieceError

ALLOWED_HEADERS = "authorization, content-type, if-none-match, traceparent"
EXPOSED_HEADERS = "ETag, Retry-After, X-Request-Id"


def with_cross_origin(app: Flask, origins_of: Callable[[str], Collection[str]], widget_origin: str = "") -> Flask:
    """Answer preflights, and tell the browser which page may read an answer; `origins_of` takes an account id.

    `widget_origin` is where the widget's own pages come from: they may call for every account, store or no store.
    """

    @app.before_request
    def preflight() -> Response | None:
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return Response(status=204)
        return None

    @app.after_request
    def allow(response: Response) -> Response:
        response.vary.add("Origin")
        origin = request.headers.get("Origin")
        if origin and (origin == widget_origin or origin in _origins(origins_of)):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
            if request.method == "OPTIONS":
                response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT"
                response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
                response.headers["Access-Control-Max-Age"] = "600"
        return response

    return app


def _origins(origins_of: Callable[[str], Collection[str]]) -> Collection[str]:
    caller = g.get("caller")
    account_id = caller.account.account_id if caller else request.args.get("account", "")
    try:
        return origins_of(account_id)
    except EarpieceError:
        return ()  # the store is away: no page is allowed, and the answer itself stands
