"""A desk on one origin, with the panel in a frame from the widget's own service on another; no DNS, no store."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, FrameLocator, Locator, Page, expect
from tests.browser.panel_page import a_desk_with_suggestions
from tests.browser.widget_apis import WidgetApis, serving
from werkzeug.serving import make_server

from earpiece.domain.accounts import Account
from earpiece.domain.settings import AccountSettings
from widget.app import create_app
from widget.deps import Deps
from widget.settings import Settings

TOKEN = "t-only-in-memory"
PAGE = """<!doctype html><html lang="en"><head><title>Desk</title><meta charset="utf-8">
<link rel="stylesheet" href="/desk.css"><script type="module" src="/desk.js"></script></head>
<body><main><h1>Desk</h1><label>Reply <textarea id="reply" rows="3" cols="60"></textarea></label>
<button id="own" type="button">A button of the page</button><div id="panel"></div></main></body></html>"""
LOOKS = "#panel { inline-size: 380px; block-size: 600px; border: 1px solid }"
SCRIPT = """
import {{ mount }} from "{service}/v1/bridge.js";
Object.assign(window, {{ mount, states: [], told: [], asked: [], token: "{token}" }});
window.start = (more = {{}}) => (window.mounted = mount({{
  src: "{service}/v1/frame/acme", container: document.querySelector("#panel"), field: "#reply",
  getToken: async (why) => (asked.push(why), token),
  onState: (state) => states.push(state.status), onFeedback: (event) => told.push(event), ...more,
}}));
window.isLoaded = true;
"""


@dataclass
class Accounts:
    """As the registry and the settings of one account, `acme`, say it."""

    settings: AccountSettings = field(default_factory=AccountSettings)

    def find(self, account_id: str) -> Account | None:
        return Account("acme") if account_id == "acme" else None


@dataclass
class Framed:
    """The desk at `http://localhost:…`, its panel from `service` (127.0.0.1), and what stands behind both."""

    page: Page
    context: BrowserContext
    apis: WidgetApis
    accounts: Accounts
    service: str
    problems: list[str]

    @property
    def desk(self) -> str:
        return self.apis.address.replace("127.0.0.1", "localhost")

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("#panel iframe")

    @property
    def panel(self) -> Locator:
        return self.frame.locator(".panel")

    @property
    def reply(self) -> Locator:
        return self.page.locator("#reply")

    @property
    def ghost(self) -> Locator:
        return self.page.locator("[popover=manual] .ghost")

    def visit(self, origin: str = "", path: str = "/framed") -> Framed:
        self.page.goto((origin or self.desk) + path)
        self.page.wait_for_function("() => window.isLoaded")
        return self

    def open(self, conversation_id: str | None = "c-1", more: str = "{}") -> Framed:
        """The desk with its panel at this conversation."""
        self.visit()
        self.page.evaluate(f"(id) => start({more}).setConversation(id)", conversation_id)
        return self

    def is_at(self, status: str) -> Framed:
        expect(self.panel).to_have_attribute("data-status", status)
        return self

    def allow_frames_of(self, source: str) -> None:
        """Let the desk have frames of this source too."""
        policy = self.apis.headers["Content-Security-Policy"]
        self.apis.headers["Content-Security-Policy"] = policy.replace("frame-src", f"frame-src {source}")

    def works_without_us(self) -> None:
        """The page's own button and field do what they always did."""
        self.page.evaluate("document.querySelector('#own').onclick = () => (window.pressed = true)")
        self.page.locator("#own").click()
        self.reply.click()
        self.page.keyboard.type("I can still write")
        assert self.page.evaluate("window.pressed")
        expect(self.reply).to_have_value("I can still write")


@contextmanager
def a_service(assets: Path, apis: WidgetApis, accounts: Accounts) -> Iterator[str]:
    """The widget's own service with these accounts; where it is."""
    address = {"CONVERSATION_API_URL": apis.address, "SUGGESTION_API_URL": apis.address}
    settings = Settings.model_validate(
        {"PROJECT_ID": "p", "ASSETS_FOLDER": str(assets), "LOG_LEVEL": "ERROR", **address}
    )
    deps = Deps(accounts, lambda _: accounts.settings, lambda *_: {})
    server = make_server("127.0.0.1", 0, create_app(settings, deps), threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def a_framed_panel(browser: Browser, assets: Path, **context: Any) -> Iterator[Framed]:
    apis, accounts = a_desk_with_suggestions(assets), Accounts()
    with serving(apis), a_service(assets, apis, accounts) as service:
        apis.allowed_origin = service
        script = SCRIPT.format(service=service, token=TOKEN)
        apis.pages |= {"/framed": PAGE, "/desk.css": LOOKS, "/desk.js": script}
        apis.types |= {"/desk.css": "text/css", "/desk.js": "text/javascript"}
        apis.headers["Content-Security-Policy"] = (
            f"default-src 'none'; script-src 'self' {service}; style-src 'self'; frame-src {service}; "
            f"connect-src {apis.address}; require-trusted-types-for 'script'; trusted-types lit-html"
        )
        accounts.settings = AccountSettings(allowed_origins=(apis.address.replace("127.0.0.1", "localhost"),))
        opened = browser.new_context(permissions=["clipboard-read", "clipboard-write"], **context)
        opened.add_init_script(f"window.earpiece = {json.dumps({'config': {'shadow': 'open'}})}")
        page = opened.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if line.type in {"error", "warning"} else None)
        try:
            yield Framed(page, opened, apis, accounts, service, problems)
        finally:
            opened.close()
