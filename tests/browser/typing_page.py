"""Pages in which an agent types: fields of many kinds, the widget with a pack, and what is seen at the caret."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.panel_page import PanelPage, a_panel_page
from tests.browser.widget_apis import WidgetApis, a_conversation, some_offers

from earpiece.engine.packing import pack

REPLIES = [
    ("Thank you for your patience while I look into this for you.", 5.0),
    ("I have issued the refund, it takes three to five days.", 3.0),
    ("مرحبا بك كيف يمكنني مساعدتك اليوم", 1.0),
]
GUARD_S = 0.12

PAGE = """<!doctype html><html lang="en"><head><title>Desk</title><meta charset="utf-8">
<link rel="stylesheet" href="/desk.css"><script type="module" src="/assets/earpiece.js"></script></head>
<body><main><h1>Desk</h1><label for="reply">Reply</label><br>{field}
<p><button id="own" type="button">A button of the page</button></p></main>
<earpiece-widget account="acme" target="#reply"></earpiece-widget></body></html>"""

AREA = '<textarea id="reply" rows="3" cols="60"></textarea>'
# Help in a field is a file of its own; the page's import of it is over when a later one is.
HELP_CAME = """() => performance.getEntriesByType("resource").map(({ name }) => name)
  .find((name) => /\\/connect-[^/]*\\.js$/.test(name)) ?? null"""
AT_ONCE = """(field, text) => { document.execCommand("insertText", false, text);
  return document.querySelector("[popover=manual]")?.matches(":popover-open") ?? false; }"""


@dataclass
class Typed:
    """The page with its field, which is in focus."""

    desk: PanelPage

    @property
    def page(self) -> Page:
        return self.desk.page

    @property
    def field(self) -> Locator:
        return self.page.locator("#reply")

    @property
    def ghost(self) -> Locator:
        return self.page.locator("[popover=manual] .ghost")

    def is_helped(self) -> Typed:
        """Wait until the widget listens in the field, which is there."""
        came = self.page.wait_for_function(HELP_CAME)
        self.page.evaluate("(file) => import(file).then(() => undefined)", came)
        return self

    def type(self, text: str) -> Typed:
        self.page.keyboard.type(text)
        return self

    def press(self, *keys: str) -> Typed:
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def offers(self, text: str) -> Typed:
        """Wait until this stands at the caret, and may be accepted."""
        expect(self.ghost).to_be_visible()
        expect(self.ghost).to_have_text(text, use_inner_text=False)
        self.page.wait_for_function(f"() => new Promise((done) => setTimeout(() => done(true), {GUARD_S * 1000 + 20}))")
        return self

    def settles(self) -> Typed:
        """Wait for two frames, as the widget does before it holds an insertion for confirmed."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return self

    def offers_nothing(self) -> Typed:
        expect(self.ghost).not_to_be_visible()
        return self

    def holds(self, text: str) -> Typed:
        expect(self.field).to_have_value(text) if self.is_control() else expect(self.field).to_have_text(text)
        return self

    def selects(self, text: str) -> Typed:
        """Wait until this is what the next key takes the place of."""
        self.page.wait_for_function(
            "(text) => { const one = document.querySelector('#reply');"
            " return one.value.slice(one.selectionStart, one.selectionEnd) === text; }",
            arg=text,
        )
        return self

    def is_control(self) -> bool:
        return bool(self.field.evaluate("(one) => 'value' in one"))

    def passes(self, key: str, **more: Any) -> bool:
        """Whether the page has this key to itself; `more` as of a KeyboardEvent."""
        told = {"key": key, "bubbles": True, "cancelable": True, **more}
        return bool(self.field.evaluate("(one, told) => one.dispatchEvent(new KeyboardEvent('keydown', told))", told))

    def offers_at_once(self, text: str) -> bool:
        """Whether something stands at the caret by the time that the field has this."""
        return bool(self.field.evaluate(AT_ONCE, text))

    def asked(self) -> int:
        """Requests for suggestions so far."""
        return len(self.desk.apis.called("/suggestions"))


@contextmanager
def a_typing_page(
    browser: Browser, assets: Path, field: str = AREA, css: str = "", replies: Any = REPLIES, **context: Any
) -> Iterator[Typed]:
    apis = WidgetApis(assets, pages={"/desk": PAGE.replace("{field}", field), "/desk.css": css})
    apis.types["/desk.css"] = "text/css"
    apis.conversations["c-1"] = a_conversation("c-1", "Maria", "Hello", "Hello Maria", "Where is my refund?")
    packed = json.loads(pack(replies, 0.3))
    apis.offers["c-1"] = some_offers(["I have issued a refund of {amount} for {PERSON}."], pack=packed)
    with a_panel_page(browser, apis, **{"viewport": {"width": 900, "height": 700}, **context}) as desk:
        yield Typed(desk)


@pytest.fixture
def a_field(panel_browser: Browser, widget_assets: Path) -> Iterator[Callable[..., Typed]]:
    """Open a page with this field, and set the caret into it once the pack is there."""
    with ExitStack() as stack:

        def opened(field: str = AREA, **more: Any) -> Typed:
            typed = stack.enter_context(a_typing_page(panel_browser, widget_assets, field, **more))
            typed.desk.open().is_at("ready")
            typed.is_helped().field.focus()
            return typed

        yield opened


@pytest.fixture
def area(a_field: Callable[..., Typed]) -> Typed:
    return a_field()
