"""A whole suggestion that is put into the field: where it goes, and its gaps that the agent fills before sending."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.typing_page import Typed
from tests.browser.widget_apis import a_conversation, some_offers

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


ICON = """<textarea id="reply"></textarea>
<button id="icon" type="button"><svg width="24" height="24"></svg></button>
<button id="next" type="button">Next</button>"""
# A page that keeps no form: its button sends what is there, another one goes to the next conversation.
SENDS = """() => { window.out = [];
  const reply = document.querySelector("#reply");
  const empty = () => { reply.value = ""; reply.dispatchEvent(new Event("input", { bubbles: true })); };
  document.querySelector("#icon").onclick = () => { out.push(reply.value); empty(); };
  document.querySelector("#next").onclick = () => { out.push("next"); empty();
    document.querySelector("earpiece-widget").setConversation("c-2"); };
}"""


@pytest.fixture
def icon_desk(a_field: Callable[..., Typed]) -> Typed:
    area = a_field(ICON)
    apis = area.desk.apis
    apis.conversations["c-2"] = a_conversation("c-2", "Piet", "My bike is broken")
    apis.offers["c-2"] = some_offers(["Which bike is it, {PERSON}?"], set_id="set-2")
    area.page.evaluate(SENDS)
    return area


def test_a_button_without_a_name_waits_too_once_a_message_has_gone_out_by_it(icon_desk: Typed):
    area = icon_desk
    area.type("Hi").page.locator("#icon").click()
    area.holds("")
    area.field.focus()
    area.type("Hm ").press("Alt+1").selects("{PERSON}")

    area.page.locator("#icon").click()

    expect(area.desk.panel.get_by_role("alert")).to_contain_text("Still to fill in")
    assert area.page.evaluate("() => out") == ["Hi"]
    area.page.locator("#icon").click()
    assert len(area.page.evaluate("() => out")) == 2


def test_a_button_that_led_to_another_conversation_is_not_taken_for_one_that_sends(icon_desk: Typed):
    area = icon_desk
    area.type("A draft for Maria").page.locator("#next").click()
    expect(area.desk.panel).to_contain_text("Which bike is it")
    area.field.focus()
    area.type("Hm ").press("Alt+1").selects("{PERSON}")

    area.page.locator("#next").click()

    assert area.page.evaluate("() => out") == ["next", "next"]


def test_a_form_is_not_submitted_while_there_are_gaps_until_the_agent_says_so_twice(a_field: Callable[..., Typed]):
    area = a_field('<form id="form"><textarea id="reply"></textarea><button id="go">➤</button></form>')
    area.page.evaluate(
        """() => { window.submitted = 0;
          document.querySelector("#form").onsubmit = (event) => { event.preventDefault(); submitted++; }; }"""
    )
    area.press("Alt+1").selects("{PERSON}")

    area.page.locator("#go").click()
    expect(area.desk.panel.get_by_role("alert")).to_contain_text("Still to fill in")
    assert area.page.evaluate("() => submitted") == 0
    area.page.locator("#go").click()

    assert area.page.evaluate("() => submitted") == 1


def test_a_suggestion_that_is_longer_than_the_field_takes_is_copied(a_field: Callable[..., Typed]):
    area = a_field('<textarea id="reply" maxlength="20"></textarea>', permissions=["clipboard-read", "clipboard-write"])

    area.type("Hi ").press("Alt+1")

    expect(area.desk.part("notice")).to_contain_text("clipboard")
    area.holds("Hi ")
