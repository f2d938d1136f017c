"""An agent's page with the widget in it, in Debian's Chromium, under a strict content security policy."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from tests.browser.widget_apis import WidgetApis, a_conversation, serving, some_offers

REPOSITORY = Path(__file__).parents[2]
WEB = REPOSITORY / "run/widget/web"
BUILT = REPOSITORY / "run/widget/assets"
OUTPUT = REPOSITORY / "tests/output/browser"
PATIENCE_MS = 30_000  # a machine with other work draws a page when it comes to it; what is there at once costs nothing
LOOK_EVERY_MS = 25

DESK = """<!doctype html><html lang="en"><head><title>Desk</title>
<meta name="viewport" content="width=device-width">
<script type="module" src="/assets/earpiece.js"></script></head>
<body><main><h1>Desk</h1><label>Reply <textarea id="reply" rows="3"></textarea></label>
<button id="own" type="button">A button of the page</button>
<earpiece-widget account="acme" target="#reply"></earpiece-widget></main></body></html>"""

ORPHAN = """<!doctype html><html lang="en"><head><title>Desk</title>
<script type="module" src="/assets/orphan.js"></script></head>
<body><main><h1>Desk</h1><div id="orphan"></div></main></body></html>"""

FOCUSED = """() => {
  let one = document.activeElement;
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  return one.tagName.toLowerCase() + (one.id ? "#" + one.id : " " + (one.ariaLabel ?? one.textContent.trim()));
}"""

ORPHAN_BUILD = """export default { configFile: false, logLevel: "warn", build: { outDir: %s, emptyOutDir: false,
  target: "es2021", cssTarget: "chrome130", modulePreload: false,
  lib: { entry: { orphan: "tests/view/orphan_page.ts" }, formats: ["es"], fileName: (_, name) => `${name}.js` } } }"""


def widget_files(folder: Path) -> Path:
    """The built files as the service serves them under /assets/, and two that pages of tests name.

    `earpiece.js` brings the element, as the loader does; `orphan.js` is a panel whose extension is gone. They are a
    copy, since a build beside the tests takes the old files away.
    """
    assets = shutil.copytree(BUILT, folder / "assets", ignore=shutil.ignore_patterns("extension"))
    element = json.loads((assets / "manifest.json").read_text())["element"]
    (assets / "earpiece.js").write_text(f'import "./{element}";\n')
    config = folder / "vite.config.mjs"
    config.write_text(ORPHAN_BUILD % json.dumps(str(assets)))
    command = ["node", "node_modules/vite/bin/vite.js", "build", "--config", str(config)]
    done = subprocess.run(command, cwd=WEB, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return assets


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--disable-dev-shm-usage"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class PanelPage:
    """What an agent has before them; `apis` is what stands behind it."""

    page: Page
    apis: WidgetApis
    problems: list[str]  # errors and console errors of the page

    @property
    def widget(self) -> Locator:
        return self.page.locator("earpiece-widget, #orphan")

    @property
    def panel(self) -> Locator:
        return self.widget.locator(".panel")

    @property
    def reply(self) -> Locator:
        return self.page.locator("#reply")

    @property
    def cards(self) -> Locator:
        return self.part("suggestions").get_by_role("listitem")

    def part(self, name: str) -> Locator:
        return self.panel.locator(f"[data-part={name}]")

    def button(self, name: str | re.Pattern[str], part: str = "") -> Locator:
        return (self.part(part) if part else self.panel).get_by_role("button", name=name, exact=True)

    def is_at(self, status: str) -> None:
        """Wait until the panel shows this status."""
        expect(self.panel).to_have_attribute("data-status", status)

    def has_all(self) -> None:
        """Wait for what is in a file of its own, and drawn when that has come."""
        expect(self.part("assistants")).to_be_visible()

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        """Until this is so of what the stand-in has seen; the page goes on meanwhile."""
        for _ in range(PATIENCE_MS // LOOK_EVERY_MS):
            if is_so():
                return
            self.page.wait_for_timeout(LOOK_EVERY_MS)
        raise AssertionError(f"it did not happen within {PATIENCE_MS / 1000:g} s")

    def has_focus(self, name: str) -> None:
        """Wait until this has the focus, as `focused` tells it."""
        told = f"(name) => ({FOCUSED})() === name"
        self.page.wait_for_function(told, arg=name)

    def open(self, conversation_id: str | None = "c-1", path: str = "/desk") -> PanelPage:
        """The page with its widget, signed in, at this conversation; the panel is there."""
        self.begin(conversation_id, path)
        expect(self.panel.first).to_be_visible()
        return self

    def begin(self, conversation_id: str | None = "c-1", path: str = "/desk") -> None:
        """The same, without waiting for the panel."""
        self.page.goto(self.apis.address + path)
        if path != "/orphan":
            self.page.wait_for_function("!!customElements.get('earpiece-widget')")
        self.page.evaluate(
            """(conversation) => { window.asked = []; window.token = "t-1";
              for (const widget of document.querySelectorAll("earpiece-widget")) {
                widget.getToken = async (why) => (asked.push(why), token);
                widget.setConversation(conversation);
              } }""",
            conversation_id,
        )

    def call(self, method: str, *arguments: Any) -> None:
        """A method of the element, as the page calls it."""
        self.widget.evaluate(f"(widget, given) => void widget.{method}(...given)", list(arguments))

    def focused(self) -> str:
        """What has the focus, in the panel or in the page: a name and its id, or its text."""
        return str(self.page.evaluate(FOCUSED))


def a_desk_with_suggestions(assets: Path) -> WidgetApis:
    """Maria asks for her refund, and three replies and a page would help."""
    apis = WidgetApis(assets, pages={"/desk": DESK, "/orphan": ORPHAN})
    apis.conversations["c-1"] = a_conversation(
        "c-1", "Maria", "Hello", "Hello Maria", "Where is my refund for order 4411?"
    )
    apis.offers["c-1"] = some_offers(
        [
            "I have issued a refund of {amount} for order {order_id}.",
            "Could you confirm the last four digits of your card?",
            "One moment please, I am looking into it.",
        ],
        links=[{"url": "https://help.example.com/refunds", "title": "Refund policy", "score": 0.9}],
    )
    return apis


@contextmanager
def a_panel_page(browser: Browser, apis: WidgetApis, **context: Any) -> Iterator[PanelPage]:
    """A page of its own for a test, with the stand-in for the APIs; `context` as Playwright's."""
    settings = {"viewport": {"width": 400, "height": 900}, "locale": "en-GB", "timezone_id": "UTC", **context}
    with serving(apis):
        opened: BrowserContext = browser.new_context(**settings)
        page = opened.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        config = {"conversationApi": apis.address, "suggestionApi": apis.address, "shadow": "open"}
        page.add_init_script(f"window.earpiece = {{ config: {json.dumps(config)} }}")
        try:
            yield PanelPage(page, apis, problems)
        finally:
            opened.close()


def picture(found: PanelPage, name: str) -> None:
    """Keep what the panel looks like, for people to look at."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    found.panel.screenshot(path=OUTPUT / f"{name}.png")
