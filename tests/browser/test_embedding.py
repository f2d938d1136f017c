"""The element in pages that are not ours: hostile, strict, changing, or without a service behind them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import FloatRect, Route, expect
from tests.browser.panel_page import DESK, PanelPage
from tests.browser.widget_apis import WidgetApis, a_conversation, some_offers

pytest_plugins = ["tests.browser.panel_fixtures"]

HOSTILE = """
* { color: red !important; background: yellow !important; font: 40px serif !important; letter-spacing: 9px !important;
  text-transform: uppercase !important; visibility: hidden !important; line-height: 3 !important;
  text-align: right !important; word-spacing: 1em !important; white-space: pre !important; cursor: wait !important; }
earpiece-widget { display: none !important; opacity: 0 !important; pointer-events: none !important;
  direction: rtl !important; }
.panel, .card, .icon, button { display: none !important; }
:root { --back: red; --text: red; color-scheme: dark !important; }
"""
INSIDE = FloatRect(x=0, y=0, width=380, height=780)
PLACE = "earpiece-widget { position: fixed !important; inset: 0 auto auto 0 !important; inline-size: 380px !important }"
LOOKS = """() => [...document.querySelectorAll("h1, button, textarea, label, body")].map((one) => {
  const style = getComputedStyle(one);
  return ["color", "backgroundColor", "font", "margin", "padding", "border", "cursor"].map((name) => style[name]);
})"""
TIMES, WARM = 200, 20
# The time that a call may take holds what it called for until it is over, also where that is gone.
COUNT_WAITING = """window.waiting = 0;
const { timeout } = AbortSignal;
AbortSignal.timeout = (ms) => (waiting++, setTimeout(() => waiting--, ms + 100), timeout.call(AbortSignal, ms));"""
HAS_SETTLED = "() => waiting <= 6"  # those of polls
MOST_MORE = (TIMES - WARM) // 2  # of anything: what is kept each time is twice as much


def with_style(apis: WidgetApis, css: str) -> None:
    """A page of the desk's that has a style sheet of its own."""
    apis.pages |= {
        "/own.css": css,
        "/styled": DESK.replace("</head>", '<link rel="stylesheet" href="/own.css"></head>'),
    }
    apis.types["/own.css"] = "text/css"


def test_a_page_whose_styles_are_hostile_changes_nothing_in_the_panel(desk: PanelPage, apis: WidgetApis):
    with_style(apis, PLACE)
    desk.open(path="/styled").is_at("ready")
    desk.has_all()
    before = desk.page.screenshot(clip=INSIDE)
    with_style(apis, HOSTILE + PLACE)

    desk.open(path="/styled").is_at("ready")
    desk.has_all()

    assert desk.page.locator("h1").evaluate("(one) => getComputedStyle(one).visibility") == "hidden", (
        "it was not hostile"
    )
    assert desk.page.screenshot(clip=INSIDE) == before


def test_the_panels_styles_change_nothing_in_the_page(desk: PanelPage, apis: WidgetApis):
    apis.pages["/bare"] = DESK.replace("earpiece-widget", "other-element")
    desk.page.goto(apis.address + "/bare")
    before = desk.page.evaluate(LOOKS)

    desk.open().is_at("ready")

    assert desk.page.evaluate(LOOKS) == before


def test_a_strict_policy_with_trusted_types_is_kept_without_a_word_in_the_console(desk: PanelPage):
    desk.open().is_at("ready")
    desk.panel.locator("summary").click()
    desk.button("Settings").click()
    expect(desk.part("settings")).to_be_visible()

    assert desk.problems == []


def test_nothing_is_asked_of_anybody_but_the_page_and_the_apis(desk: PanelPage):
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    desk.open().is_at("ready")
    desk.has_all()
    desk.button("Settings").click()
    desk.call("update", {"locale": "nl"})
    expect(desk.part("settings")).to_contain_text("Toetsen")
    desk.reply.press_sequentially("Zebra crossing ")
    desk.wait_for(lambda: len(desk.apis.called("/suggestions")) > 1)

    assert {url for url in asked if not url.startswith(f"{desk.apis.address}/")} == set()


