"""The panel against the APIs' stand-in: each state that it may be in, and what brings it there."""

from __future__ import annotations

import re
import threading
from itertools import pairwise

from playwright.sync_api import expect
from tests.browser.panel_page import PanelPage
from tests.browser.widget_apis import Failing, WidgetApis, a_conversation, some_offers

pytest_plugins = ["tests.browser.panel_fixtures"]


def test_nobody_is_signed_in(desk: PanelPage):
    desk.page.add_init_script(
        """addEventListener("earpiece-state", ({ detail: { status } }) => {
          if (status === "expired") window.askedBefore ??= asked.filter((why) => why === "refused").length; })"""
    )
    desk.open()
    desk.is_at("ready")
    desk.apis.refused_tokens |= {"t-1", "t-2"}
    desk.page.evaluate("token = 't-2'")
    desk.apis.says("c-1", "customer", "Hello?")

    desk.is_at("expired")

    assert desk.page.evaluate("askedBefore") <= 2, "more than once for each call that was under way"
    desk.page.evaluate("token = 't-3'")
    desk.button("Sign in again").click()
    desk.is_at("ready")
    desk.wait_for(lambda: any(call.token == "t-3" for call in desk.apis.calls))


def test_a_refused_token_is_renewed_once_without_anyone_noticing(desk: PanelPage):
    desk.open().is_at("ready")
    desk.apis.refused_tokens.add("t-1")
    desk.page.evaluate("token = 't-2'")

    desk.apis.says("c-1", "customer", "Are you there?")

    expect(desk.panel.locator("summary")).to_contain_text("Are you there?")
    assert desk.page.evaluate("asked").count("refused") == 1
    expect(desk.panel).to_have_attribute("data-status", re.compile("ready|loading"))


RENEWS = """widget => { widget.getToken = async (why) => {
  asked.push(why);
  token = why === "first" ? "t-1" : "t-2";
  return { token, expiresAt: Date.now() + 120_000 }; }; widget.shutdown(); widget.boot(); }"""


def test_a_token_is_renewed_before_it_expires_and_the_draft_stays(desk: PanelPage):
    desk.page.clock.install()
    desk.open()
    desk.widget.evaluate(RENEWS)
    desk.is_at("ready")
    desk.reply.press_sequentially("A long answer")

    desk.page.clock.fast_forward(61_000)
    desk.wait_for(lambda: "t-2" in {call.token for call in desk.apis.calls})

    assert "refused" not in desk.page.evaluate("asked")
    assert "renew" in desk.page.evaluate("asked")
    expect(desk.reply).to_have_value("A long answer")
    expect(desk.reply).to_be_focused()
    desk.is_at("ready")


def test_on_a_slow_network_the_agent_writes_on_and_suggestions_come_when_they_come(desk: PanelPage):
    desk.open(None).is_at("idle")
    network = desk.page.context.new_cdp_session(desk.page)
    slow = {"offline": False, "latency": 1_500, "downloadThroughput": 5_000, "uploadThroughput": 5_000}
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", slow)
    desk.call("setConversation", "c-1")
    desk.is_at("loading")

    desk.reply.press_sequentially("Hello")

    expect(desk.reply).to_have_value("Hello")
    desk.is_at("ready")
    expect(desk.cards).to_have_count(3)
    assert desk.problems == []


def test_an_account_without_features_is_off(desk: PanelPage, apis: WidgetApis):
    apis.capabilities["features"] = []

    desk.open().is_at("off")

    expect(desk.panel).to_contain_text("Suggestions are off here.")


def test_features_that_an_account_has_not_are_not_shown(desk: PanelPage, apis: WidgetApis):
    apis.capabilities |= {"features": ["suggestions", "feedback"], "assistants": []}
    desk.open().is_at("ready")

    assert desk.panel.locator("[data-part]").evaluate_all("(parts) => parts.map((one) => one.dataset.part)") == [
        "suggestions"
    ]


