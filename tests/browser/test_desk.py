"""The agent's desk that `make demo` ends on, with everything behind it running: a visitor is helped, and sees why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.desk_page import DeskPage, a_desk_page, a_running_desk
from tests.browser.panel_page import PATIENCE_MS, WEB

from earpiece_emulators.runtime import Runtime

pytest_plugins = ["tests.browser.panel_fixtures"]

AXE = WEB / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MODES: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "1024-light": {"viewport": {"width": 1024, "height": 768}},
    "1024-dark": {"viewport": {"width": 1024, "height": 768}, "color_scheme": "dark"},
}
A_TIME = re.compile(r"^\d+(\.\d+)? m?s$")
FOCUSED_ENTRY = "() => document.activeElement.dataset.id"
OVER_20 = re.compile(r"^([2-9]\d|\d{3,})$")


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    with a_running_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture
def a_desk(panel_browser: Browser, runtime: Runtime) -> Iterator[Callable[..., DeskPage]]:
    """Open the desk, with Playwright's settings for its context; `query` goes to its address."""
    with ExitStack() as stack:

        def opened(query: str = "", **context: Any) -> DeskPage:
            return stack.enter_context(a_desk_page(panel_browser, f"{runtime.address('desk')}/{query}", **context))

        yield opened


@pytest.fixture
def desk(a_desk: Callable[..., DeskPage]) -> DeskPage:
    return a_desk()


def test_a_visitor_types_with_help_is_answered_and_gets_the_summary(desk):
    picked = desk.pick("EN")
    desk.has_customer_waiting()
    expect(desk.figure("saved")).to_have_text("—")
    word = desk.word_to_try()

    desk.reply.press_sequentially(word, delay=60)
    expect(desk.ghost).to_be_visible()
    desk.page.wait_for_timeout(150)  # grey text is taken only when it has been there for 120 ms
    desk.picture("typing")
    desk.reply.press("Tab")
    expect(desk.reply).not_to_have_value(word)
    typed = desk.reply.input_value()
    answered = desk.said("customer").count()
    desk.reply.press("Enter")

    expect(desk.reply).to_have_value("")
    expect(desk.said("agent").filter(has_text=typed)).to_be_visible()
    expect(desk.said("customer").nth(answered)).to_be_visible()
    # One key took the rest; what was typed is a word and that key.
    expect(desk.figure("saved")).to_have_text(str(len(typed) - len(word) - 1))
    expect(desk.figure("latency")).to_have_text(A_TIME)
    expect(desk.figure("requests")).to_have_text(re.compile(r"^\d+\.\d$"))
    desk.trail("grey text taken").wait_for()
    desk.trail("Feedback: message sent").filter(has_text=f"for {len(typed)} characters").wait_for()
    desk.trail("readable").first.wait_for()

    desk.deed("End").click()

    expect(desk.entry(picked)).to_contain_text("ended")
    expect(desk.panel.locator("[data-part=summary]")).to_contain_text("customer", timeout=2 * PATIENCE_MS)
    expect(desk.page.locator(".stored")).to_contain_text("summarizer: done", timeout=2 * PATIENCE_MS)
    expect(desk.entry(picked)).to_have_attribute("aria-current", "true")
    desk.picture("summary")
    assert desk.problems == []


@pytest.mark.browser_full
def test_alt_1_takes_the_first_suggestion(desk):
    desk.pick("EN")
    desk.has_customer_waiting()
    desk.page.evaluate("() => addEventListener('earpiece-accepted', ({ detail }) => (window.taken = detail))")

    desk.reply.press("Alt+1")

    expect(desk.reply).not_to_have_value("")
    desk.page.wait_for_function("() => window.taken?.position === 0 && window.taken.suggestion_id")


