"""The panel against the APIs' stand-in: checks 30 to 41 of the widget's acceptance list."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import expect
from tests.browser.panel_page import PanelPage, picture
from tests.browser.widget_apis import Failing, WidgetApis, a_conversation, a_result, some_offers

pytest_plugins = ["tests.browser.panel_fixtures"]

SUMMARY = "Situation: Maria asked for her refund.\nActions:\n- Issued the refund\nResolution: yes. It was issued."


def cards(desk: PanelPage):
    return desk.part("suggestions").get_by_role("listitem")


# ── the list ──


def test_arrows_home_and_end_go_through_the_suggestions(desk: PanelPage):
    desk.open().is_at("ready")
    uses = [f"button#use-{number}" for number in range(3)]
    desk.panel.locator("#use-0").focus()

    seen = []
    for key in ["ArrowDown", "ArrowDown", "ArrowDown", "Home", "End", "ArrowUp"]:
        desk.page.keyboard.press(key)
        seen.append(desk.focused())

    assert seen == [uses[1], uses[2], uses[2], uses[0], uses[2], uses[1]]


def test_one_suggestion_alone_is_in_the_tab_order(desk: PanelPage):
    desk.open().is_at("ready")
    desk.panel.locator("#use-0").focus()
    desk.page.keyboard.press("ArrowDown")

    reached = (
        desk.part("suggestions")
        .locator("button:not([tabindex='-1'])")
        .evaluate_all("(buttons) => buttons.map((one) => one.closest('li').querySelector('.number').textContent)")
    )

    assert set(reached) == {"2"}


def test_delete_takes_a_suggestion_away_and_the_focus_stays_in_the_list(desk: PanelPage):
    desk.open().is_at("ready")
    desk.panel.locator("#use-0").focus()
    desk.page.keyboard.press("End")

    for left in [2, 1]:
        desk.page.keyboard.press("Delete")
        expect(cards(desk)).to_have_count(left)
        desk.has_focus(f"button#use-{left - 1}")
    desk.page.keyboard.press("Delete")
    expect(cards(desk)).to_have_count(0)

    desk.is_at("ready")  # the link stands
    desk.has_focus("h2#title")
    desk.wait_for(lambda: [one["kind"] for one in desk.apis.feedback()].count("dismissed") == 3)


def test_copy_puts_the_text_on_the_clipboard(a_desk: Callable[..., PanelPage]):
    desk = a_desk(permissions=["clipboard-read", "clipboard-write"])
    desk.open().is_at("ready")

    desk.panel.locator("#use-0").focus()
    desk.page.keyboard.press("c")

    expect(desk.panel.get_by_role("status")).to_have_text(re.compile("Copied"))
    assert (
        desk.page.evaluate("navigator.clipboard.readText()")
        == "I have issued a refund of {amount} for order {order_id}."
    )


def test_what_cannot_be_copied_either_is_said(a_desk: Callable[..., PanelPage]):
    desk = a_desk(permissions=[])
    desk.page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('denied'))")
    desk.open().is_at("ready")

    cards(desk).nth(1).get_by_role("button", name="Copy").click()

    expect(desk.part("notice")).to_contain_text("could not be copied")
    desk.button("Close", "notice").click()
    expect(desk.part("notice")).to_have_count(0)


def test_slots_are_marked_and_what_is_typed_of_a_suggestion_is_not_bold_twice(desk: PanelPage):
    desk.open().is_at("ready")

    expect(cards(desk).first.locator("mark")).to_have_text(["{amount}", "{order_id}"])


# ── into the reply ──


def test_a_suggestion_goes_in_at_the_caret_and_the_agents_words_stay(desk: PanelPage):
    desk.open().is_at("ready")
    desk.reply.fill("Hello Maria.  Kind regards, Ada")
    desk.reply.evaluate("(reply) => { reply.focus(); reply.setSelectionRange(13, 13) }")

    cards(desk).nth(2).get_by_role("button", name="Insert").click()

    expect(desk.reply).to_have_value("Hello Maria. One moment please, I am looking into it. Kind regards, Ada")
    desk.has_focus("textarea#reply")
    desk.wait_for(lambda: any(one["kind"] == "accepted" for one in desk.apis.feedback()))
    accepted = next(one for one in desk.apis.feedback() if one["kind"] == "accepted")
    assert (accepted["suggestion_id"], accepted["position"], accepted["set_id"]) == ("s-3", 2, "set-1")


def test_a_press_on_a_suggestions_text_inserts_it_but_marking_words_does_not(desk: PanelPage):
    desk.open().is_at("ready")
    box = desk.panel.locator("#text-1").bounding_box()
    assert box is not None
    across = box["y"] + 10

    desk.page.mouse.move(box["x"] + 60, across)
    desk.page.mouse.down()
    desk.page.mouse.move(box["x"] + 160, across, steps=5)
    desk.page.mouse.up()
    expect(desk.reply).to_have_value("")
    desk.panel.locator("#text-2").click()

    expect(desk.reply).to_have_value("One moment please, I am looking into it.")


def test_keys_insert_a_suggestion_and_go_between_reply_and_panel(desk: PanelPage):
    desk.open().is_at("ready")
    desk.reply.focus()

    desk.page.keyboard.press("Alt+a")
    desk.page.wait_for_function("document.activeElement.localName === 'earpiece-widget'")
    desk.has_focus("button#use-0")
    desk.page.keyboard.press("Alt+2")
    expect(desk.reply).to_have_value("Could you confirm the last four digits of your card?")
    desk.panel.locator("#use-0").focus()
    desk.page.keyboard.press("Alt+a")

    desk.page.wait_for_function("document.activeElement.id === 'reply'")


def test_without_a_field_of_the_page_there_is_copy_and_no_insert(desk: PanelPage, apis: WidgetApis):
    apis.pages["/desk"] = apis.pages["/desk"].replace(' target="#reply"', "")

    desk.open().is_at("ready")

    expect(desk.button("Insert")).to_have_count(0)
    expect(desk.button("Copy", "suggestions")).to_have_count(3)
    desk.call("attach", "#reply")
    expect(desk.button("Insert", "suggestions")).to_have_count(3)


def test_what_is_typed_of_a_suggestion_already_is_marked(desk: PanelPage, apis: WidgetApis):
    one = apis.offers["c-1"]["suggestions"][2] | {"replace": [0, 10]}
    apis.offers["c-1"] = apis.offers["c-1"] | {"suggestions": [one]}
    desk.open().is_at("ready")

    desk.reply.press_sequentially("one moment")

    expect(cards(desk).first.locator(".typed")).to_have_text("One moment")


# ── feedback ──


def test_a_rating_is_sent_as_ids_and_without_a_text(desk: PanelPage):
    desk.open().is_at("ready")

    cards(desk).first.get_by_role("button", name="Not helpful").click()

    expect(cards(desk).first.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    desk.wait_for(lambda: any(one["kind"] == "rated" for one in desk.apis.feedback()))
    rated = next(one for one in desk.apis.feedback() if one["kind"] == "rated")
    assert (rated["suggestion_id"], rated["set_id"], rated["rating"], rated["conversation_id"]) == (
        "s-1",
        "set-1",
        "down",
        "c-1",
    )
    assert "refund" not in str(desk.apis.feedback())


def test_feedback_given_offline_is_sent_once_when_the_connection_is_back(desk: PanelPage):
    desk.open().is_at("ready")
    desk.wait_for(lambda: any(one["kind"] == "shown" for one in desk.apis.feedback()))
    desk.page.context.set_offline(True)
    desk.is_at("offline")

    cards(desk).nth(1).get_by_role("button", name="Helpful", exact=True).click()

    expect(desk.part("line")).to_contain_text("1 note for us is kept until then")
    desk.page.context.set_offline(False)
    desk.wait_for(lambda: any(one["kind"] == "rated" for one in desk.apis.feedback()))
    sent = [
        event for call in desk.apis.called("/feedback") for event in call.body["events"] if event["kind"] == "rated"
    ]
    assert [one["suggestion_id"] for one in sent] == ["s-2"]


def test_feedback_of_a_page_that_goes_away_arrives_all_the_same(desk: PanelPage):
    desk.open().is_at("ready")

    cards(desk).first.get_by_role("button", name="Not helpful").click()
    desk.page.goto("about:blank")

    desk.wait_for(lambda: any(one["kind"] == "rated" for one in desk.apis.feedback()))
    assert desk.page.url == "about:blank"


def test_the_page_hears_of_what_happens_in_ids_and_never_in_texts(desk: PanelPage):
    desk.page.add_init_script(
        """window.heard = []; for (const name of ["ready", "state", "shown", "accepted", "feedback", "sent", "error"])
          addEventListener(`earpiece-${name}`, (told) => heard.push([told.type, told.target.localName, told.detail]))"""
    )
    desk.open().is_at("ready")

    cards(desk).first.get_by_role("button", name="Dismiss").click()

    desk.page.wait_for_function(
        "heard.some(([type, , { kind }]) => type === 'earpiece-feedback' && kind === 'dismissed')"
    )
    heard = desk.page.evaluate("heard")
    assert {"earpiece-ready", "earpiece-state", "earpiece-shown"} <= {name for name, _, _ in heard}
    assert {element for _, element, _ in heard} == {"earpiece-widget"}
    assert "refund" not in str(heard)


# ── links and markup ──


def test_only_https_links_to_the_accounts_hosts_are_shown(desk: PanelPage, apis: WidgetApis):
    urls = [
        "javascript:alert(1)",
        "http://help.example.com/",
        "https://evil.example/",
        "https://help.example.com/refunds",
    ]
    links = [{"url": url, "title": url, "score": 1} for url in urls]
    apis.offers["c-1"] = some_offers(["One moment."], links=links)
    desk.open().is_at("ready")

    found = desk.part("links").get_by_role("link")

    expect(found).to_have_count(1)
    expect(found).to_have_attribute("href", urls[-1])
    expect(found).to_have_attribute("rel", "noopener noreferrer")
    expect(found).to_have_attribute("target", "_blank")


def test_markup_in_texts_is_text(desk: PanelPage, apis: WidgetApis):
    markup = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
    apis.conversations["c-1"] = a_conversation("c-1", markup, markup)
    apis.offers["c-1"] = some_offers(
        [markup], links=[{"url": "https://help.example.com/", "title": markup, "score": 1}]
    )
    desk.open().is_at("ready")
    desk.panel.locator("summary").click()

    expect(cards(desk).first).to_contain_text(markup)
    expect(desk.panel.locator("img, script")).to_have_count(0)
    assert desk.page.title() == "Desk"
    assert desk.problems == []


# ── states ──


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
    calls = len(desk.apis.calls)
    desk.page.evaluate("token = 't-3'")
    desk.button("Sign in again").click()
    desk.is_at("ready")
    assert len(desk.apis.calls) > calls


def test_a_refused_token_is_renewed_once_without_anyone_noticing(desk: PanelPage):
    desk.open().is_at("ready")
    desk.apis.refused_tokens.add("t-1")
    desk.page.evaluate("token = 't-2'")

    desk.apis.says("c-1", "customer", "Are you there?")

    expect(desk.panel.locator("summary")).to_contain_text("Are you there?")
    assert desk.page.evaluate("asked").count("refused") == 1
    expect(desk.panel).to_have_attribute("data-status", re.compile("ready|loading"))


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

    expect(cards(desk)).to_have_count(3)
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

    expect(cards(desk)).to_contain_text(["Which bike is it?"])
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


# ── the summary ──


@pytest.fixture
def ended(desk: PanelPage, apis: WidgetApis) -> PanelPage:
    apis.capabilities["assistants"] = []
    result = a_result("summarizer", SUMMARY)
    apis.results["summarizer"] = result
    apis.conversations["c-1"] |= {"status": "ended", "assistants": [result]}
    desk.open().is_at("ended")
    return desk


def test_the_end_of_a_conversation_brings_its_summary_in_sections(ended: PanelPage):
    summary = ended.part("summary")

    expect(summary.locator("dt")).to_have_text(["Situation", "Actions", "Resolution"])
    expect(summary.locator(".tag")).to_have_text("not saved")


def test_a_summary_is_edited_and_saved(ended: PanelPage, apis: WidgetApis):
    ended.button("Edit", "summary").click()
    ended.has_focus("textarea#summary-text")
    ended.page.keyboard.press("Control+Home")
    ended.page.keyboard.type("Seen by Ada. ")

    ended.button("Save", "summary").click()

    expect(ended.part("summary").locator(".tag")).to_have_text("saved")
    assert apis.called("/assistants/summarizer", "PUT")[0].body == {"text": f"Seen by Ada. {SUMMARY}"}
    ended.has_focus("button#summary-edit")


def test_leaving_an_edited_summary_warns_and_keeps_what_was_written(ended: PanelPage, apis: WidgetApis):
    apis.conversations["c-2"] = a_conversation("c-2", "Piet", "My bike is broken")
    ended.button("Edit", "summary").click()
    ended.page.keyboard.type("Unsaved. ")

    ended.call("setConversation", "c-2")

    expect(ended.part("notice")).to_contain_text("The last summary is not saved.")
    ended.call("setConversation", "c-1")
    expect(ended.part("summary").get_by_role("textbox")).to_have_value(re.compile("Unsaved"))


# ── assistants and settings ──


def test_an_assistant_works_on_the_agents_text_with_an_option(desk: PanelPage, apis: WidgetApis):
    apis.results["rewrite"] = a_result("rewrite", "I would love to help.", is_stale=True)
    desk.open().is_at("ready")
    part = desk.part("assistants")

    part.get_by_label("Choice for Rewrite").select_option("shorter")
    part.get_by_label("Text for Rewrite").fill("can help")
    part.get_by_role("button", name="Run").click()

    expect(part).to_contain_text("I would love to help.")
    expect(part).to_contain_text("Something was said since.")
    assert apis.called("/assistants/rewrite")[0].body == {"text": "can help", "option": "shorter"}


def test_a_key_is_given_to_another_name_and_kept(desk: PanelPage):
    desk.open().is_at("ready")
    desk.button("Settings").click()
    key = desk.part("settings").locator("[data-key=accept]")

    key.click()
    desk.page.keyboard.press("Alt+1")
    expect(desk.part("settings")).to_contain_text("Already used for: Insert suggestion 1")
    desk.page.keyboard.press("Control+v")
    expect(desk.part("settings")).to_contain_text("Ctrl+V is the browser’s")
    desk.page.keyboard.press("Control+Enter")

    expect(key).to_have_text("Ctrl+Enter")
    desk.page.keyboard.press("Escape")
    desk.has_focus("button#settings-button")
    desk.open()
    desk.button("Settings").click()
    expect(desk.part("settings").locator("[data-key=accept]")).to_have_text("Ctrl+Enter")


@pytest.mark.parametrize(("locale", "expected"), [("nl", "Suggesties"), ("de", "Vorschläge")])
def test_the_panel_speaks_the_agents_language(desk: PanelPage, locale: str, expected: str):
    desk.open().is_at("ready")
    desk.button("Settings").click()

    desk.part("settings").locator("select").first.select_option(locale)
    desk.page.keyboard.press("Escape")

    expect(desk.part("suggestions").get_by_role("heading")).to_have_text(expected)
    expect(desk.panel).to_have_attribute("lang", locale)
    picture(desk, f"ready-{locale}")


# ── the conversation ──


def test_who_said_what_stands_in_the_conversation(desk: PanelPage, apis: WidgetApis):
    apis.says("c-1", "bot", "Return received", visibility="private")
    desk.open().is_at("ready")
    desk.panel.locator("summary").click()

    said = desk.panel.locator(".conversation li")
    expect(said.locator("b")).to_have_text(["Maria", "You", "Maria", "Bot"])
    expect(said.last).to_contain_text("Internal note")


def test_a_message_that_the_page_pushes_is_shown_once(desk: PanelPage, apis: WidgetApis):
    desk.open().is_at("ready")
    desk.panel.locator("summary").click()
    said = desk.panel.locator(".conversation li")

    desk.call(
        "pushMessage",
        {"message_id": "c-1-4", "role": "customer", "text": "Please hurry", "participant_id": "p-customer"},
    )
    expect(said).to_have_count(4)
    apis.says("c-1", "customer", "Please hurry")

    expect(desk.panel.locator("summary")).to_contain_text("4 messages")
    desk.wait_for(lambda: len(apis.called("/suggestions")) > 1)
    expect(said).to_have_count(4)