def test_the_panel_is_closed_to_the_pages_scripts(desk: PanelPage):
    desk.page.add_init_script("delete window.earpiece.config.shadow")
    desk.page.goto(desk.apis.address + "/desk")
    desk.page.wait_for_function("!!customElements.get('earpiece-widget')")

    assert desk.page.evaluate("document.querySelector('earpiece-widget').shadowRoot") is None


def test_two_widgets_of_a_page_know_nothing_of_each_other(desk: PanelPage, apis: WidgetApis):
    element = '<earpiece-widget account="acme" target="#reply"></earpiece-widget>'
    apis.pages["/two"] = DESK.replace(
        element, element + element.replace("#reply", "#other") + '<textarea id="other"></textarea>'
    )
    apis.conversations["c-2"] = a_conversation("c-2", "Piet", "My bike is broken")
    apis.offers["c-2"] = some_offers(["Which bike is it?"], set_id="set-2")
    desk.open(path="/two")
    first, second = (desk.page.locator("earpiece-widget").nth(number) for number in (0, 1))

    second.evaluate("(widget) => widget.setConversation('c-2')")

    expect(second).to_contain_text("Which bike is it?")
    expect(first).to_contain_text("I have issued a refund")
    expect(first).not_to_contain_text("Piet")
    second.evaluate("(widget) => widget.remove()")
    apis.says("c-1", "customer", "Hello?")
    expect(first.locator("summary")).to_contain_text("Hello?")


def alive(desk: PanelPage) -> Counter[str]:
    """What is left after a collection: nodes and listeners of the page, and objects and functions of its scripts.

    Bytes would tell less: they hold what Chromium has compiled meanwhile, and what its tools keep of each call.
    """
    session = desk.page.context.new_cdp_session(desk.page)
    pieces: list[str] = []
    session.on("HeapProfiler.addHeapSnapshotChunk", lambda told: pieces.append(told["chunk"]))
    session.send("Performance.enable")
    session.send("HeapProfiler.collectGarbage")
    metrics = {one["name"]: int(one["value"]) for one in session.send("Performance.getMetrics")["metrics"]}
    session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    session.detach()
    heap = json.loads("".join(pieces))
    fields, [kinds, *_] = heap["snapshot"]["meta"]["node_fields"], heap["snapshot"]["meta"]["node_types"]
    found = Counter(kinds[kind] for kind in heap["nodes"][fields.index("type") :: len(fields)])
    return Counter(
        {name: metrics[name] for name in ("Nodes", "JSEventListeners")}
        | {kind: found[kind] for kind in ("object", "closure", "array")}
    )


@pytest.mark.parametrize(
    "again",
    [
        "widget.detach(); widget.attach('#reply')",
        "widget.shutdown(); widget.boot()",
        "const parent = widget.parentNode; widget.remove(); parent.append(widget)",
        "widget.setConversation(null); widget.setConversation('c-1')",
    ],
    ids=["attach", "boot", "move", "conversation"],
)
@pytest.mark.browser_full
def test_coming_and_going_200_times_leaves_nothing_behind(desk: PanelPage, again: str):
    def repeat(times: int) -> None:
        desk.page.evaluate(
            f"""async (times) => {{ const widget = document.querySelector("earpiece-widget");
              for (let n = 0; n < times; n++) {{ {again}; await new Promise(requestAnimationFrame); }} }}""",
            times,
        )
        desk.is_at("ready")
        desk.has_all()

    desk.page.add_init_script(COUNT_WAITING)
    desk.open().is_at("ready")
    repeat(WARM)
    desk.page.wait_for_function(HAS_SETTLED)
    before = alive(desk)

    repeat(TIMES - WARM)

    desk.page.wait_for_function(HAS_SETTLED)
    desk.wait_for(lambda: max((alive(desk) - before).values(), default=0) < MOST_MORE)