def test_no_conversation_is_open(desk: PanelPage):
    desk.open(None).is_at("idle")

    expect(desk.panel).to_contain_text("Open a conversation to see suggestions.")


def test_a_conversation_without_suggestions_offers_the_search(desk: PanelPage, apis: WidgetApis):
    apis.offers["c-1"] = some_offers([])
    apis.replies = [
        {
            "id": "r-1",
            "text": "Your refund of {amount} is on its way.",
            "score": 1,
            "source": "canned",
            "slots": ["amount"],
        }
    ]
    desk.open().is_at("empty")

    desk.panel.get_by_role("searchbox").fill("refund")

    expect(desk.part("search").get_by_role("listitem")).to_contain_text(["Your refund of {amount} is on its way."])
    expect(desk.part("search")).to_contain_text("1 reply")
    desk.panel.get_by_role("searchbox").fill("zebra")
    expect(desk.part("search")).to_contain_text("No reply with these words.")


def test_waiting_long_shows_that_something_comes(desk: PanelPage, apis: WidgetApis):
    apis.held["/suggestions"] = threading.Event()
    desk.open().is_at("loading")

    expect(desk.panel.get_by_role("img", name="Looking for suggestions")).to_be_visible()
    expect(desk.part("suggestions")).to_have_attribute("aria-busy", "true")
    apis.held.pop("/suggestions").set()
    desk.is_at("ready")
    expect(desk.part("suggestions")).to_have_attribute("aria-busy", "false")


def test_while_the_service_fails_the_list_stays_and_each_retry_waits_longer(desk: PanelPage, apis: WidgetApis):
    desk.open().is_at("ready")
    before = len(apis.called("/suggestions"))
    apis.failing["/suggestions"] = Failing(503)
    apis.says("c-1", "customer", "Hello?")
    desk.is_at("error")

    expect(desk.cards).to_have_count(3)
    desk.wait_for(lambda: len(apis.called("/suggestions")) >= before + 3)
    failed = [call.at_s for call in apis.called("/suggestions")[before:]]
    first, second = (later - sooner for sooner, later in pairwise(failed[:3]))
    assert first >= 1.5, "2 s, a quarter more or less"
    assert second >= 3, "4 s, a quarter more or less"
    apis.failing.clear()
    desk.button("Retry").click()
    desk.is_at("ready")


def test_too_many_calls_rest_without_a_nag(desk: PanelPage, apis: WidgetApis):
    apis.failing["/suggestions"] = Failing(429, "rate-limited", retry_after_s=60)

    desk.open().is_at("limited")

    expect(desk.panel).to_contain_text("they return by themselves")
    expect(desk.button("Retry")).to_have_count(0)


def test_an_answer_to_the_conversation_before_is_never_shown(desk: PanelPage, apis: WidgetApis):
    apis.conversations["c-2"] = a_conversation("c-2", "Piet", "My bike is broken")
    apis.offers["c-2"] = some_offers(["Which bike is it?"], set_id="set-2")
    held = apis.held["c-1/suggestions"] = threading.Event()
    desk.open()
    desk.wait_for(lambda: bool(apis.called("c-1/suggestions")))

    desk.call("setConversation", "c-2")
    held.set()

    expect(desk.cards).to_contain_text(["Which bike is it?"])
    desk.wait_for(lambda: len(apis.called("/c-2")) > 1)  # the panel has lived on since
    expect(desk.panel).not_to_contain_text("Maria")
    expect(desk.panel).not_to_contain_text("I have issued a refund")


def test_a_pause_survives_a_reload(desk: PanelPage):
    desk.open().is_at("ready")
    desk.button("Pause for 30 minutes").click()
    desk.is_at("paused")

    desk.open().is_at("paused")

    expect(desk.panel).to_contain_text(re.compile(r"Paused until \d"))
    desk.button("Resume", "line").click()
    desk.is_at("ready")
    assert desk.focused().startswith(("h2", "button")), "the focus was left behind"
