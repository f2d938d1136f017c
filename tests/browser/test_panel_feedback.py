"""The panel against the APIs' stand-in: what it tells of what an agent did, and to whom."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.browser.panel_page import PanelPage

pytest_plugins = ["tests.browser.panel_fixtures"]


def test_a_rating_is_sent_as_ids_and_without_a_text(desk: PanelPage):
    desk.open().is_at("ready")

    desk.cards.first.get_by_role("button", name="Not helpful").click()

    expect(desk.cards.first.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
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

    desk.cards.nth(1).get_by_role("button", name="Helpful", exact=True).click()

    expect(desk.part("line")).to_contain_text("1 note for us is kept until then")
    desk.page.context.set_offline(False)
    desk.wait_for(lambda: any(one["kind"] == "rated" for one in desk.apis.feedback()))
    sent = [
        event for call in desk.apis.called("/feedback") for event in call.body["events"] if event["kind"] == "rated"
    ]
    assert [one["suggestion_id"] for one in sent] == ["s-2"]


def test_feedback_of_a_page_that_goes_away_arrives_all_the_same(desk: PanelPage):
    desk.open().is_at("ready")

    desk.cards.first.get_by_role("button", name="Not helpful").click()
    desk.page.goto("about:blank")

    desk.wait_for(lambda: any(one["kind"] == "rated" for one in desk.apis.feedback()))
    assert desk.page.url == "about:blank"


def test_the_page_hears_of_what_happens_in_ids_and_never_in_texts(desk: PanelPage):
    desk.page.add_init_script(
        """window.heard = []; for (const name of ["ready", "state", "shown", "accepted", "feedback", "sent", "error"])
          addEventListener(`earpiece-${name}`, (told) => heard.push([told.type, told.target.localName, told.detail]))"""
    )
    desk.open().is_at("ready")

    desk.cards.first.get_by_role("button", name="Dismiss").click()

    desk.page.wait_for_function(
        "heard.some(([type, , { kind }]) => type === 'earpiece-feedback' && kind === 'dismissed')"
    )
    heard = desk.page.evaluate("heard")
    assert {"earpiece-ready", "earpiece-state", "earpiece-shown"} <= {name for name, _, _ in heard}
    assert {element for _, element, _ in heard} == {"earpiece-widget"}
    assert "refund" not in str(heard)