def page_works(desk: PanelPage) -> None:
    desk.page.evaluate("document.querySelector('#own').onclick = () => (window.pressed = true)")
    desk.page.locator("#own").click()
    desk.reply.click()
    desk.page.keyboard.type("I can still write")

    assert desk.page.evaluate("window.pressed")
    expect(desk.reply).to_have_value("I can still write")


@pytest.fixture(params=["script", "panel", "apis", "silence"])
def broken(desk: PanelPage, request: pytest.FixtureRequest) -> Iterator[PanelPage]:
    """The desk where our script, our panel's file or our APIs cannot be reached, or never answer."""
    blocked = {"script": "**/earpiece.js", "panel": "**/assets/open-*.js", "apis": "**/v1/**", "silence": "**/v1/**"}[
        request.param
    ]
    waiting: list[Route] = []
    is_silent = request.param == "silence"
    desk.page.route(blocked, lambda route: waiting.append(route) if is_silent else route.abort())
    desk.page.goto(desk.apis.address + "/desk")
    if request.param != "script":
        desk.page.wait_for_function("!!customElements.get('earpiece-widget')")
        desk.page.evaluate(
            """() => { const widget = document.querySelector("earpiece-widget");
              widget.getToken = async () => "t-1"; widget.setConversation("c-1"); }"""
        )
    yield desk
    for route in waiting:
        route.abort()


def test_without_our_script_our_panel_or_our_apis_the_page_is_as_usable_as_ever(broken: PanelPage):
    page_works(broken)


def test_what_a_page_says_before_the_script_is_there_holds(a_desk: Callable[..., PanelPage], apis: WidgetApis):
    desk = a_desk()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    desk.page.route("**/earpiece.js", hold)
    desk.page.goto(apis.address + "/desk", wait_until="commit")
    desk.page.wait_for_selector("#own")
    desk.wait_for(lambda: bool(held))
    desk.page.evaluate("document.querySelector('earpiece-widget').getToken = async () => 't-1'")
    desk.page.evaluate("document.querySelector('earpiece-widget').setAttribute('conversation', 'c-1')")

    held[0].continue_()

    desk.is_at("ready")


def test_a_removed_widget_asks_nothing_more_and_leaves_no_panel(desk: PanelPage, apis: WidgetApis):
    desk.page.clock.install()
    desk.open().is_at("ready")
    feedback = len(apis.called("/feedback"))
    desk.page.evaluate("window.gone = document.querySelector('earpiece-widget'); gone.remove()")
    desk.page.evaluate("fetch('/desk')")
    calls = len(apis.calls)

    apis.says("c-1", "customer", "Hello?")
    desk.page.clock.run_for(60_000)
    desk.page.evaluate("fetch('/desk')")

    # What it sends as it goes may arrive late.
    assert [call.path for call in apis.calls[calls:] if call.path != "/v1/feedback"] == []
    assert len(apis.called("/feedback")) <= feedback + 1
    assert desk.page.evaluate("gone.shadowRoot.childElementCount") == 0


def test_methods_may_be_called_at_any_time_and_again(desk: PanelPage):
    desk.page.goto(desk.apis.address + "/desk")
    desk.page.wait_for_function("!!customElements.get('earpiece-widget')")
    desk.page.evaluate(
        """() => {
          const widget = document.createElement("earpiece-widget");
          for (const act of ["shutdown", "boot", "detach", "end", "shutdown", "boot"]) widget[act]();
          widget.pushMessage({ message_id: "m", role: "customer", text: "Hi" });
          widget.update({ theme: "dark", locale: "xx" });
          widget.attach("#nowhere:::");
          document.querySelector("earpiece-widget").replaceWith(widget);
          widget.setAttribute("account", "acme");
          widget.getToken = async () => "t-1";
          for (const act of ["boot", "boot"]) widget[act]();
          for (const id of ["c-1", "c-1"]) widget.setConversation(id);
        }"""
    )

    desk.is_at("ready")
    assert desk.problems == []