@pytest.mark.browser_full
def test_each_conversation_keeps_its_draft_and_its_widget_speaks_its_language(desk):
    english = desk.pick("EN")
    expect(desk.panel).to_have_attribute("lang", "en")
    desk.reply.fill("For the one")
    desk.pick("NL")
    expect(desk.panel).to_have_attribute("lang", "nl")
    expect(desk.reply).to_have_value("")
    desk.has_customer_waiting()
    word = desk.word_to_try()
    desk.reply.press_sequentially(word, delay=60)
    expect(desk.ghost).to_be_visible()

    desk.entry(english).click()

    expect(desk.reply).to_have_value("For the one")
    expect(desk.ghost).to_be_hidden()
    expect(desk.figure("saved")).to_have_text("—")  # nothing was sent by going from one to the other


@pytest.mark.browser_full
def test_a_colleagues_conversation_can_be_taken_over_and_handed_back(desk):
    desk.pick("EN", "With colleagues")
    expect(desk.reply).to_be_hidden()

    desk.deed("Take over").click()
    expect(desk.reply).to_be_visible()
    desk.deed("Hand over").click()

    expect(desk.page.locator(".event").filter(has_text="Robin Vale handed over to")).to_be_visible()
    expect(desk.reply).to_be_hidden()
    desk.trail("Handed over").filter(has_text="acknowledged").first.wait_for()


@pytest.mark.browser_full
def test_the_autopilot_answers_customers_with_help_until_somebody_takes_the_keys(a_desk):
    desk = a_desk("?pace=8")
    desk.has_customer_waiting()

    desk.page.get_by_role("button", name="Auto-pilot").click()

    expect(desk.figure("saved")).to_have_text(OVER_20, timeout=4 * PATIENCE_MS)
    expect(desk.page.locator("[data-figure=requests] .more")).to_have_text(
        re.compile(r"for ([3-9]|\d\d+) sent"), timeout=4 * PATIENCE_MS
    )
    desk.picture("autopilot")
    desk.page.locator(".transcript").press("x")
    expect(desk.page.get_by_role("button", name="Auto-pilot")).to_have_attribute("aria-pressed", "false")
    assert desk.problems == []


@pytest.mark.browser_full
def test_everything_can_be_reached_by_keys_alone(desk):
    expect(desk.entries().nth(1)).to_be_visible()  # those of colleagues have no reply to go to
    desk.tab_to(".entry")
    first = str(desk.page.evaluate(FOCUSED_ENTRY))
    desk.page.keyboard.press("ArrowDown")
    desk.page.wait_for_function(f"(first) => ({FOCUSED_ENTRY})() !== first", arg=first)
    second = str(desk.page.evaluate(FOCUSED_ENTRY))

    desk.page.keyboard.press("Enter")

    expect(desk.entry(second)).to_have_attribute("aria-current", "true")
    expect(desk.reply).to_be_focused()
    desk.tab_to("earpiece-widget")
    desk.tab_to(".behind")


@pytest.mark.browser_full
@pytest.mark.parametrize("mode", MODES)
def test_the_desk_is_for_everyone_in_each_theme_and_size(a_desk, mode):
    desk = a_desk(reduced_motion="reduce", **MODES[mode])
    desk.has_customer_waiting()
    desk.picture(mode)

    assert _violations(desk) == []
    if mode.startswith("1024"):
        desk.page.get_by_role("button", name="Behind the scenes").click()
        desk.picture(f"{mode}-behind")
    assert _violations(desk) == []
    assert desk.problems == []
    for width in (MODES[mode].get("viewport", {}).get("width", 1280), 390):
        desk.page.set_viewport_size({"width": width, "height": 768})
        assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"sideways at {width} px"


def _violations(desk: DeskPage) -> list[str]:
    desk.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = desk.page.evaluate("(runOnly) => axe.run(document, { runOnly })", RULES)
    assert found["passes"], "axe saw nothing"
    return [
        f"{one['id']}: {one['nodes'][0]['failureSummary']} {one['nodes'][0]['html']}" for one in found["violations"]
    ]
