"""The panel for everyone: every status in every colour mode, by keyboard alone, spoken, small and in high contrast."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect
from tests.browser.panel_page import WEB, PanelPage, picture
from tests.browser.widget_apis import Failing, WidgetApis, a_conversation, a_result, some_offers

pytest_plugins = ["tests.browser.panel_fixtures"]

AXE = WEB / "node_modules/axe-core/axe.min.js"
MODES: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
}
# `make test` looks at the light ones; all at `make test-browser`.
IN_MODES = [pytest.param(mode, marks=() if mode == "light" else pytest.mark.browser_full) for mode in MODES]
LEAST_TARGET_PX = 24  # WCAG 2.2, 2.5.8


def fails(end: str, **how: Any) -> Callable[[WidgetApis], None]:
    return lambda apis: apis.failing.update({end: Failing(**how)})


def ends(apis: WidgetApis) -> None:
    text = (
        "Situation: Maria asked for her refund.\nActions:\n- Checked the return\n- Issued the refund\nResolution: yes."
    )
    apis.conversations["c-1"] |= {"status": "ended", "assistants": [a_result("summarizer", text, is_trimmed=True)]}


def waits(apis: WidgetApis) -> None:
    apis.held["/suggestions"] = threading.Event()


def has_nothing(apis: WidgetApis) -> None:
    apis.offers["c-1"] = some_offers([])


def is_off(apis: WidgetApis) -> None:
    apis.capabilities["features"] = []


def is_signed_out(apis: WidgetApis) -> None:
    apis.refused_tokens.add("t-1")


def as_it_is(_: WidgetApis | PanelPage) -> None:
    pass


def does(method: str, *arguments: Any) -> Callable[[PanelPage], None]:
    return lambda desk: desk.call(method, *arguments)


def shows_that_it_looks(desk: PanelPage) -> None:
    desk.part("suggestions").get_by_role("img").wait_for()


def shows_the_summary(desk: PanelPage) -> None:
    desk.part("summary").wait_for()


def has_broken(desk: PanelPage) -> None:
    desk.is_at("ready")
    desk.apis.failing["/suggestions"] = Failing(503)
    desk.apis.says("c-1", "customer", "Hello?")


def goes_offline(desk: PanelPage) -> None:
    desk.is_at("ready")
    desk.page.context.set_offline(True)


# How each status comes about: before the page opens, and on it.
STATUSES: dict[str, tuple[Callable[[WidgetApis], None], Callable[[PanelPage], None]]] = {
    "off": (is_off, as_it_is),
    "paused": (as_it_is, does("pause", 30)),
    "idle": (as_it_is, does("setConversation", None)),
    "loading": (waits, shows_that_it_looks),
    "ready": (as_it_is, as_it_is),
    "empty": (has_nothing, as_it_is),
    "error": (as_it_is, has_broken),
    "offline": (as_it_is, goes_offline),
    "expired": (is_signed_out, as_it_is),
    "orphaned": (as_it_is, as_it_is),
    "limited": (fails("/suggestions", status=429, slug="rate-limited", retry_after_s=60), as_it_is),
    "ended": (ends, shows_the_summary),
}


WITH_ASSISTANTS = {"loading", "ready", "empty", "error", "offline", "limited", "ended"}


def violations(desk: PanelPage) -> list[str]:
    desk.page.evaluate(AXE.read_text(encoding="utf-8"))
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = desk.page.evaluate("(runOnly) => axe.run('earpiece-widget, #orphan', { runOnly })", rules)
    assert found["passes"], "axe saw nothing"
    return [
        f"{one['id']}: {one['nodes'][0]['failureSummary']} {one['nodes'][0]['html']}" for one in found["violations"]
    ]


@pytest.fixture
def a_status(a_desk: Callable[..., PanelPage], apis: WidgetApis) -> Callable[..., PanelPage]:
    """The panel in this status."""

    def made(status: str, **context: Any) -> PanelPage:
        prepare, bring = STATUSES[status]
        prepare(apis)
        desk = a_desk(**context)
        if status == "orphaned":
            desk.page.goto(desk.apis.address + "/orphan")
        else:
            desk.open()
        bring(desk)
        desk.is_at(status)
        if status in WITH_ASSISTANTS and "assistants" in apis.capabilities["features"]:
            desk.has_all()
        return desk

    return made


@pytest.mark.parametrize("mode", IN_MODES)
@pytest.mark.parametrize("status", STATUSES)
def test_axe_finds_nothing_in_any_status_and_colour_mode(a_status: Callable[..., PanelPage], status: str, mode: str):
    desk = a_status(status, bypass_csp=True, reduced_motion="reduce", **MODES[mode])

    assert violations(desk) == []
    picture(desk, f"{status}-{mode}")


IS_DARK = """(panel) => getComputedStyle(panel).color.match(/\\d+/g).slice(0, 3).every((part) => part > 128)"""


@pytest.mark.parametrize(("theme", "system"), [("dark", "light"), ("light", "dark")])
def test_the_theme_that_the_agent_chose_goes_before_the_systems(
    a_status: Callable[..., PanelPage], theme: str, system: str
):
    desk = a_status("ready", bypass_csp=True, color_scheme=system)
    assert desk.panel.evaluate(IS_DARK) == (system == "dark")

    desk.button("Settings").click()
    desk.part("settings").get_by_label("Appearance").select_option(theme)

    desk.page.wait_for_function(
        f"(dark) => ({IS_DARK})(document.querySelector('earpiece-widget').shadowRoot.querySelector('.panel')) === dark",
        arg=theme == "dark",
    )
    desk.page.keyboard.press("Escape")
    assert violations(desk) == []


@pytest.mark.parametrize("mode", IN_MODES)
def test_axe_finds_nothing_in_the_settings_the_conversation_and_an_edited_summary(
    a_status: Callable[..., PanelPage], apis: WidgetApis, mode: str
):
    apis.conversations["c-2"] = a_conversation("c-2", "Piet", "My bike is broken", "Which bike is it?")
    desk = a_status("ended", bypass_csp=True, **MODES[mode])
    desk.button("Edit", "summary").click()
    desk.page.keyboard.type("Seen. ")
    desk.panel.locator("summary").click()
    picture(desk, f"edited-{mode}")
    found = violations(desk)
    desk.call("setConversation", "c-2")
    expect(desk.part("notice")).to_be_visible()
    found += violations(desk)
    desk.button("Settings").click()
    desk.part("settings").locator("[data-key=accept]").click()
    desk.page.keyboard.press("Alt+1")
    picture(desk, f"settings-{mode}")

    assert found + violations(desk) == []


def test_the_panel_reads_as_it_is_meant_to(a_status: Callable[..., PanelPage], apis: WidgetApis):
    apis.capabilities["features"] = ["suggestions", "links", "feedback"]
    apis.offers["c-1"] = apis.offers["c-1"] | {"suggestions": apis.offers["c-1"]["suggestions"][:1]}
    desk = a_status("ready")

    expect(desk.panel).to_match_aria_snapshot(
        """
        - region "Earpiece":
          - heading "Earpiece" [level=2]
          - button "Pause for 30 minutes"
          - button "Settings"
          - status: 1 suggestion
          - region "Suggestions":
            - heading "Suggestions" [level=3]
            - list:
              - listitem:
                - paragraph: /I have issued a refund of/
                - paragraph: /80% fit/
                - group "Suggestion 1":
                  - button "Insert"
                  - button "Copy"
                  - button "Helpful"
                  - button "Not helpful"
                  - button "Dismiss"
          - region "Links":
            - heading "Links" [level=3]
            - list:
              - listitem:
                - link "Refund policy (opens in a new tab) help.example.com"
                - button "Insert"
                - button "Copy"
        """
    )


AS_READ = {
    "empty": """
        - region "Earpiece":
          - heading "Earpiece" [level=2]
          - button "Pause for 30 minutes"
          - button "Settings"
          - status
          - paragraph: No suggestion for this message. Search the replies below.
        """,
    "error": """
        - region "Earpiece":
          - heading "Earpiece" [level=2]
          - button "Pause for 30 minutes"
          - button "Settings"
          - status: Suggestions unavailable
          - paragraph: /Suggestions are unavailable. Next try at .+/
          - button "Retry"
          - region "Suggestions":
            - heading "Suggestions" [level=3]
            - list:
              - listitem
              - listitem
              - listitem
        """,
    "ended": """
        - region "Earpiece":
          - heading "Earpiece" [level=2]
          - button "Pause for 30 minutes"
          - button "Settings"
          - status
          - region "Summary":
            - heading "Summary" [level=3]
            - term: Situation
            - definition: Maria asked for her refund.
            - button "Save"
            - button "Edit"
            - button "Copy"
        """,
}


@pytest.mark.parametrize("status", AS_READ)
def test_what_went_otherwise_reads_as_it_is_meant_to(a_status: Callable[..., PanelPage], apis: WidgetApis, status: str):
    apis.capabilities["features"] = ["suggestions", "summary"]

    desk = a_status(status)

    expect(desk.panel).to_match_aria_snapshot(AS_READ[status])


def test_the_live_region_is_there_before_it_speaks_and_says_a_thing_once(desk: PanelPage, apis: WidgetApis):
    desk.page.add_init_script("window.spoken = []")
    apis.held["/suggestions"] = threading.Event()
    desk.open()
    region = desk.panel.get_by_role("status")
    expect(region).to_have_count(1)
    region.evaluate(
        """(region) => new MutationObserver(() => spoken.push(region.textContent.trim()))
          .observe(region, { childList: true, characterData: true, subtree: true })"""
    )

    apis.held.pop("/suggestions").set()
    desk.is_at("ready")
    desk.page.wait_for_function("spoken.includes('3 suggestions')")
    polls = len(apis.called("/c-1"))
    while len(apis.called("/c-1")) < polls + 2:
        desk.page.wait_for_timeout(100)

    spoken = [one for one in desk.page.evaluate("spoken") if one]
    assert spoken.count("3 suggestions") == 1


def test_what_came_before_the_panel_did_is_spoken_then(desk: PanelPage):
    desk.page.add_init_script(
        """window.statuses = []; window.spoken = [];
          addEventListener("earpiece-state", ({ detail }) => statuses.push(detail.status))"""
    )
    panels: list[Route] = []

    def hold(route: Route) -> None:
        panels.append(route)

    desk.page.route("**/assets/open-*.js", hold)
    desk.begin()
    desk.page.wait_for_function("() => statuses.includes('ready')")
    desk.page.evaluate(
        """() => new MutationObserver((all) => all.forEach(({ target }) => {
            const region = (target instanceof Element ? target : target.parentElement)?.closest("[role=status]");
            if (region) spoken.push(region.textContent.trim());
          })).observe(document.querySelector("earpiece-widget").shadowRoot,
            { childList: true, characterData: true, subtree: true })"""
    )

    panels[0].continue_()

    desk.page.wait_for_function("() => spoken.includes('3 suggestions')")  # a change of a region that was there


def test_nothing_is_spoken_when_the_agent_turned_it_off(desk: PanelPage):
    desk.open().is_at("ready")
    desk.button("Settings").click()
    desk.part("settings").get_by_label("Screen reader").select_option("off")
    before = desk.panel.get_by_role("status").inner_text()
    desk.page.keyboard.press("Escape")

    desk.button("Pause for 30 minutes").click()
    desk.is_at("paused")

    assert desk.panel.get_by_role("status").inner_text() == before


@pytest.mark.parametrize("width", [240, 320, 519, 520, 900])
def test_nothing_needs_scrolling_sideways(a_status: Callable[..., PanelPage], apis: WidgetApis, width: int):
    apis.says("c-1", "customer", "https://shop.example.com/" + "a" * 200)
    desk = a_status("ready", viewport={"width": width, "height": 700})
    desk.page.evaluate("document.body.style.margin = 0")
    picture(desk, f"ready-{width}")

    overflow = desk.panel.evaluate(
        """(panel) => [...panel.querySelectorAll("*"), panel]
          .filter((one) => one.getBoundingClientRect().right > panel.getBoundingClientRect().right + 1
            && !one.closest(".hidden, svg"))
          .map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert overflow == []
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("status", ["ready", "ended", "error", "expired", "paused"])
def test_what_is_pressed_is_large_enough(a_status: Callable[..., PanelPage], status: str):
    desk = a_status(status)

    small = desk.panel.locator("button, a, input, select, textarea, summary").evaluate_all(
        f"""(all) => all.map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
          .filter(([, box]) => box.width < {LEAST_TARGET_PX} || box.height < {LEAST_TARGET_PX}).map(([name]) => name)"""
    )
    assert small == []


