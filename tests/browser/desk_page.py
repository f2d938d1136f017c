"""The agent's desk before a visitor: the page as it is, its widget, and what stands behind both."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect
from tests.browser.panel_page import OUTPUT
from tests.waiting import until

from earpiece_emulators.desk.__main__ import PACE_VARIABLE
from earpiece_emulators.desk.surroundings import direct
from earpiece_emulators.local_system import LocalSystem
from earpiece_emulators.runtime import Runtime

ACCOUNTS = ("lumen", "fietsplein")
PEOPLE_ARE = "8"  # times as fast as they are
GHOST = "body > div[popover] .ghost"


@contextmanager
def a_running_desk(folder: Path) -> Iterator[Runtime]:
    """Everything that `earpiece up` starts, with both sample accounts; neither has a model of its own yet."""
    # LocalSystem leaves the addresses of its stores in the environment, where the next module must not find them.
    with patch.dict(os.environ, {PACE_VARIABLE: PEOPLE_ARE}), Runtime(folder, None) as running:
        for account_id in ACCOUNTS:
            system = LocalSystem(running.state, account_id)
            system.create_account()
            system.allow_desk()
            system.connect_model()
            until(lambda name=account_id: _is_allowed(running, name), 30, "suggestion_api refuses the desk's page")
        yield running


def _is_allowed(running: Runtime, account_id: str) -> bool:
    """Whether suggestion_api has read the account's origins: a preflight that finds Firestore slow is refused."""
    url = f"{running.address('suggestion_api')}/v1/conversations/{'0' * 32}/suggestions?account={account_id}"
    asked = {"Origin": running.address("desk"), "Access-Control-Request-Method": "POST"}
    return "Access-Control-Allow-Origin" in direct().options(url, headers=asked, timeout=10).headers


@dataclass
class DeskPage:
    """`problems` are errors and console errors of the page."""

    page: Page
    problems: list[str]

    @property
    def reply(self) -> Locator:
        return self.page.locator(".composer textarea")

    @property
    def panel(self) -> Locator:
        return self.page.locator("earpiece-widget:not([hidden]) .panel")

    @property
    def suggestions(self) -> Locator:
        return self.panel.locator("[data-part=suggestions] li")

    @property
    def ghost(self) -> Locator:
        return self.page.locator(GHOST)

    def entries(self, group: str = "Yours") -> Locator:
        """The conversations of this group, on the left."""
        section = self.page.locator(".queue section").filter(has=self.page.get_by_role("heading", name=group))
        return section.locator(".entry")

    def entry(self, conversation_id: str) -> Locator:
        """It keeps its id when it goes to another place."""
        return self.page.locator(f".entry[data-id='{conversation_id}']")

    def pick(self, language: str, group: str = "Yours") -> str:
        """Open the first conversation of this group in this language; its id."""
        first = self.entries(group).filter(has=self.page.locator("abbr", has_text=language)).first
        first.wait_for()
        picked = str(first.get_attribute("data-id"))
        self.entry(picked).click()  # by now another may be the first
        expect(self.entry(picked)).to_have_attribute("aria-current", "true")
        return picked

    def said(self, by: str) -> Locator:
        return self.page.locator(f".transcript .said.{by}")

    def figure(self, name: str) -> Locator:
        return self.page.locator(f"[data-figure={name}] dd:not(.more)")

    def has_customer_waiting(self) -> None:
        """The customer has said something, and the panel has suggestions for it."""
        self.said("customer").first.wait_for()
        expect(self.suggestions.first).to_be_visible()

    def trail(self, text: str) -> Locator:
        """Lines of what happened behind the conversation."""
        return self.page.locator(".trail li").filter(has_text=text)

    def deed(self, name: str) -> Locator:
        """A button of the open conversation."""
        return self.page.locator(".deeds").get_by_role("button", name=name, exact=True)

    def word_to_try(self) -> str:
        """What the line on top says that one should type."""
        expect(self.page.locator(".guide")).to_contain_text("to take the grey text")
        return self.page.locator(".guide kbd").first.inner_text()

    def tab_to(self, selector: str) -> None:
        """Press Tab until the focus is there; fails when it never comes."""
        for _ in range(60):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"no Tab leads to {selector}")

    def picture(self, name: str) -> None:
        """Keep what it looks like, for people to look at."""
        OUTPUT.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=OUTPUT / f"desk-{name}.png")


def _is_problem(line: ConsoleMessage) -> bool:
    """An error, but not that the widget looks at a conversation sooner than its first event is in the store."""
    is_early = "404" in line.text and "/v1/conversations/by-platform-id/" in line.location["url"]
    return line.type == "error" and not is_early


@contextmanager
def a_desk_page(browser: Browser, address: str, **context: Any) -> Iterator[DeskPage]:
    """The desk in a window of its own; `context` as Playwright's."""
    settings = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", "timezone_id": "UTC", **context}
    opened = browser.new_context(**settings)
    page = opened.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if _is_problem(line) else None)
    try:
        page.goto(address)
        yield DeskPage(page, problems)
    finally:
        opened.close()
