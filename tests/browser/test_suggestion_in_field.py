"""A whole suggestion that is put into the field: where it goes, and its gaps that the agent fills before sending."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.typing_page import Typed

pytest_plugins = ["tests.browser.panel_fixtures", "tests.browser.typing_page"]


def test_a_suggestion_goes_in_with_its_first_gap_selected_and_tab_goes_to_the_next(area: Typed):
    area.desk.apis.offers["c-1"]["suggestions"][0]["text"] = "Order {NUMBER} is on its way to {PERSON}."
    area.desk.apis.says("c-1", "customer", "And?")
    expect(area.desk.panel).to_contain_text("on its way")
    area.field.focus()
    area.type("👍 Hi!").press("Alt+1")
    area.holds("👍 Hi! Order {NUMBER} is on its way to {PERSON}.").selects("{NUMBER}")

    area.type("4411").press("Tab").selects("{PERSON}")
    area.press("Enter")
    expect(area.desk.panel.get_by_role("alert")).to_have_text("Still to fill in: {PERSON}.")
    area.type("Maria").holds("👍 Hi! Order 4411 is on its way to Maria.")

    assert area.passes("Tab"), "nothing is left to go to"
    assert area.passes("Enter")


ALT_1 = """one.dispatchEvent(new KeyboardEvent("keydown",
  { key: "1", code: "Digit1", altKey: true, bubbles: true, cancelable: true }));"""


def test_a_suggestion_takes_the_place_of_the_draft_that_it_goes_on_from_at_once(area: Typed):
    area.type("i have issued a ")

    # In one go: a textarea has nothing to wait for, so that no key can come between.
    value = area.field.evaluate(f"(one) => {{ {ALT_1} return one.value; }}")

    assert value == "I have issued a refund of {amount} for {PERSON}."
    area.selects("{PERSON}").press("Control+z").holds("i have issued a ")


def test_a_draft_that_the_agent_writes_on_meanwhile_is_left_and_the_suggestion_copied(a_field: Callable[..., Typed]):
    area = a_field('<div id="reply" contenteditable="true"></div>', permissions=["clipboard-read", "clipboard-write"])
    area.type("I have issued a")

    # In one go: an editor hears of a selection a moment later, and in that moment the agent goes on.
    area.field.evaluate(
        f"""(one) => {{ {ALT_1}
          getSelection().collapseToEnd();
          document.execCommand("insertText", false, "n"); }}"""
    )

    expect(area.desk.part("notice")).to_contain_text("clipboard")
    area.holds("I have issued an")


def test_a_message_with_gaps_is_sent_when_the_agent_says_so_twice(area: Typed):
    area.press("Alt+1").selects("{PERSON}")

    assert not area.passes("Enter")
    assert area.passes("Enter")


@pytest.mark.parametrize("button", ['aria-label="Send message">➤', ">Verstuur", "><span>Absenden</span>"])
def test_a_send_button_outside_a_form_waits_once_while_there_are_gaps(a_field: Callable[..., Typed], button: str):
    area = a_field(
        f'<textarea id="reply"></textarea><button id="send" type="button" {button}</button>'
        '<button id="attach" type="button">Attach</button>'
    )
    area.page.evaluate(
        """() => { window.pressed = [];
          for (const one of document.querySelectorAll("#send, #attach"))
            one.addEventListener("click", () => window.pressed.push(one.id)); }"""
    )
    area.press("Alt+1").selects("{PERSON}")

    for pressed in ("#attach", "#send"):
        area.page.locator(pressed).click()
    expect(area.desk.panel.get_by_role("alert")).to_contain_text("Still to fill in")
    assert area.page.evaluate("() => window.pressed") == ["attach"]

    area.page.locator("#send").click()
    assert area.page.evaluate("() => window.pressed") == ["attach", "send"]