def test_everything_can_be_done_with_the_keyboard_alone(a_desk: Callable[..., PanelPage], apis: WidgetApis):
    desk = a_desk(permissions=["clipboard-read", "clipboard-write"])
    apis.replies = [{"id": "r-1", "text": "Refunds take 5 days.", "score": 1, "source": "canned", "slots": []}]
    apis.results["rewrite"] = a_result("rewrite", "With pleasure.")
    desk.open().is_at("ready")
    desk.has_all()
    key = desk.page.keyboard.press

    def to(name: str) -> None:
        """Tab until that has the focus; it never goes to the body on the way."""
        for _ in range(60):
            key("Tab")
            assert not desk.focused().startswith("body"), "the focus fell out of the page"
            if re.search(name, desk.focused()):
                return
        raise AssertionError(f"Tab never reached {name}")

    desk.page.locator("#own").focus()
    to("button#use-0")
    key("ArrowDown")
    key("Tab")
    key("Enter")  # Copy, of the second
    expect(desk.panel.get_by_role("status")).to_have_text(re.compile("Copied"))
    assert (
        desk.page.evaluate("navigator.clipboard.readText()") == "Could you confirm the last four digits of your card?"
    )
    to("input")
    desk.page.keyboard.type("refund")
    expect(desk.part("search").get_by_role("listitem")).to_have_count(1)
    to("button Run")
    key("Enter")
    expect(desk.part("assistants")).to_contain_text("With pleasure.")
    desk.panel.locator("#title").focus()
    to("button Pause")
    key("Enter")
    desk.is_at("paused")
    desk.has_focus("button Resume")
    key("Enter")
    desk.is_at("ready")
    to("button#settings-button")
    key("Enter")
    desk.has_focus("button Close")
    key("Escape")
    desk.has_focus("button#settings-button")


@pytest.mark.parametrize("status", ["idle", "expired", "limited", "ended", "error"])
def test_a_change_of_status_never_drops_the_focus_on_the_body(desk: PanelPage, apis: WidgetApis, status: str):
    desk.open().is_at("ready")
    desk.panel.locator("#use-0").focus()
    match status:
        case "idle":
            desk.call("setConversation", None)
        case "expired":
            apis.refused_tokens.add("t-1")
        case "ended":
            desk.call("end")
        case "limited":
            apis.failing["/suggestions"] = Failing(429, "rate-limited", retry_after_s=60)
        case _:
            apis.failing["/suggestions"] = Failing(503)
    apis.says("c-1", "customer", "Hello?")

    desk.is_at(status)

    assert not desk.focused().startswith("body")
