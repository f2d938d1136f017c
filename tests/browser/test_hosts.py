"""The widget inside each platform's desktop: the same tests for all, against doubles made after the documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser.hosts.desks import IDS, PLATFORMS, Desk, Genesys, LivePerson, RingCx, Salesforce
from tests.browser.hosts.seeing import TEN, shows, use

pytest_plugins = ["tests.browser.panel_fixtures", "tests.browser.hosts.fixtures"]

GO_ON_WITH_THE_TEXT = """
(id) => { desk.beforePost = ({ name }) => { if (name === "smcc:earpiece-insert") desk.current = id; }; }
"""


@pytest.fixture(params=PLATFORMS, ids=lambda kind: kind.platform)
def desk(request: pytest.FixtureRequest, desk_of: Callable[[type[Desk]], Desk]) -> Desk:
    return desk_of(request.param)


# ── the conversation ──


def test_it_shows_the_conversation_that_the_agent_has_open(desk: Desk):
    desk.open()

    shows(desk, 0)
    assert desk.web.strays == []


@pytest.mark.browser_full
def test_it_follows_the_agent_through_ten_conversations(desk: Desk):
    desk.conversations = list(IDS[type(desk)])
    desk.open()

    for number in [*TEN, 4, 0]:
        desk.choose(number)

        shows(desk, number)
        others = [other for other in TEN if other != number]
        for other in others if desk.widget(0) == desk.widget(1) else []:
            assert desk.widget(number).get_by_text(f"Reply for {other}").count() == 0


@pytest.mark.browser_full
def test_an_answer_that_comes_late_never_shows_in_another_conversation(desk: Desk):
    desk.open()
    shows(desk, 0)
    late, current = 1, 2
    # A platform with a frame for each conversation has asked for all of them already.
    desk.web.holding = f"{desk.conversations[late]}/suggestions"
    if desk.has_one_frame:
        desk.choose(late)
        desk.wait_until(lambda: len(desk.web.held) > 0)

    desk.choose(current)
    shows(desk, current)
    desk.web.release()
    desk.settle()

    assert desk.widget(current).get_by_text(f"Reply for {late}").count() == 0
    shows(desk, current)


@pytest.mark.browser_full
def test_what_liveperson_tells_late_of_a_conversation_that_was_left_is_passed_over(
    desk_of: Callable[[type[Desk]], Desk],
):
    desk = desk_of(LivePerson)
    desk.open()
    shows(desk, 0)
    desk.page.evaluate("() => { desk.held = []; }")
    desk.choose(1)
    desk.wait_until(lambda: desk.page.evaluate("desk.held.length") == 1)
    desk.choose(2)
    desk.wait_until(lambda: desk.page.evaluate("desk.held.length") == 2)

    desk.page.evaluate("desk.held.reverse().forEach((tell) => tell())")
    shows(desk, 2)
    desk.settle()

    shows(desk, 2)
    assert desk.widget(2).evaluate("assembly.session.state().conversation.conversation_id") == desk.conversations[2]


def test_the_frame_page_that_is_shipped_does_so_too(desk: Desk, shipped_assets: Path):
    desk.frames.built = shipped_assets
    desk.frames.script = json.loads((shipped_assets / "manifest.json").read_text())["frame"]
    desk.page.add_init_script("window.earpiece = { config: { shadow: 'open' } }")
    desk.open()
    shows(desk, 0)

    use(desk, 0)

    desk.wait_until(lambda: desk.draft(0) == "Reply for 0")


# ── insertion ──


def test_a_suggestion_goes_into_the_composer_of_the_conversation_that_is_open(desk: Desk):
    desk.open()
    desk.choose(2)
    shows(desk, 2)

    use(desk, 2)

    desk.wait_until(lambda: desk.draft(2) == "Reply for 2")
    assert {desk.draft(number) for number in range(len(desk.conversations)) if number != 2} == {""}
    assert desk.frames.apis.called("/feedback") == [] or all(
        one["kind"] != "sent" for one in desk.frames.apis.feedback()
    )


@pytest.mark.browser_full
def test_what_the_platform_refuses_is_copied_and_the_agent_told(desk: Desk):
    desk.open()
    shows(desk, 0)
    desk.refuse(0)

    use(desk, 0)

    expect(desk.widget(0).get_by_text("it is on the clipboard")).to_be_visible()
    assert desk.widget(0).evaluate("navigator.clipboard.readText()") == "Reply for 0"
    assert desk.draft(0) == ""


def test_without_the_clipboard_the_agent_is_told_that_nothing_was_copied(desk_of: Callable[[type[Desk]], Desk]):
    desk = desk_of(LivePerson)
    desk.prepare()
    desk.page.add_init_script("window.deniesClipboard = true")
    desk.open()
    shows(desk, 0)
    desk.refuse(0)

    use(desk, 0)

    expect(desk.widget(0).get_by_text("It could not be copied")).to_be_visible()
    assert desk.widget(0).evaluate("host.capabilities.copy") is False


def test_a_text_never_goes_into_a_thread_that_the_agent_has_gone_on_to(desk_of: Callable[[type[Desk]], Desk]):
    desk = desk_of(RingCx)
    desk.open()
    shows(desk, 0)

    # The thread changes while the text is under way: the frame cannot know yet.
    desk.page.evaluate(GO_ON_WITH_THE_TEXT, desk.conversations[5])
    inserted = desk.widget(0).evaluate("host.insert('for the first')")

    assert inserted is False
    assert [desk.draft(number) for number in TEN] == [""] * 10


def test_a_console_tab_that_shows_another_session_inserts_into_that_one_only(desk_of: Callable[[type[Desk]], Desk]):
    desk = desk_of(Salesforce)
    desk.open()
    shows(desk, 0)
    first, second = desk.conversations[:2]

    desk.page.evaluate("([of, to]) => { desk.components.get(of).recordId = to; }", [first, second])
    expect(desk.widget(0).get_by_text("Reply for 1")).to_be_visible()
    use(desk, 0)

    desk.wait_until(lambda: desk.draft(1) == "Reply for 1")
    assert desk.draft(0) == ""


def test_salesforce_tells_what_was_sent_in_this_session_only(desk_of: Callable[[type[Desk]], Desk]):
    desk = desk_of(Salesforce)
    desk.open()
    shows(desk, 0)
    use(desk, 0)
    desk.wait_until(lambda: desk.draft(0) == "Reply for 0")

    desk.page.evaluate("(ids) => { desk.send(ids[0]); desk.send(ids[1]); }", desk.conversations[:2])

    desk.wait_until(lambda: desk.widget(0).evaluate("sent.length") > 0)
    assert desk.widget(0).evaluate("sent") == ["Reply for 0"]


@pytest.mark.browser_full
def test_the_end_of_a_session_ends_it_in_its_own_frame(desk_of: Callable[[type[Desk]], Desk]):
    desk = desk_of(Salesforce)
    desk.open()
    shows(desk, 0)
    desk.choose(1)
    shows(desk, 1)

    desk.page.evaluate("(id) => desk.end(id)", desk.conversations[0])

    desk.wait_until(lambda: desk.widget(0).evaluate("assembly.session.state().status") == "ended")
    assert desk.widget(1).evaluate("assembly.session.state().status") != "ended"


# ── going away ──


@pytest.mark.browser_full
def test_unmounting_leaves_nothing_behind(desk: Desk):
    desk.open()
    shows(desk, 0)
    frame = desk.widget(0)

    desk.forget(0)

    desk.wait_until(lambda: frame.evaluate("window.heard") == 0)
    assert frame.evaluate("document.querySelector('main').shadowRoot.childElementCount") == 0
    before = desk.page.evaluate("desk.asked ?? 0")
    desk.choose(1)
    desk.settle()
    assert desk.page.evaluate("desk.asked ?? 0") == before
    assert frame.evaluate("assembly.session.state().conversation?.conversation_id ?? null") in {
        None,
        desk.conversations[0],
    }


def test_genesys_takes_a_widget_away_by_its_stop(desk_of: Callable[[type[Desk]], Desk]):
    desk = desk_of(Genesys)
    desk.open()
    shows(desk, 0)

    desk.page.evaluate("(id) => desk.stop(id)", desk.conversations[0])

    expect(desk.widget(0).get_by_text("Reply for 0")).to_have_count(0)
    desk.wait_until(lambda: desk.widget(0).evaluate("window.heard") == 0)


def test_a_lightning_page_that_goes_away_lets_go_of_everything(desk_of: Callable[[type[Desk]], Desk]):
    desk = desk_of(Salesforce)
    desk.open()
    shows(desk, 0)

    left = desk.page.evaluate(
        "() => { desk.components.forEach((one) => one.disconnectedCallback()); return window.heard; }"
    )

    assert left == 0
    assert desk.page.evaluate("import('lightning/messageService').then(({ count }) => count())") == 0
