"""The panel against the APIs' stand-in: the conversation, its summary and the assistants' work."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.browser.panel_page import PanelPage, picture
from tests.browser.widget_apis import WidgetApis, a_conversation, a_result

pytest_plugins = ["tests.browser.panel_fixtures"]

SUMMARY = "Situation: Maria asked for her refund.\nActions:\n- Issued the refund\nResolution: yes. It was issued."


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
