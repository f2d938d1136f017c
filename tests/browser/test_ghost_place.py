"""The grey text lies where the accepted text will: the ink of both is compared, pixel by pixel. Checks 19 and 20."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from tests.browser.typing_page import Typed

pytest_plugins = ["tests.browser.panel_fixtures", "tests.browser.typing_page"]

REST = "k you for your patience while I look into this for you."
LEAST = 0.98
SHARED_INK = """async ([one, other]) => {
  const dark = async (data) => {
    const bitmap = await createImageBitmap(await (await fetch("data:image/png;base64," + data)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const pixels = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
    return Array.from({ length: pixels.length / 4 }, (_, at) => pixels[at * 4] < 128);
  };
  const [a, b] = [await dark(one), await dark(other)];
  const count = (is) => a.reduce((sum, isDark, at) => sum + is(isDark, b[at]), 0);
  return [count((x, y) => x && y), count((x) => x), count((_, y) => y)];
}"""

BLACK = "(one) => { one.style.color = '#000'; one.style.textDecoration = 'none'; }"

# Where the field is, and how far the layer of the grey text is from it.
PLACED = "() => JSON.stringify(document.querySelector('#reply').getBoundingClientRect())"
APART = """() => {
  const layer = document.querySelector("[popover=manual]").shadowRoot.querySelector("div").getBoundingClientRect();
  const field = document.querySelector("#reply").getBoundingClientRect();
  return ["left", "top", "right", "bottom"].map((side) => Math.round(layer[side] - field[side])).join();
}"""

AREA = '<textarea id="reply" rows="3" {more}></textarea>'
EDITABLE = '<div id="reply" contenteditable="true" {more}></div>'
CSS = """#reply { caret-color: transparent; outline: none; width: 420px; font: 16px/1.5 sans-serif; color: #000;
  border: 3px solid #eee; padding: 5px 9px; overflow-wrap: break-word; }
div#reply { min-height: 70px; }"""


def shared_ink(typed: Typed, typing: str, rest: str) -> float:
    """How much of the ink is the same with the ghost and with the text in its place."""
    typed.field.click()  # Tab in an empty field is the agent's until then
    typed.type(typing).offers(rest)
    typed.ghost.evaluate(BLACK)
    before = picture(typed)
    shared, one, other = ink(typed, before, accepted(typed))
    return shared / (one + other - shared)


def accepted(typed: Typed) -> str:
    """What it looks like with the text in its place."""
    typed.press("Tab")
    typed.page.wait_for_function(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    typed.offers_nothing()
    return picture(typed)


def ink(typed: Typed, one: str, other: str) -> tuple[int, int, int]:
    """Dark pixels of both pictures, of the one and of the other."""
    page = typed.page.context.new_page()
    shared, of_one, of_other = page.evaluate(SHARED_INK, [one, other])
    assert of_one > 500, "there is hardly any text to see"
    return shared, of_one, of_other


def picture(typed: Typed) -> str:
    return base64.b64encode(typed.field.screenshot(animations="disabled")).decode()


WIDE_LETTERS = "#reply { font-family: monospace; letter-spacing: 1.5px; word-spacing: 3px }"
KINDS: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "a line": (AREA, "#reply { width: 700px }", {}, "Than"),
    "wrapped": (AREA, "", {}, "Than"),
    "scrolled": (AREA, "", {}, "One\nTwo\nThree\nFour\nFive\nThan"),
    "two device pixels each": (AREA, "", {"device_scale_factor": 2}, "Than"),
    "wide letters": (AREA, WIDE_LETTERS, {}, "Than"),
    "zoomed": (AREA, "main { zoom: 1.5 }", {}, "Than"),
    "in a moved box": (AREA, "main { transform: translate(40px, 25px) }", {}, "Than"),
    "an input": ('<input id="reply">', "#reply { width: 700px; height: 44px }", {}, "Than"),
    "editable": (EDITABLE, "#reply { width: 700px }", {}, "Than"),
    "editable, wrapped": (EDITABLE, "", {}, "Thank you "),
    "editable, second paragraph": (EDITABLE, "#reply { width: 700px }", {}, "One\nThan"),
    "editable, empty": (EDITABLE, "", {}, ""),
    "editable, two device pixels each": (EDITABLE, "", {"device_scale_factor": 2}, "Thank you "),
    "editable, wide letters": (EDITABLE, WIDE_LETTERS, {}, "Thank you "),
    "editable, zoomed": (EDITABLE, "main { zoom: 1.5 }", {}, "Thank you "),
    "editable, in a moved box": (EDITABLE, "main { transform: translate(40px, 25px) }", {}, "Thank you "),
}


@pytest.mark.parametrize("kind", KINDS)
def test_it_lies_where_the_text_will(a_field: Callable[..., Typed], kind: str):
    field, css, context, typing = KINDS[kind]
    typed = a_field(
        field.format(more=""), css=CSS + css, replies=[("Thank" + REST[1:], 1.0), *afters(typing)], **context
    )

    word = typing.rpartition("\n")[2]

    assert shared_ink(typed, typing, ("Than" + REST)[len(word) :]) >= LEAST


@pytest.mark.parametrize("field", [AREA, EDITABLE], ids=["an area", "editable"])
def test_a_word_that_does_not_fit_on_its_line_any_more_takes_what_follows_along(
    a_field: Callable[..., Typed], field: str
):
    typed = a_field(field.format(more=""), css=CSS + "#reply { width: 190px; height: 120px }")
    typed.type("Thank you for your pat").offers("ience while I look into this for you.")
    typed.ghost.evaluate(BLACK)
    typed.field.evaluate("(one) => (one.style.color = 'transparent')")  # what is typed goes down with its word
    before = picture(typed)
    typed.field.evaluate("(one) => (one.style.color = '')")

    shared, grey, _ = ink(typed, before, accepted(typed))

    assert shared / grey >= LEAST


def afters(typing: str) -> list[tuple[str, float]]:
    """A reply that goes on from lines before, as the pack knows whole drafts."""
    before = typing.rpartition("\n")[0]
    return [(f"{before}\nThan{REST}".replace("\n", " "), 1.0)] if before else []


@pytest.mark.parametrize("field", [AREA, EDITABLE], ids=["an area", "editable"])
@pytest.mark.parametrize("css", ["#reply { width: 700px }", "#reply { width: 230px }"], ids=["a line", "wrapped"])
def test_from_right_to_left_too(a_field: Callable[..., Typed], css: str, field: str):
    typed = a_field(field.format(more='dir="rtl"'), css=CSS + css)

    assert shared_ink(typed, "مرحبا بك كيف ", "يمكنني مساعدتك اليوم") >= LEAST


@pytest.mark.parametrize(
    "moving",
    [
        "document.querySelector('h1').style.marginTop = '90px'",
        "scrollTo(0, 40)",
        "document.querySelector('#reply').style.width = '700px'",
    ],
    ids=["by what is above it", "by scrolling", "by growing"],
)
def test_it_follows_a_field_that_is_moved(a_field: Callable[..., Typed], moving: str):
    typed = a_field(AREA.format(more=""), css=CSS + "body { min-height: 2000px }")
    typed.type("Than").offers(REST)
    apart = typed.page.evaluate(APART)

    before = typed.page.evaluate(PLACED)
    typed.page.evaluate(f"() => {{ {moving}; }}")

    typed.page.wait_for_function(f"(before) => ({PLACED})() !== before", arg=before)
    typed.page.wait_for_function(f"(apart) => ({APART})() === apart", arg=apart)
