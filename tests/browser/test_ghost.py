"""The grey text at the caret: when it comes, when it goes, and which keys it takes. Checks 1 to 23 of the list."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.typing_page import Typed
from tests.browser.widget_apis import a_conversation, some_offers

pytest_plugins = ["tests.browser.panel_fixtures", "tests.browser.typing_page"]

REST = "k you for your patience while I look into this for you."
WHOLE = "Than" + REST
AREA = '<textarea id="reply" rows="3" cols="60" {more}></textarea>'


def test_the_rest_comes_up_while_the_agent_types_and_stays_as_it_is_typed_through(area: Typed):
    area.type("Than").offers(REST)
    asked = area.asked()

    area.type("k you for").offers(" your patience while I look into this for you.")

    assert area.asked() == asked
    assert area.desk.problems == []


def test_tab_inserts_all_of_it_and_the_focus_stays(area: Typed):
    area.type("Than").offers(REST).press("Tab")

    area.holds("Than" + REST).offers_nothing()
    expect(area.field).to_be_focused()


MARKS = """() => performance.getEntriesByName("earpiece-key-to-paint")
  .map(({ duration, detail }) => ({ duration, ...detail }))"""


def test_the_time_from_key_to_paint_is_marked_in_its_parts_and_the_last_mark_alone_is_kept(area: Typed):
    area.type("Than").offers(REST).type("k you").offers(REST[len("k you") :])

    area.page.wait_for_function(f"() => ({MARKS})().length > 0")

    (mark,) = area.page.evaluate(MARKS)
    assert mark["placed_ms"] > 0
    assert mark["frame_ms"] > 0
    assert mark["placed_ms"] + mark["frame_ms"] <= mark["duration"] + 0.01


def test_a_word_at_a_time(area: Typed):
    area.type("Than").offers(REST).press("Control+ArrowRight")

    area.holds("Thank").offers(REST[1:])
    area.press("Control+ArrowRight").holds("Thank you")


def test_the_arrow_at_the_end_inserts_all(area: Typed):
    area.type("Than").offers(REST).press("ArrowRight")

    area.holds("Than" + REST)


def test_escape_hides_it_until_the_text_is_another(area: Typed):
    area.type("Than").offers(REST).press("Escape").offers_nothing()

    area.press("Shift").offers_nothing()
    area.type("k").offers(REST[1:])


def test_escape_three_times_offers_to_pause(area: Typed):
    area.type("Th")
    for letter in "ank":
        area.type(letter)
        expect(area.ghost).to_be_visible()
        area.press("Escape").offers_nothing()

    expect(area.desk.part("notice")).to_contain_text("30")


def test_keys_that_are_not_ours_are_never_taken(area: Typed):
    area.type("Zq").offers_nothing().press("Tab")

    expect(area.page.locator("#own")).to_be_focused()
    area.field.focus()
    area.press("Shift+Tab")
    expect(area.field).not_to_be_focused()


def test_somebody_who_tabs_through_the_page_passes_an_empty_field_though_something_is_offered(area: Typed):
    area.offers(WHOLE).press("Tab")

    expect(area.page.locator("#own")).to_be_focused()
    area.holds("")


def test_in_an_empty_field_tab_takes_what_is_offered_once_the_agent_has_clicked_there_or_typed(area: Typed):
    area.field.click()
    area.offers(WHOLE).press("Tab").holds(WHOLE)

    area.press("Control+a", "Backspace").offers(WHOLE).press("Tab").holds(WHOLE)


def test_in_an_empty_field_the_arrow_takes_it_at_once(area: Typed):
    area.offers(WHOLE).press("ArrowRight").holds(WHOLE)


def test_shift_tab_leaves_the_field_though_something_is_offered(a_field: Callable[..., Typed]):
    area = a_field('<button id="before" type="button">Before</button>' + AREA.format(more=""))
    area.type("Than").offers(REST).press("Shift+Tab")

    expect(area.page.locator("#before")).to_be_focused()
    area.holds("Than")


def test_enter_never_accepts(area: Typed):
    area.type("Than").offers(REST).press("Enter")

    area.holds("Than\n")


@pytest.mark.parametrize("field", [AREA.format(more=""), '<div id="reply" contenteditable="true"></div>'])
def test_undo_takes_back_the_insertion_then_what_the_agent_typed_and_redo_brings_both_back(
    a_field: Callable[..., Typed], field: str
):
    area = a_field(field)
    area.type("Than").offers(REST).press("Tab").holds(WHOLE)

    area.press("Control+z").holds("Than")
    area.press("Control+z").holds("")

    area.press("Control+Shift+z").holds("Than")
    area.press("Control+Shift+z").holds(WHOLE)


def test_a_text_that_goes_another_way_has_no_ghost(area: Typed):
    area.type("Than").offers(REST)

    area.type("x").offers_nothing()
    area.press("Backspace").offers(REST)


def test_inside_a_text_there_is_none(area: Typed):
    area.type("Than").offers(REST)

    area.press("ArrowLeft").offers_nothing()


def test_leaving_the_field_hides_it(area: Typed):
    area.type("Than").offers(REST)

    area.page.locator("#own").focus()

    area.offers_nothing()


def test_what_has_just_come_up_is_not_accepted_by_a_finger_on_its_way(area: Typed):
    # In one go, after a text with nothing to offer: what stood there before would have been seen.
    passed = area.field.evaluate(
        """(field) => {
          document.execCommand("insertText", false, "Zq");
          field.select();
          document.execCommand("insertText", false, "Than");
          const tab = { key: "Tab", bubbles: true, cancelable: true };
          return field.dispatchEvent(new KeyboardEvent("keydown", tab)); }"""
    )

    assert passed
    area.offers(REST)
    assert not area.passes("Tab")
    area.holds("Than" + REST)


def test_while_something_is_composed_nothing_is_offered_and_no_key_is_taken(area: Typed):
    ime = area.page.context.new_cdp_session(area.page)
    ime.send("Input.imeSetComposition", {"text": "Than", "selectionStart": 4, "selectionEnd": 4})
    area.holds("Than").offers_nothing()
    for key in ({"key": "1", "code": "Digit1"}, {"key": "a", "code": "KeyA"}, {"key": "\\", "code": "Backslash"}):
        assert area.passes(**key, altKey=True), f"Alt+{key} was taken"

    ime.send("Input.insertText", {"text": "Than"})

    area.offers(REST)


def test_what_is_composed_is_left_alone_by_a_suggestion_which_is_copied(a_field: Callable[..., Typed]):
    area = a_field(permissions=["clipboard-read", "clipboard-write"])
    ime = area.page.context.new_cdp_session(area.page)
    ime.send("Input.imeSetComposition", {"text": "もし", "selectionStart": 2, "selectionEnd": 2})
    area.holds("もし")

    area.desk.widget.evaluate("(one) => one.shadowRoot.querySelector('#use-0').click()")

    expect(area.desk.part("notice")).to_contain_text("clipboard")
    area.holds("もし")


def test_a_text_that_the_page_puts_there_without_a_word_has_no_old_ghost(area: Typed):
    area.type("Than").offers(REST)

    # In one go: a moment later it is seen anyway.
    passes = area.field.evaluate(
        """(one) => {
          one.value = "Good morning";
          return one.dispatchEvent(new KeyboardEvent("keydown", { key: "Tab", bubbles: true, cancelable: true })); }"""
    )

    assert passes, "something would have gone into a text that it was not offered for"
    area.offers_nothing().holds("Good morning")


def test_a_calm_agent_sees_it_after_a_rest(area: Typed):
    area.desk.call("update", {"pace": "calm"})

    assert not area.offers_at_once("Than")
    area.offers(REST)
    assert area.offers_at_once("k"), "what is typed through stays where it is"


def test_an_agent_who_wants_to_ask_sees_nothing_before(area: Typed):
    area.desk.call("update", {"pace": "on-demand"})
    asked = area.asked()
    assert not area.offers_at_once("Than")
    area.page.wait_for_timeout(600)  # longer than the calmest rest
    area.offers_nothing()
    assert area.asked() == asked

    area.press("Alt+Backslash").offers(REST)

    area.type("k").offers(REST[1:])
    assert not area.offers_at_once("x")


def test_asking_brings_back_what_was_hidden(area: Typed):
    area.type("Than").offers(REST).press("Escape").offers_nothing()

    area.press("Alt+Backslash").offers(REST)


def test_a_pause_leaves_every_key_of_the_field_to_the_page(area: Typed):
    area.type("Than").offers(REST)
    area.desk.call("pause", 30)
    area.desk.is_at("paused")

    area.offers_nothing()
    for key in ({"key": "Tab"}, {"key": "ArrowRight"}, {"key": "Escape"}):
        assert area.passes(**key), f"{key} was taken"
    for key in ({"key": "1", "code": "Digit1"}, {"key": "\\", "code": "Backslash"}, {"key": "]"}):
        assert area.passes(**key, altKey=True), f"Alt+{key} was taken"


def test_it_is_spoken_once_the_agent_rests_with_the_key_that_takes_it(area: Typed):
    status = area.desk.panel.get_by_role("status")
    status.evaluate(
        """(one) => { window.spoken = []; new MutationObserver(() => spoken.push(one.textContent))
          .observe(one, { childList: true, characterData: true, subtree: true }); }"""
    )
    began = area.page.evaluate("() => performance.now()")
    area.type("Than")

    area.page.wait_for_function("() => spoken.some((one) => /^k you for your patience.* · Tab/.test(one))")

    assert area.page.evaluate("() => performance.now()") - began >= 700
    area.press("Shift").offers(REST)
    area.page.wait_for_timeout(900)  # longer than the rest before it speaks
    assert len([one for one in area.page.evaluate("() => spoken") if one.startswith("k you")]) == 1


def test_from_right_to_left_the_other_arrow_accepts(a_field: Callable[..., Typed]):
    area = a_field(AREA.format(more='dir="rtl"'))
    area.type("مرحبا بك كيف").offers(" يمكنني مساعدتك اليوم")

    area.press("ArrowRight").holds("مرحبا بك كيف")
    area.press("End").type(" ").offers("يمكنني مساعدتك اليوم").press("ArrowLeft")

    area.holds("مرحبا بك كيف يمكنني مساعدتك اليوم")


def test_no_more_than_the_field_takes(a_field: Callable[..., Typed]):
    area = a_field(AREA.format(more='maxlength="20"'))

    area.type("Than").offers_nothing()


@pytest.mark.parametrize(
    "field",
    [
        AREA.format(more="readonly"),
        AREA.format(more="disabled"),
        AREA.format(more="data-private"),
        '<div data-private><textarea id="reply"></textarea></div>',
        '<input id="reply" type="password">',
        '<input id="reply" autocomplete="cc-number">',
        '<input id="reply" autocomplete="section-a one-time-code">',
        '<input id="reply" type="email">',
    ],
)
def test_what_is_not_to_be_read_is_never_asked_about(a_field: Callable[..., Typed], field: str):
    area = a_field(field)
    asked = area.asked()

    area.type("Thank you so much").offers_nothing()
    area.page.keyboard.press("Alt+Backslash")
    # Nobody types into a disabled field; its page may send it keys.
    assert area.passes("\\", code="Backslash", altKey=True)
    area.page.wait_for_timeout(200)  # longer than the pause before a request

    assert area.asked() == asked
    assert not any("Thank" in str(call.body) for call in area.desk.apis.calls)


def test_another_key_may_accept(area: Typed):
    area.desk.widget.evaluate(
        "(widget) => localStorage.setItem('earpiece.settings', JSON.stringify({keymap: {accept: 'Ctrl+ '}}))"
    )
    area.desk.open().is_at("ready")
    area.field.focus()
    area.type("Than").offers(REST)
    assert area.passes("Tab"), "the old key is the page's again"

    area.press("Control+Space").holds("Than" + REST)


def test_a_draft_that_leaves_the_pack_is_asked_about_at_each_word_and_once_within_it(area: Typed):
    asked = area.asked()

    for number, text in enumerate(["Zebra ", "c", "rossings ", "a"], start=1):
        area.type(text)
        area.desk.wait_for(lambda many=asked + number: area.asked() == many)

    bodies = [call.body for call in area.desk.apis.called("/suggestions")[asked:]]
    assert [body["draft"] for body in bodies] == ["Zebra ", "Zebra c", "Zebra crossings ", "Zebra crossings a"]
    assert all(body["wants_pack"] for body in bodies)


def test_an_answer_that_comes_long_after_the_last_key_does_not_come_up_unless_it_was_asked_for(area: Typed):
    apis, asked, answered = area.desk.apis, area.asked(), threading.Event()
    about = {"id": "x", "replace": [6, 6], "score": 0.9, "source": "model", "text": "crossing"}
    apis.offers["c-1"] |= {"completion": about, "pack": None}
    apis.held["/suggestions"] = answered
    area.type("Zebra ")
    area.desk.wait_for(lambda: area.asked() > asked)
    area.page.wait_for_timeout(750)

    with area.page.expect_response("**/suggestions*"):
        answered.set()
    area.page.wait_for_timeout(100)  # for it to be read

    area.offers_nothing()
    area.press("Alt+Backslash").offers("crossing")


def test_a_late_answer_to_an_earlier_draft_never_comes_up(area: Typed):
    apis, asked, answered = area.desk.apis, area.asked(), threading.Event()
    about = {"id": "x", "replace": [6, 6], "score": 0.9, "source": "model", "text": "stripes"}
    apis.offers["c-1"] |= {"completion": about, "pack": None}
    apis.held["/suggestions"] = answered
    area.type("Zebra ")
    area.desk.wait_for(lambda: area.asked() > asked)
    area.type("cro")
    apis.held["/suggestions"] = threading.Event()  # and what is asked about that has no answer

    with area.page.expect_response("**/suggestions*"):
        answered.set()
    area.page.wait_for_timeout(100)  # for it to be read

    area.offers_nothing().holds("Zebra cro")


def test_what_is_pasted_is_gone_on_from_and_saved_no_key(a_field: Callable[..., Typed]):
    area = a_field(permissions=["clipboard-read", "clipboard-write"])
    area.page.evaluate("() => navigator.clipboard.writeText('Thank you for')")
    area.press("Control+v").offers(" your patience while I look into this for you.").press("Tab")
    area.holds("Than" + REST).settles()

    area.field.evaluate("(one) => { one.value = ''; }")

    (one,) = sent(area)
    pasted, keys = len("Thank you for"), 2  # Ctrl+V and Tab
    assert one["saved_keystroke_count"] == len("Than" + REST) - pasted - keys


def test_a_message_that_the_page_sends_is_recorded_with_what_it_took(area: Typed):
    area.type("Than").offers(REST).press("Tab").holds("Than" + REST).settles()
    area.field.evaluate("(one) => { one.value = ''; }")

    (one,) = sent(area)
    text = "Than" + REST
    assert one["sent_character_count"] == len(text)
    assert one["key_count"] == 5
    assert one["saved_keystroke_count"] == len(text) - 5
    assert one["augmentation_types"] == ["FREEHAND", "PHRASE_AUTOCOMPLETE"]
    assert (one["presented_completion_count"], one["accepted_completion_count"]) == (1, 1)


def test_what_was_taken_back_is_told_with_the_message(area: Typed):
    area.type("Than").offers(REST).press("Tab").holds(WHOLE).settles()
    area.press("Control+z").holds("Than").type("ks")
    area.field.evaluate("(one) => { one.value = ''; }")

    (one,) = sent(area)
    assert (one["accepted_completion_count"], one["edit_count"]) == (1, 1)
    assert one["sent_character_count"] == len("Thanks")


def test_what_the_agent_deletes_was_not_sent(area: Typed):
    area.type("Than").offers(REST).press("Control+a", "Backspace").holds("")
    area.type("Zz")
    area.field.evaluate("(one) => { one.value = ''; }")

    assert [one["sent_character_count"] for one in sent(area)] == [2]


def test_a_page_that_empties_the_field_to_go_to_another_conversation_has_sent_nothing(area: Typed):
    apis = area.desk.apis
    apis.conversations["c-2"] = a_conversation("c-2", "Piet", "My bike is broken")
    apis.offers["c-2"] = some_offers(["Which bike is it?"], set_id="set-2")
    area.type("A draft for Maria")

    # It tells of the conversation a moment later.
    area.page.evaluate(
        """() => { document.querySelector("#reply").value = "";
          setTimeout(() => document.querySelector("earpiece-widget").setConversation("c-2"), 250); }"""
    )

    area.desk.wait_for(lambda: any(one.get("set_id") == "set-2" for one in apis.feedback()))
    assert [one["kind"] for one in apis.feedback() if one["kind"] == "sent"] == []


def sent(area: Typed) -> list[dict[str, Any]]:
    """What the API has been told of messages, as soon as it was told of one."""
    found: list[dict[str, Any]] = []
    area.desk.wait_for(
        lambda: bool(found.extend(one for one in area.desk.apis.feedback() if one["kind"] == "sent") or found)
    )
    return found
