"""The widget inside each platform's desktop: the same tests for all, against doubles that behave as the platforms' documents say."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.hosts.desks import IDS, ROOT, Desk, Genesys, LivePerson, RingCx, Salesforce
from tests.browser.hosts.sign_in import AccountPage, GenesysLogin
from tests.browser.hosts.web import SERVICE, Answer, Frames, Web
from tests.browser.widget_apis import WidgetApis, a_conversation, some_offers

PLATFORMS = [Genesys, Salesforce, LivePerson, RingCx]
TEN = range(10)
COUNT_LISTENERS = """
window.heard = 0;
const { addEventListener: add, removeEventListener: remove } = window;
window.addEventListener = function (name, ...rest) { if (name === "message") window.heard += 1; return add.call(this, name, ...rest); };
window.removeEventListener = function (name, ...rest) { if (name === "message") window.heard -= 1; return remove.call(this, name, ...rest); };
"""

GO_ON_WITH_THE_TEXT = """
(id) => addEventListener("message", ({ data }) => { if (data.name === "smcc:earpiece-insert") desk.current = id; }, true)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("frame")
    command = ["npx", "vite", "build", "--config", "tests/hosts/vite.config.ts", "--outDir", str(out)]
    subprocess.run(command, cwd=ROOT / "run/widget/web", check=True, capture_output=True, timeout=120)
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    context.add_init_script(COUNT_LISTENERS)
    context.set_default_timeout(8_000)
    yield context
    context.close()


@pytest.fixture
def desk_of(context: BrowserContext, built: Path) -> Callable[[type[Desk]], Desk]:
    def make(kind: type[Desk]) -> Desk:
        ids = IDS[kind]
        apis = WidgetApis(assets=built)
        for number, conversation_id in enumerate(ids):
            apis.conversations[conversation_id] = a_conversation(conversation_id, f"Customer {number}", "Hello", "Yes?")
            apis.offers[conversation_id] = some_offers([f"Reply for {number}"], set_id=f"set-{number}")
        frames = Frames(built, apis, [], proofs={"platform-token": "token-1", "embed-1": "token-1"})
        frames.proofs |= {f"embed-{number}": f"token-{number}" for number in range(1, 20)}
        web = Web().attach(context)
        desk = kind(context.new_page(), web, frames, ids)
        web.sites["https://login.mypurecloud.de"] = desk.login = GenesysLogin()
        web.sites["https://sso.acme.example"] = desk.account_page = AccountPage()
        return desk

    return make


@pytest.fixture(params=PLATFORMS, ids=lambda kind: kind.platform)
def desk(request: pytest.FixtureRequest, desk_of: Callable[[type[Desk]], Desk]) -> Desk:
    return desk_of(request.param)



def shows(desk: Desk, number: int) -> None:
    """The widget offers what belongs to this conversation."""
    expect(desk.widget(number).get_by_text(f"Reply for {number}")).to_be_visible()


def use(desk: Desk, number: int) -> None:
    desk.widget(number).locator("#use-0").click()


# ── the conversation ──


def test_it_shows_the_conversation_that_the_agent_has_open(desk: Desk):
    desk.open()

    shows(desk, 0)
    assert desk.web.strays == []


def test_it_follows_the_agent_through_ten_conversations(desk: Desk):
    desk.open()

    for number in [*TEN, 4, 0]:
        desk.choose(number)

        shows(desk, number)
        others = [other for other in TEN if other != number]
        for other in others if desk.widget(0) == desk.widget(1) else []:
            assert desk.widget(number).get_by_text(f"Reply for {other}").count() == 0


def test_an_answer_that_comes_late_never_shows_in_another_conversation(desk: Desk):
    desk.open()
    shows(desk, 0)
    late, current = 3, 4
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


# ── insertion ──


def test_a_suggestion_goes_into_the_composer_of_the_conversation_that_is_open(desk: Desk):
    desk.open()
    desk.choose(2)
    shows(desk, 2)

    use(desk, 2)

    desk.wait_until(lambda: desk.draft(2) == "Reply for 2")
    assert [desk.draft(number) for number in TEN if number != 2] == [""] * 9
    assert desk.frames.apis.called("/feedback") == [] or all(one["kind"] != "sent" for one in desk.frames.apis.feedback())


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


def test_the_end_of_a_session_ends_it_in_its_own_frame(desk_of: Callable[[type[Desk]], Desk]):
    desk = desk_of(Salesforce)
    desk.open()
    shows(desk, 0)
    desk.choose(1)
    shows(desk, 1)

    desk.page.evaluate("(id) => desk.end(id)", desk.conversations[0])

    desk.wait_until(lambda: desk.widget(0).evaluate("assembly.session.state().status") == "ended")
    assert desk.widget(1).evaluate("assembly.session.state().status") == "ready"


# ── going away ──


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
    assert frame.evaluate("assembly.session.state().conversation?.conversation_id ?? null") in {None, desk.conversations[0]}


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

    left = desk.page.evaluate("() => { desk.components.forEach((one) => one.disconnectedCallback()); return window.heard; }")

    assert left == 0
    assert desk.page.evaluate("import('lightning/messageService').then(({ count }) => count())") == 0


# ── signing in ──


def test_a_proof_of_the_agent_becomes_a_token_of_ours(desk: Desk):
    desk.open()
    shows(desk, 0)

    (proof, *_) = desk.frames.exchanged
    expected = (
        {"platform": "genesys", "platform_token": "platform-token"}
        if desk.platform == "genesys"
        else {"embed_token": proof.get("embed_token")}
    )
    assert proof == expected | {"account": ["acme"]}
    assert {call.token for call in desk.frames.apis.calls} <= set(desk.frames.proofs.values())


def test_an_agent_whom_nobody_vouches_for_is_asked_to_sign_in_and_can(desk: Desk):
    desk.forbid_sign_in()
    desk.open()
    desk.choose(0)
    again = desk.widget(0).get_by_role("button", name="Sign in again")
    expect(again).to_be_visible()

    desk.allow_sign_in()
    again.click()

    shows(desk, 0)


def test_no_token_is_kept_where_a_page_could_read_it(desk: Desk):
    desk.open()
    shows(desk, 0)

    kept = desk.widget(0).evaluate(
        "() => { try { return JSON.stringify([{ ...sessionStorage }, { ...localStorage }]) } catch { return '' } }"
    )

    assert not re.search(r"token-1|platform-token|embed-\d", kept + desk.widget(0).content())


# ── origins ──


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
