"""A small internet in a browser's context: each origin answers under its real name. Nothing leaves the machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext, Request, Route
from tests.browser.widget_apis import Call, WidgetApis

DOUBLES = Path(__file__).parent / "doubles"
SERVICE = "https://assist.example.com"
API = f"{SERVICE}/api"
_TYPES = {".js": "text/javascript", ".html": "text/html"}


@dataclass(frozen=True, slots=True)
class Answer:
    body: str | bytes = ""
    content_type: str = "text/html"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Site = Callable[[Request], Answer]


@dataclass
class Frames:
    """The service's frame pages: settings, policy, the built script, and both APIs under the same origin."""

    built: Path
    apis: WidgetApis
    ancestors: list[str]
    sign_in: dict[str, Any] | None = None
    sdk_source: str = ""
    is_framed_by_all: bool = False  # the policy lets everybody: what is left is the host's own check
    proofs: dict[str, str] = field(default_factory=dict)  # proof: the token that it becomes
    exchanged: list[dict[str, Any]] = field(default_factory=list)
    script: str = "frame.js"

    def __call__(self, request: Request) -> Answer:
        path = urlsplit(request.url).path
        if path.startswith("/w/"):
            return self._page(path.rpartition("/")[2])
        if path.startswith("/assets/"):
            file = self.built / path.removeprefix("/assets/")
            return Answer(file.read_bytes(), "text/javascript") if file.is_file() else Answer(status=404)
        if path == "/api/v1/token":
            return self._token(json.loads(request.post_data or "{}"), request)
        return self._api(path.removeprefix("/api"), request)

    def _page(self, platform: str) -> Answer:
        settings = {
            "account": "acme",
            "platform": platform,
            "conversationApi": API,
            "frameAncestors": self.ancestors,
            "signIn": self.sign_in,
        }
        ancestors = "*" if self.is_framed_by_all else " ".join(self.ancestors)
        policy = (
            f"default-src 'none'; script-src 'self' {self.sdk_source}; style-src 'self'; "
            "connect-src 'self' https://login.mypurecloud.de; require-trusted-types-for 'script'; "
            f"trusted-types lit-html earpiece-sdk; frame-ancestors {ancestors}"
        )
        page = (
            '<!doctype html><title>Earpiece</title><body><script type="application/json" id="earpiece-frame">'
            f'{json.dumps(settings)}</script><script type="module" src="/assets/{self.script}"></script>'
        )
        return Answer(page, headers={"Content-Security-Policy": policy})

    def _token(self, proof: dict[str, Any], request: Request) -> Answer:
        account = parse_qs(urlsplit(request.url).query).get("account")
        self.exchanged.append(proof | {"account": account})
        token = self.proofs.get(proof.get("embed_token") or proof.get("platform_token") or "")
        if token is None:
            return Answer("{}", "application/json", status=401)
        body = {"token": token, "expires_at": "2099-01-01T00:00:00Z", "expires_in_s": 600}
        return Answer(json.dumps(body), "application/json")

    def _api(self, path: str, request: Request) -> Answer:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        body = json.loads(request.post_data) if request.post_data else None
        call = Call(request.method, path, body, token)
        if token not in self.proofs.values():
            return Answer("{}", "application/json", status=401)
        status, found, headers = self.apis.answer(call, request.headers.get("if-none-match", ""))
        content = "" if found is None else json.dumps(found)
        return Answer(content, headers.pop("Content-Type", "application/json"), status, headers)


@dataclass
class Web:
    """Sites by origin. A request to any other is a stray one, and is cut off."""

    sites: dict[str, Site] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)
    holding: str | None = None  # requests whose path has this text wait
    held: list[tuple[Route, Request]] = field(default_factory=list)

    def attach(self, context: BrowserContext) -> Web:
        context.route("**/*", self._answer)
        return self

    def release(self) -> None:
        """Answer what waits, now."""
        self.holding, held, self.held = None, self.held, []
        for route, request in held:
            self._answer(route, request)

    def _answer(self, route: Route, request: Request) -> None:
        if self.holding and self.holding in request.url:
            return self.held.append((route, request))
        parts = urlsplit(request.url)
        site = self.sites.get(f"{parts.scheme}://{parts.netloc}")
        if site is None:
            self.strays.append(request.url)
            return route.abort()
        answer = site(request)
        headers = {"Content-Type": answer.content_type, **answer.headers}
        return route.fulfill(status=answer.status, body=answer.body, headers=headers)


def page_of(*scripts: str, kind: str = "text/javascript", imports: dict[str, str] | None = None) -> Site:
    """A site whose every page runs these doubles; its scripts are under their names."""
    tags = "".join(f'<script type="{kind}" src="/{name}"></script>' for name in scripts)
    links = f'<script type="importmap">{json.dumps({"imports": imports})}</script>' if imports else ""

    def site(request: Request) -> Answer:
        name = urlsplit(request.url).path.removeprefix("/")
        if name.endswith(".js"):
            return Answer((DOUBLES / name).read_text(), _TYPES[".js"])
        return Answer(f"<!doctype html><title>Desk</title><body>{links}{tags}")

    return site
