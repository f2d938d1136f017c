"""The panel against the APIs' stand-in: its suggestions and links, and how they come into the reply."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect
from tests.browser.panel_page import PanelPage
from tests.browser.widget_apis import WidgetApis, a_conversation, some_offers

pytest_plugins = ["tests.browser.panel_fixtures"]


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
        expect(desk.cards).to_have_count(left)
        desk.has_focus(f"button#use-{left - 1}")
    desk.page.keyboard.press("Delete")
    expect(desk.cards).to_have_count(0)

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

    desk.cards.nth(1).get_by_role("button", name="Copy").click()

    expect(desk.part("notice")).to_contain_text("could not be copied")
    desk.button("Close", "notice").click()
    expect(desk.part("notice")).to_have_count(0)


def test_slots_are_marked_and_what_is_typed_of_a_suggestion_is_not_bold_twice(desk: PanelPage):
    desk.open().is_at("ready")

    expect(desk.cards.first.locator("mark")).to_have_text(["{amount}", "{order_id}"])


# ── into the reply ──


def test_a_suggestion_goes_in_at_the_caret_and_the_agents_words_stay(desk: PanelPage):
    desk.open().is_at("ready")
    desk.reply.fill("Hello Maria.  Kind regards, Ada")
    desk.reply.evaluate("(reply) => { reply.focus(); reply.setSelectionRange(13, 13) }")

    desk.cards.nth(2).get_by_role("button", name="Insert").click()

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


def test_enter_in_the_list_puts_in_the_suggestion_that_has_the_focus(desk: PanelPage):
    desk.open().is_at("ready")
    desk.panel.locator("#use-0").focus()

    desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("Enter")

    expect(desk.reply).to_have_value("Could you confirm the last four digits of your card?")
    desk.has_focus("textarea#reply")


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

    expect(desk.cards.first.locator(".typed")).to_have_text("One moment")


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

    expect(desk.cards.first).to_contain_text(markup)
    expect(desk.panel.locator("img, script")).to_have_count(0)
    assert desk.page.title() == "Desk"
    assert desk.problems == []
