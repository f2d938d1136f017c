"""The routes: the loader, the built files, and each account's frame page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from flask import Flask, Request, Response, request

from earpiece.domain.errors import InvalidInput, NotFound, RateLimited
from earpiece.domain.ids import platform_id
from earpiece.telemetry.logs import bind_ids
from earpiece.web.rate_limits import TokenBuckets
from widget.assets import Assets
from widget.deps import Deps
from widget.frame_page import frame_page
from widget.settings import Settings

OWN_PAGE = "custom"  # the platform of pages of the account's own
LOADER_KEPT_S = 300
ASSET_KEPT_S = 31_536_000
MISSES_PER_MINUTE = 60  # frame pages that are not there, from one address
CONVERSATION_IDS = ("conversation", "platform-conversation", "conversationId")
_SCRIPT = "text/javascript"


def add_routes(app: Flask, deps: Callable[[], Deps], assets: Assets, settings: Settings) -> Flask:
    """What this service answers; `deps` are connected at the first frame page."""
    loader = _loader(assets, settings)
    misses = TokenBuckets()

    @app.get("/v1/loader.js")
    def get_loader() -> Response:
        response = _for_every_page(Response(loader, mimetype=_SCRIPT), f"public, max-age={LOADER_KEPT_S}")
        response.set_etag(hashlib.sha256(loader.encode()).hexdigest()[:32])
        response.make_conditional(request)
        return response

    @app.get("/v1/bridge.js")
    def get_bridge() -> Response:
        # A redirect, because the module's own parts lie beside the file that it really is.
        found = Response(status=302, headers={"Location": f"/assets/{assets.names['bridge']}"})
        return _for_every_page(found, f"public, max-age={LOADER_KEPT_S}")

    @app.get("/assets/<name>")
    def get_asset(name: str) -> Response:
        asset = assets.read(name, _accepted(request))
        response = Response(asset.content, mimetype=_SCRIPT)
        response.vary.add("Accept-Encoding")
        if asset.encoding:
            response.content_encoding = asset.encoding
        return _for_every_page(response, f"public, max-age={ASSET_KEPT_S}, immutable")

    @app.get("/v1/frame/<account_id>", defaults={"platform": None})
    @app.get("/w/<account_id>/<platform>")  # without a query: platforms send agents back to it after their login
    def get_frame(account_id: str, platform: str | None) -> Response:
        chosen = _platform(platform or request.args.get("platform", OWN_PAGE), assets)
        _check_ids(request)
        _not_guessing(request, misses)
        try:
            page = frame_page(account_id, chosen, deps=deps(), assets=assets, settings=settings)
        except NotFound:
            misses.take(request.remote_addr or "", MISSES_PER_MINUTE)
            raise
        bind_ids(account_id=account_id)
        return Response(page.html, mimetype="text/html", headers={"Content-Security-Policy": page.policy})

    return app


def _loader(assets: Assets, settings: Settings) -> str:
    """The built loader, with what it has to know of this place around it."""
    place = {
        "element": f"/assets/{assets.names['element']}",
        "conversationApi": settings.conversation_api_url,
        "suggestionApi": settings.suggestion_api_url,
    }
    return f"((EARPIECE)=>{{{assets.text('loader').strip()}}})({json.dumps(place)});\n"


def _for_every_page(response: Response, kept: str) -> Response:
    """Scripts that any page may load as modules, also one that is isolated from other origins (COEP)."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = kept
    return response


def _accepted(request: Request) -> frozenset[str]:
    return frozenset(name for name, quality in request.accept_encodings if quality > 0)


def _platform(name: str, assets: Assets) -> str | None:
    if name == OWN_PAGE:
        return None
    if name not in assets.platforms:
        known = ", ".join(sorted([*assets.platforms, OWN_PAGE]))
        raise InvalidInput(f"platform is {name[:40]!r}; give one of {known}")
    return name


def _check_ids(request: Request) -> None:
    """Raises InvalidInput for an id that is no id, such as a placeholder that the platform did not fill in."""
    for name in CONVERSATION_IDS:
        if (value := request.args.get(name)) is None:
            continue
        if "{{" in value or "}}" in value:
            raise InvalidInput(f"{name} is still a placeholder: the platform did not fill it in")
        platform_id(value)


def _not_guessing(request: Request, misses: TokenBuckets) -> None:
    if wait_s := misses.wait_s(request.remote_addr or "", MISSES_PER_MINUTE):
        raise RateLimited("too many frame pages that are not there", retry_after_s=int(wait_s) + 1)
