"""The panel in a frame: each side knows the other's exact origin, the field is helped, and the page stays as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Route, expect
from tests.browser.framing import TOKEN, Framed, a_framed_panel
from tests.browser.typing_page import REPLIES
from tests.browser.widget_apis import a_conversation, some_offers
from tests.waiting import until

from earpiece.domain.settings import AccountSettings
from earpiece.engine.packing import pack

pytest_plugins = ["tests.browser.panel_fixtures"]

ASSETS = Path(__file__).parents[2] / "run/widget/assets"
REFUND = "I have issued a refund of {amount} for order {order_id}."


STORED = """() => ["localStorage", "sessionStorage"].map((name) => {
  try { return JSON.stringify({...window[name]}); } catch { return "denied to a frame"; } }).join() + document.cookie"""
NEW_FIELD = """() => { document.querySelector("#reply")?.remove();
  const field = Object.assign(document.createElement("textarea"), { id: "reply" });
  document.querySelector("main").append(field); }"""
HEARS_STRANGER = """([address, isInOurs]) => new Promise((done) => {
  addEventListener("message", done, { once: true });
  const frame = isInOurs ? mounted.frame : document.createElement("iframe");
  if (!isInOurs) document.querySelector("main").append(frame);
  frame.src = address; })"""
SAYS_HELLO = """<!doctype html><title>none</title><script>
addEventListener("message", ({ ports }) => (document.title = "got " + ports.length));
parent.postMessage({ type: "earpiece:hello", v: 1, id: "forged" }, "*");
</script>"""
CONNECT = """([target, id, origin]) => {
  const { port1, port2 } = new MessageChannel();
  window.got = [];
  port1.onmessage = ({ data }) => got.push(data);
  const connect = { type: "earpiece:connect", v: 1, id, hasField: false, settings: {} };
  (target === "beside" ? parent.frames[0] : frames[0]).postMessage(connect, origin, [port2]); }"""


@pytest.fixture
def framed(panel_browser: Browser) -> Iterator[Framed]:
    with a_framed_panel(panel_browser, ASSETS) as one:
        yield one


def test_the_panel_shows_suggestions_in_the_frame_and_puts_one_into_the_pages_field(framed: Framed):
    framed.open().is_at("ready")

    framed.panel.get_by_text("One moment please").click()

    expect(framed.reply).to_have_value("One moment please, I am looking into it.")
    assert framed.problems == []


def test_ghost_text_stands_in_the_pages_own_field_and_tab_takes_it(framed: Framed):
    packed = json.loads(pack(REPLIES, 0.3))
    framed.apis.offers["c-1"] = some_offers([REFUND], pack=packed)
    framed.open().is_at("ready")
    framed.reply.focus()
    framed.page.keyboard.type("Thank")

    expect(framed.ghost).to_have_text(" you for your patience while I look into this for you.", use_inner_text=False)
    framed.page.wait_for_function("() => new Promise((done) => setTimeout(() => done(true), 150))")  # accept guard
    framed.page.keyboard.press("Tab")

    expect(framed.reply).to_have_value("Thank you for your patience while I look into this for you.")
    assert framed.problems == []


def test_the_page_hears_how_it_goes_in_ids_and_counts(framed: Framed):
    framed.open().is_at("ready")
    framed.page.wait_for_function("() => states.includes('ready') && told.some(({kind}) => kind === 'shown')")

    framed.panel.get_by_text("One moment please").click()

    framed.page.wait_for_function("() => told.some(({kind}) => kind === 'accepted')")
    assert "looking into it" not in framed.page.evaluate("JSON.stringify([told, states])")


def test_the_token_goes_to_the_frame_alone_and_stays_in_memory(framed: Framed):
    framed.open().is_at("ready")

    inside = next(one for one in framed.page.frames if one.url.startswith(framed.service))
    for one in (framed.page.main_frame, inside):
        assert TOKEN not in one.content() + one.url + one.evaluate(STORED)
    assert {call.token for call in framed.apis.calls} == {TOKEN}
    assert framed.page.evaluate("asked") == ["first"]


def test_the_page_chooses_conversations_tells_messages_and_ends(framed: Framed):
    framed.apis.conversations["c-2"] = a_conversation("c-2", "Piet", "My bike is broken")
    framed.apis.offers["c-2"] = some_offers(["Which bike is it?"], set_id="set-2")
    framed.open().is_at("ready")

    framed.page.evaluate("mounted.setConversation('c-2')")
    expect(framed.panel).to_contain_text("Which bike is it?")
    framed.page.evaluate("mounted.pushMessage({message_id: 'm-9', role: 'customer', text: 'The red one'})")
    expect(framed.panel).to_contain_text("The red one")
    framed.page.evaluate("mounted.end()")

    framed.is_at("ended")


def test_what_the_page_says_before_the_frame_is_there_holds(framed: Framed):
    framed.visit()

    # In one go: no frame can have answered in between.
    framed.page.evaluate("start(); mounted.setConversation('c-1'); mounted.update({locale: 'nl'})")

    framed.is_at("ready")
    expect(framed.frame.locator("[lang=nl]").first).to_be_attached()


def test_a_page_without_a_field_has_the_panel_that_copies(framed: Framed):
    framed.open(more="{field: null}").is_at("ready")

    framed.panel.get_by_role("button", name="Copy").first.click()

    expect(framed.panel).to_contain_text("opied")
    assert "refund" in framed.page.evaluate("navigator.clipboard.readText()")
    expect(framed.reply).to_have_value("")


def test_a_field_that_comes_later_and_again_is_helped(framed: Framed):
    framed.apis.offers["c-1"] = some_offers([REFUND], pack=json.loads(pack(REPLIES, 0.3)))
    framed.visit()
    framed.page.evaluate("document.querySelector('#reply').id = 'away'; start().setConversation('c-1')")
    framed.is_at("ready")

    for _ in range(2):  # the second in place of the first
        framed.page.evaluate(NEW_FIELD)
        framed.reply.focus()
        framed.page.keyboard.type("Thank")
        expect(framed.ghost.last).to_be_visible()


def test_the_agents_keys_lead_from_the_field_into_the_frame(framed: Framed):
    framed.open().is_at("ready")
    framed.reply.focus()
    framed.page.keyboard.press("Alt+a")

    framed.page.wait_for_function("() => document.activeElement === document.querySelector('#panel iframe')")
    inside = next(one for one in framed.page.frames if one.url.startswith(framed.service))
    inside.wait_for_function("() => document.activeElement !== document.body")
    framed.page.keyboard.press("Alt+a")

    expect(framed.reply).to_be_focused()


@pytest.mark.parametrize(
    ("get_token", "status"),
    [
        ("async () => null", "expired"),
        ("() => { throw new Error('no') }", "error"),
        ("async () => { throw 1 }", "error"),
    ],
)
def test_a_page_that_gives_no_token_is_told_so_in_the_panel(framed: Framed, get_token: str, status: str):
    framed.open(more=f"{{getToken: {get_token}}}").is_at(status)


def test_a_frame_that_is_loaded_again_meets_the_page_again(framed: Framed):
    framed.open().is_at("ready")

    framed.page.evaluate("mounted.frame.src = mounted.frame.src")
    framed.page.wait_for_function("() => asked.length === 2")

    framed.is_at("ready")
    framed.panel.get_by_text("One moment please").click()
    expect(framed.reply).to_have_value("One moment please, I am looking into it.")


def what_is_there(framed: Framed) -> list[str]:
    """Every listener on the window, the document and the field, and every element."""
    devtools = framed.context.new_cdp_session(framed.page)
    found = []
    for place in ("window", "document", "document.body", "document.querySelector('#reply')"):
        known = devtools.send("Runtime.evaluate", {"expression": place})["result"]["objectId"]
        listeners = devtools.send("DOMDebugger.getEventListeners", {"objectId": known})["listeners"]
        found += [f"{place} {one['type']}" for one in listeners]
    devtools.detach()
    elements: list[str] = framed.page.evaluate("[...document.querySelectorAll('*')].map(({ tagName }) => tagName)")
    return found + elements


def test_after_unmount_nothing_of_ours_is_left(framed: Framed):
    framed.visit()
    before = what_is_there(framed)

    for _ in range(3):
        framed.page.evaluate("start().setConversation('c-1')")
        framed.is_at("ready")
        until(lambda: len(what_is_there(framed)) > len(before) + 5, 30, "nobody helps in the field")
        framed.page.evaluate("mounted.unmount(); mounted.unmount()")

    assert what_is_there(framed) == before
    framed.works_without_us()


def test_a_page_that_the_account_does_not_name_cannot_frame_the_panel_and_stays_usable(framed: Framed):
    framed.accounts.settings = AccountSettings(allowed_origins=("https://desk.acme.example",))
    framed.visit()

    with framed.page.expect_console_message(is_of_frame_ancestors):
        framed.page.evaluate("start().setConversation('c-1')")

    framed.works_without_us()
    assert framed.page.evaluate("[asked, states]") == [[], []]
    assert framed.apis.calls == []


def test_another_origin_of_the_same_machine_is_another_page(framed: Framed):
    """127.0.0.1 and localhost are one machine and two origins: only one of them is named."""
    framed.visit(framed.apis.address)

    with framed.page.expect_console_message(is_of_frame_ancestors):
        framed.page.evaluate("start()")

    framed.works_without_us()
    assert framed.page.evaluate("asked") == []


@pytest.mark.parametrize("how", ["abort", "silence", "another page"])
def test_a_frame_that_never_answers_leaves_the_page_as_it_was(framed: Framed, how: str):
    held: list[Route] = []
    answers = {"abort": lambda route: route.abort(), "silence": lambda route: hold(route, held)}
    empty = lambda route: route.fulfill(body="<!doctype html><p>Something else", content_type="text/html")  # noqa: E731
    framed.page.route("**/v1/frame/**", answers.get(how, empty))
    framed.visit()
    box = framed.page.locator("#panel").bounding_box()

    framed.page.evaluate("start().setConversation('c-1')")

    framed.works_without_us()
    assert framed.page.locator("#panel iframe").bounding_box()["width"] <= box["width"]
    assert framed.page.locator("#panel").bounding_box() == box
    for route in held:
        route.abort()


@pytest.mark.parametrize("is_of_our_origin", [True, False])
def test_another_frame_that_says_hello_changes_nothing(framed: Framed, is_of_our_origin: bool):
    framed.allow_frames_of(framed.apis.address)
    framed.page.route("**/stranger", lambda route: route.fulfill(body=SAYS_HELLO, content_type="text/html"))
    framed.open().is_at("ready")
    origin = framed.service if is_of_our_origin else framed.apis.address

    framed.page.evaluate(HEARS_STRANGER, [f"{origin}/stranger", False])

    framed.panel.get_by_text("One moment please").click()
    expect(framed.reply).to_have_value("One moment please, I am looking into it.")
    assert [one.title() for one in framed.page.frames if "stranger" in one.url] == ["none"]
    assert framed.problems == []


def test_another_origin_in_our_own_frame_gets_no_port_and_no_token(framed: Framed):
    framed.allow_frames_of(framed.apis.address)
    framed.page.route("**/stranger", lambda route: route.fulfill(body=SAYS_HELLO, content_type="text/html"))
    framed.open().is_at("ready")
    framed.page.evaluate("asked.length = 0")

    framed.page.evaluate(HEARS_STRANGER, [f"{framed.apis.address}/stranger", True])

    framed.page.evaluate("new Promise((done) => setTimeout(() => setTimeout(done)))")
    assert [one.title() for one in framed.page.frames if "stranger" in one.url] == ["none"]
    assert framed.page.evaluate("asked") == []
    assert framed.problems == []  # not even a message that the browser had to stop


def test_the_frame_takes_a_connection_from_the_page_around_it_and_for_its_own_hello_alone(framed: Framed):
    framed.apis.pages |= {"/beside": '<!doctype html><script src="/beside.js"></script>', "/beside.js": ""}
    framed.apis.types["/beside.js"] = "text/javascript"
    framed.allow_frames_of("'self'")
    framed.visit()
    framed.page.evaluate(
        """(service) => new Promise((done) => {
          window.hellos = [];
          addEventListener("message", ({ data }) => done(hellos.push(data)));
          const [frame, beside] = [0, 1].map(() => document.createElement("iframe"));
          frame.src = service + "/v1/frame/acme";
          beside.src = "/beside";
          document.querySelector("#panel").append(frame, beside); })""",
        framed.service,
    )
    (beside,) = (one for one in framed.page.frames if one.url.endswith("/beside"))
    own = framed.page.evaluate("hellos.splice(0)[0].id")

    beside.evaluate(CONNECT, ["beside", own, framed.service])
    framed.page.evaluate(CONNECT, ["own", "another", framed.service])

    # It goes on calling, and says nothing to either.
    framed.page.wait_for_function("() => hellos.length > 2")
    assert (beside.evaluate("got"), framed.page.evaluate("got")) == ([], [])
    framed.page.evaluate(CONNECT, ["own", own, framed.service])
    framed.page.wait_for_function("() => got.some(({kind}) => kind === 'token')")


def test_a_platforms_page_outside_its_platform_says_so_to_the_administrator(framed: Framed):
    framed.page.goto(f"{framed.service}/w/acme/salesforce?channel=x")

    expect(framed.page.get_by_role("alert")).to_contain_text("not among the account's")


def test_the_loader_brings_the_element_to_a_strict_page_of_another_origin(framed: Framed):
    framed.apis.pages["/own"] = PAGE_WITH_LOADER.replace("{service}", framed.service)
    framed.apis.pages["/own.js"] = "document.querySelector('earpiece-widget').getToken = async () => 't-1';"
    framed.apis.types["/own.js"] = "text/javascript"
    framed.apis.allowed_origin = framed.desk
    framed.page.goto(framed.desk + "/own")

    expect(framed.page.locator("earpiece-widget .panel")).to_have_attribute("data-status", "ready")

    assert framed.problems == []


SEES_LINKS = """window.ways = [];
new MutationObserver(() => document.querySelectorAll("link[rel=preconnect]").forEach((one) => ways.push(one.href)))
  .observe(document, { childList: true, subtree: true });"""


def test_the_loader_opens_the_way_to_the_apis_and_leaves_nothing_of_it(framed: Framed):
    framed.apis.pages["/own"] = PAGE_WITH_LOADER.replace("{service}", framed.service)
    framed.apis.allowed_origin = framed.desk
    framed.page.add_init_script(SEES_LINKS)
    framed.page.goto(framed.desk + "/own")

    framed.page.wait_for_function("() => customElements.get('earpiece-widget')")

    api = framed.page.evaluate("() => earpiece.config.suggestionApi")
    assert any(way.startswith(api) for way in framed.page.evaluate("() => ways"))
    expect(framed.page.locator("link[rel=preconnect]")).to_have_count(0)


PAGE_WITH_LOADER = """<!doctype html><html lang="en"><head><title>Desk</title><meta charset="utf-8">
<script src="{service}/v1/loader.js" async></script><script type="module" src="/own.js"></script></head>
<body><textarea id="reply"></textarea>
<earpiece-widget account="acme" target="#reply" conversation="c-1"></earpiece-widget></body></html>"""


def is_of_frame_ancestors(line: ConsoleMessage) -> bool:
    return "frame-ancestors" in line.text


def hold(route: Route, held: list[Route]) -> None:
    held.append(route)
