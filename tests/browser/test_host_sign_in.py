"""How an agent whom the platform or the account knows gets a token of ours, and nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.hosts.desks import IDS, PLATFORMS, Desk, Genesys, LivePerson, RingCx
from tests.browser.hosts.seeing import shows
from tests.browser.hosts.web import SERVICE, Answer

pytest_plugins = ["tests.browser.panel_fixtures", "tests.browser.hosts.fixtures"]
pytestmark = pytest.mark.browser_full


@pytest.fixture(params=PLATFORMS, ids=lambda kind: kind.platform)
def desk(request: pytest.FixtureRequest, desk_of: Callable[[type[Desk]], Desk]) -> Desk:
    return desk_of(request.param)


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


# ── Genesys Cloud, with PKCE ──


def test_genesys_sends_the_frame_away_and_back_where_it_may_keep_where_it_was(
    lasting_desk_of: Callable[[type[Desk]], Desk],
):
    """A browser that gives frames their storage: no window opens, and the ten frames of a tab mix nothing up."""
    desk = lasting_desk_of(Genesys)
    desk.conversations = list(IDS[Genesys])
    desk.open()

    for number in range(10):
        desk.choose(number)
        shows(desk, number)

    assert [page.url for page in desk.page.context.pages if "login" in page.url or page.url.startswith(SERVICE)] == []
    assert len(desk.login.redeemed) == 10
    assert {asked["code_challenge_method"] for asked in desk.login.asked} == {"S256"}
    assert not re.search("code=|state=", desk.widget(0).evaluate("location.href"))


def test_genesys_is_not_asked_over_and_over_by_a_frame_that_comes_back_without_an_agent(
    lasting_desk_of: Callable[[type[Desk]], Desk],
):
    desk = lasting_desk_of(Genesys)
    desk.conversations = desk.conversations[:1]
    desk.forbid_sign_in()
    desk.open()

    expect(desk.widget(0).get_by_role("button", name="Sign in again")).to_be_visible()

    assert len(desk.login.asked) == 1


def test_a_code_for_somebody_elses_question_is_never_redeemed(desk_of: Callable[[type[Desk]], Desk]):
    desk = desk_of(Genesys)
    desk.conversations = desk.conversations[:1]
    desk.login.changed_state = "x" * 43
    desk.open()

    expect(desk.widget(0).get_by_role("button", name="Sign in again")).to_be_visible()

    assert desk.login.redeemed == []
    assert desk.frames.exchanged == []


def test_an_address_with_a_forged_code_is_no_widget(desk_of: Callable[[type[Desk]], Desk]):
    desk = desk_of(Genesys)
    desk.conversations = desk.conversations[:1]
    desk.query = "code=stolen&state=forged"
    desk.open()

    expect(desk.widget(0).locator("body[data-refused]")).to_be_attached()

    assert desk.login.redeemed == []


@pytest.mark.parametrize(
    "query",
    [
        "conversationId={{gcConversation}}&gcHostOrigin={{gcHostOrigin}}&gcTargetEnv={{gcTargetEnv}}",
        "conversationId={{gcConversationId}}&gcHostOrigin={{gcHost}}&gcTargetEnv={{gcTargetEnv}}",
        "conversationId={{gcConversationId}}&gcHostOrigin={{gcHostOrigin}}&gcTargetEnv={{gcTarget}}",
        "conversationId=1234&gcHostOrigin={{gcHostOrigin}}&gcTargetEnv={{gcTargetEnv}}",
        "gcHostOrigin={{gcHostOrigin}}&gcTargetEnv={{gcTargetEnv}}",
    ],
)
def test_a_placeholder_that_genesys_did_not_fill_is_refused(desk_of: Callable[[type[Desk]], Desk], query: str):
    desk = desk_of(Genesys)
    desk.conversations = desk.conversations[:1]
    desk.query = query
    desk.open()

    expect(desk.widget(0).locator("body[data-refused]")).to_be_attached()

    assert desk.frames.apis.calls == []


def test_a_token_of_the_platform_is_exchanged_again_without_asking_the_agent(desk_of: Callable[[type[Desk]], Desk]):
    desk = desk_of(Genesys)
    desk.conversations = desk.conversations[:1]
    desk.open()
    shows(desk, 0)

    renewed = desk.widget(0).evaluate("host.getToken('renew').then(({ token }) => token)")

    assert renewed == "token-1"
    assert len(desk.login.asked) == 1
    assert len(desk.frames.exchanged) == 2


def test_an_embed_token_is_used_once(desk_of: Callable[[type[Desk]], Desk]):
    desk = desk_of(LivePerson)
    desk.open()
    shows(desk, 0)

    desk.widget(0).evaluate("host.getToken('renew').then(() => null)")

    used = [proof["embed_token"] for proof in desk.frames.exchanged]
    assert used == ["embed-1", "embed-2"]


def test_an_embed_token_from_another_page_than_the_accounts_is_refused(desk_of: Callable[[type[Desk]], Desk]):
    """A popup that was led elsewhere, and a page around us that posts by itself."""
    desk = desk_of(RingCx)
    stolen = '{type: "earpiece:embed-token", token: "embed-9"}'
    desk.web.sites["https://sso.acme.example"] = lambda _: Answer(
        '<!doctype html><script>location.replace("https://evil.example/")</script>'
    )
    desk.web.sites["https://evil.example"] = lambda _: Answer(
        f"<!doctype html><script>opener.postMessage({stolen}, '*'); close()</script>"
    )
    desk.open()
    desk.page.evaluate(f"frames[0].postMessage({stolen}, '{SERVICE}')")

    expect(desk.widget(0).get_by_role("button", name="Sign in again")).to_be_visible()

    assert desk.frames.exchanged == []
