"""The grey text at the caret: when it comes, when it goes, and which keys it takes. Checks 1 to 23 of the list."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.typing_page import Typed

pytest_plugins = ["tests.browser.panel_fixtures", "tests.browser.typing_page"]

REST = "k you for your patience while I look into this for you."
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


def test_shift_tab_leaves_the_field_though_something_is_offered(a_field: Callable[..., Typed]):
    area = a_field('<button id="before" type="button">Before</button>' + AREA.format(more=""))
    area.type("Than").offers(REST).press("Shift+Tab")

    expect(area.page.locator("#before")).to_be_focused()
    area.holds("Than")


def test_enter_never_accepts(area: Typed):
    area.type("Than").offers(REST).press("Enter")

    area.holds("Than\n")


def test_undo_takes_back_the_insertion_and_leaves_the_agents_words(area: Typed):
    area.type("Than").offers(REST).press("Tab").holds("Than" + REST)

    area.press("Control+z").holds("Than")
    area.press("Control+Shift+z").holds("Than" + REST)


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
    tab = (
        "field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Tab', code: 'Tab', bubbles: true, cancelable: true}))"
    )
    passed = area.field.evaluate(f"(field) => {{ document.execCommand('insertText', false, 'Than'); return {tab}; }}")

    assert passed
    area.offers(REST)
    assert not area.field.evaluate(f"(field) => {tab}")
    area.holds("Than" + REST)


def test_while_something_is_composed_nothing_is_offered_and_no_key_is_taken(area: Typed):
    ime = area.page.context.new_cdp_session(area.page)
    ime.send("Input.imeSetComposition", {"text": "Than", "selectionStart": 4, "selectionEnd": 4})
    area.offers_nothing()

    ime.send("Input.insertText", {"text": "Than"})

    area.offers(REST)


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
    area.page.wait_for_timeout(200)  # longer than the pause before a request

    assert area.asked() == asked
    assert not any("Thank" in str(call.body) for call in area.desk.apis.calls)


def test_another_key_may_accept(area: Typed):
    area.desk.widget.evaluate(
        "(widget) => localStorage.setItem('earpiece.settings', JSON.stringify({keymap: {accept: 'Ctrl+ '}}))"
    )
    area.desk.open().is_at("ready")
    area.field.focus()
    area.type("Than").offers(REST).press("Control+Space")

    area.holds("Than" + REST)


def test_a_draft_that_leaves_the_pack_is_asked_about_once(area: Typed):
    asked = area.asked()

    area.type("Zebra crossings ")
    area.page.wait_for_timeout(300)
    area.type("are many ")
    area.page.wait_for_timeout(300)

    drafts = [call.body["draft"] for call in area.desk.apis.called("/suggestions")[asked:]]
    assert 1 <= len(drafts) <= 4
    assert all(body["wants_pack"] for body in (c.body for c in area.desk.apis.called("/suggestions")[asked:]))


def test_a_suggestion_goes_in_with_its_first_gap_selected_and_tab_goes_to_the_next(area: Typed):
    area.type("Hi!")
    area.press("Alt+1")

    area.holds("Hi! I have issued a refund of {amount} for {PERSON}.")
    area.page.wait_for_function(
        "(one) => one.value.slice(one.selectionStart, one.selectionEnd) === '{PERSON}'", arg=area.field.element_handle()
    )
    area.press("Enter")
    expect(area.desk.part("notice")).to_contain_text("PERSON")
    area.holds("Hi! I have issued a refund of {amount} for {PERSON}.")
    area.type("Maria").holds("Hi! I have issued a refund of {amount} for Maria.")
    area.press("Control+z")


def test_a_message_that_the_page_sends_is_recorded_with_what_it_took(area: Typed):
    area.type("Than").offers(REST).press("Tab").holds("Than" + REST)
    area.field.evaluate("(one) => { one.value = ''; }")

    area.page.wait_for_function("() => true")
    for _ in range(200):
        sent = [one for one in area.desk.apis.feedback() if one["kind"] == "sent"]
        if sent:
            break
        area.page.wait_for_timeout(50)
    (one,) = sent
    text = "Than" + REST
    assert one["sent_character_count"] == len(text)
    assert one["key_count"] == 5
    assert one["saved_keystroke_count"] == len(text) - 5
    assert one["augmentation_types"] == ["FREEHAND", "PHRASE_AUTOCOMPLETE"]
    assert (one["presented_completion_count"], one["accepted_completion_count"]) == (1, 1)


def test_what_the_agent_deletes_was_not_sent(area: Typed):
    area.type("Than").offers(REST).press("Control+a", "Backspace").holds("")
    area.type("Zz")
    area.field.evaluate("(one) => { one.value = ''; }")
    for _ in range(200):
        sent = [one for one in area.desk.apis.feedback() if one["kind"] == "sent"]
        if sent:
            break
        area.page.wait_for_timeout(50)

    assert [one["sent_character_count"] for one in sent] == [2]
