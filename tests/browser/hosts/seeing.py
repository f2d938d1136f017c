"""What an agent sees and does in the widget's frame."""

from __future__ import annotations

from playwright.sync_api import Frame, Page, expect
from tests.browser.hosts.desks import Desk

TEN = range(10)


def shows(desk: Desk, number: int) -> None:
    """The widget offers what belongs to this conversation."""
    expect(desk.widget(number).get_by_text(f"Reply for {number}")).to_be_visible()


def use(desk: Desk, number: int) -> None:
    desk.widget(number).locator("#use-0").click()


def add_frame(page: Page, address: str, name: str = "another") -> Frame:
    """Another frame in the page, loaded."""
    page.evaluate(
        """([src, id]) => new Promise((onload) => {
          document.body.append(Object.assign(document.createElement("iframe"), { id, src, onload }));
        })""",
        [address, name],
    )
    element = page.query_selector(f"iframe#{name}")
    frame = element.content_frame() if element else None
    assert frame is not None
    return frame
