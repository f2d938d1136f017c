"""Who may frame the widget, and whose messages count: forged origins are refused on both sides."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, expect
from tests.browser.hosts.desks import LWC, PLATFORMS, ROOT, SHIM, Desk, Genesys, LivePerson, RingCx, Salesforce
from tests.browser.hosts.seeing import add_frame, shows, use
from tests.browser.hosts.web import Answer

pytest_plugins = ["tests.browser.panel_fixtures", "tests.browser.hosts.fixtures"]
pytestmark = pytest.mark.browser_full

EVIL = "https://evil.example"


def beside(desk: Desk) -> Frame:
    """A frame of somebody else's in the same page."""
    desk.web.sites[EVIL] = lambda _: Answer("<!doctype html><title>Evil</title>")
    return add_frame(desk.page, EVIL)


@pytest.fixture(params=PLATFORMS, ids=lambda kind: kind.platform)
def desk(request: pytest.FixtureRequest, desk_of: Callable[[type[Desk]], Desk]) -> Desk:
    return desk_of(request.param)


def test_another_page_around_the_frame_is_refused(desk: Desk):
    """The browser refuses it by the policy; the host does so too where a browser would not."""
    desk.frames.is_framed_by_all = True
    desk.frames.ancestors = ["https://another.example"]
    desk.open()

    frame = desk.widget(0)

    expect(frame.locator("body[data-refused]")).to_be_attached()
    assert "frame ancestors" in desk.refusal(frame)
    assert desk.frames.exchanged == []


def test_the_policy_keeps_other_pages_from_framing_us(desk_of: Callable[[type[Desk]], Desk]):
    desk = desk_of(LivePerson)
    desk.frames.ancestors = ["https://another.example"]
    desk.open()

    assert "assist.example.com" not in desk.widget(0).evaluate("location.href")


def test_messages_of_another_frame_are_nobodys_business(desk_of: Callable[[type[Desk]], Desk]):
    """A page beside us says what RingCX would say."""
    desk = desk_of(RingCx)
    desk.open()
    shows(desk, 0)
    evil = beside(desk)

    evil.evaluate(
        "(thread) => parent.frames[0].postMessage({ name: 'smcc:earpiece-context', data: { thread } }, '*')",
        desk.conversations[7],
    )
    desk.settle()

    assert desk.widget(0).get_by_text("Reply for 7").count() == 0
    shows(desk, 0)


def test_genesys_hooks_count_from_the_desktop_only(desk_of: Callable[[type[Desk]], Desk]):
    desk = desk_of(Genesys)
    desk.conversations = desk.conversations[:1]
    desk.open()
    shows(desk, 0)
    evil = beside(desk)

    evil.evaluate("parent.frames[0].postMessage({ purecloudEventType: 'appLifecycleHook', hook: 'stop' }, '*')")
    desk.settle()

    shows(desk, 0)


def test_the_ringcx_shim_answers_our_origin_only(desk_of: Callable[[type[Desk]], Desk]):
    desk = desk_of(RingCx)
    desk.open()
    shows(desk, 0)
    evil = beside(desk)

    evil.evaluate(
        "(thread) => parent.postMessage({ name: 'smcc:earpiece-insert', data: { thread, text: 'evil' } }, '*')",
        desk.conversations[0],
    )
    desk.settle()

    assert desk.draft(0) == ""


def test_the_lightning_shell_gives_its_port_to_our_origin_only(desk_of: Callable[[type[Desk]], Desk]):
    """Even to one that knows the channel's name."""
    desk = desk_of(Salesforce)
    desk.conversations = desk.conversations[:1]
    desk.open()
    shows(desk, 0)
    evil = beside(desk)
    channel = desk.page.evaluate("desk.components.values().next().value.channel")

    evil.evaluate(
        """(channel) => {
          addEventListener("message", ({ ports }) => { window.port = ports[0]; });
          parent.postMessage({ type: "earpiece:hello", v: 1, channel }, "*");
        }""",
        channel,
    )
    desk.settle()

    assert evil.evaluate("window.port === undefined")
    use(desk, 0)
    desk.wait_until(lambda: desk.draft(0) == "Reply for 0")  # our frame's own port is still the one


def test_a_frame_of_ours_with_another_channel_gets_no_port(desk_of: Callable[[type[Desk]], Desk]):
    desk = desk_of(Salesforce)
    desk.conversations = desk.conversations[:1]
    desk.open()
    shows(desk, 0)

    desk.widget(0).evaluate(
        """() => {
          addEventListener("message", ({ ports }) => { window.port = ports[0]; });
          parent.postMessage({ type: "earpiece:hello", v: 1, channel: "guessed" }, "*");
        }"""
    )
    desk.settle()

    assert desk.widget(0).evaluate("window.port === undefined")


def test_nothing_is_posted_to_whoever_may_be_there():
    """The platforms' own samples post to "*"."""
    sources = [*(ROOT / "run/widget/web/src/hosts").rglob("*.ts"), SHIM, *LWC.glob("*.js")]

    assert len(sources) > 10
    assert [source.name for source in sources if re.search(r"""["']\*["']""", source.read_text())] == []
