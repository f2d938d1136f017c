"""Insertion that the host really has: the editor's own model holds what the agent sees. Checks 24 to 29 of the list."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.panel_page import REPOSITORY
from tests.browser.typing_page import Typed, a_typing_page

pytest_plugins = ["tests.browser.panel_fixtures", "tests.browser.typing_page"]

HERE = REPOSITORY / "tests/browser/editors"
REST = "k you for your patience while I look into this for you."
SUGGESTION = "I have issued a refund of {amount} for {PERSON}."
LINES = "One line.\nAnother."
EDITORS = ["react", "quill", "prosemirror", "lexical", "slate", "editable"]
IS_IN_BOTH = r"""(text) => {
  const one = document.querySelector("#reply");
  const seen = (one.value ?? one.innerText).replace(/\ufeff/g, "").replace(/\xa0/g, " ").replace(/\n\n/g, "\n");
  return window.model() === text && seen.replace(/\n+$/, "") === text;
}"""
PLACE = '<div id="place"></div><script type="module" src="/assets/editors/editors.js"></script>'
BUILD = """export default { configFile: false, root: %s, logLevel: "warn",
  define: { "process.env.NODE_ENV": '"production"' },
  build: { outDir: %s, target: "es2022",
    lib: { entry: "editors.js", formats: ["es"], fileName: () => "editors.js" } } }"""


@pytest.fixture(scope="session")
def editors(widget_assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The editors of their makers, from the lock, built beside the widget."""
    if not (HERE / "node_modules").exists():
        subprocess.run(["npm", "ci", "--silent"], cwd=HERE, check=True, timeout=300)
    config = tmp_path_factory.mktemp("editors") / "vite.config.mjs"
    config.write_text(BUILD % (json.dumps(str(HERE)), json.dumps(str(widget_assets / "editors"))))
    vite = REPOSITORY / "run/widget/web/node_modules/vite/bin/vite.js"
    subprocess.run(["node", str(vite), "build", "--config", str(config)], cwd=HERE, check=True, timeout=120)
    return widget_assets


@pytest.fixture
def in_editor(panel_browser: Browser, editors: Path) -> Iterator[Callable[..., Typed]]:
    with ExitStack() as stack:

        def opened(name: str, suggestion: str = SUGGESTION) -> Typed:
            typed = stack.enter_context(a_typing_page(panel_browser, editors, PLACE))
            typed.desk.apis.offers["c-1"]["suggestions"][0]["text"] = suggestion
            typed.desk.apis.headers.clear()  # the editors write styles into their markup
            typed.desk.open(path=f"/desk?editor={name}").is_at("ready")
            typed.page.wait_for_function("() => window.model && document.querySelector('#reply')")
            typed.is_helped().field.click()
            return typed

        yield opened


def model(typed: Typed) -> str:
    return str(typed.page.evaluate("() => window.model()"))


def has(typed: Typed, text: str) -> None:
    """The model, and what the agent sees: an editor draws a moment later."""
    typed.page.wait_for_function(IS_IN_BOTH, arg=text)


@pytest.mark.parametrize("editor", EDITORS)
def test_the_model_holds_what_the_ghost_put_in_and_what_is_typed_after(in_editor, editor):
    typed = in_editor(editor)
    typed.type("Than").offers(REST).press("Tab")
    has(typed, "Than" + REST)

    typed.type(" Bye")

    has(typed, "Than" + REST + " Bye")
    assert [one for one in typed.desk.problems if "404" not in one] == []  # the icon of the page


@pytest.mark.parametrize("editor", EDITORS)
def test_undo_leaves_the_agents_words(in_editor, editor):
    typed = in_editor(editor)
    typed.type("Thank").offers(REST[1:]).press("Tab")
    has(typed, "Than" + REST)

    typed.press("Control+z")

    has(typed, "Thank")


@pytest.mark.parametrize("editor", EDITORS)
def test_undo_leaves_the_agents_words_before_several_lines(in_editor, editor):
    typed = in_editor(editor, LINES)
    typed.type("Hi").settles().press("Alt+1")
    has(typed, f"Hi {LINES}")

    typed.settles().press("Control+z")

    has(typed, "Hi")


@pytest.mark.parametrize("editor", ["quill", "prosemirror"])  # where something is undone and done again on the way
def test_what_the_agent_undid_before_an_insertion_stays_undone(in_editor, editor):
    typed = in_editor(editor)
    typed.type("Hi")
    typed.page.wait_for_timeout(1100)  # longer than editors put together what was typed
    typed.type(" Bob").press("Control+z")
    has(typed, "Hi")

    typed.settles().press("Alt+1")

    has(typed, f"Hi {SUGGESTION}")
    typed.settles().press("Control+z")
    has(typed, "Hi")
    typed.press("Control+z")
    has(typed, "")


@pytest.mark.parametrize("editor", EDITORS)
def test_suggestions_stack_at_the_caret(in_editor, editor):
    typed = in_editor(editor)
    typed.type("Hi Bob")
    typed.press("ArrowLeft", "ArrowLeft", "ArrowLeft")
    typed.settles().press("Alt+1")
    has(typed, f"Hi {SUGGESTION} Bob")
    gap = "() => { const one = document.activeElement;"
    gap += (
        " return (one.value?.slice(one.selectionStart, one.selectionEnd) ?? String(getSelection())) === '{PERSON}'; }"
    )
    typed.page.wait_for_function(gap)
    typed.settles().type("Maria").press("End")  # Slate hears of a selection no earlier
    typed.settles().press("Alt+1")

    has(typed, f"Hi I have issued a refund of {{amount}} for Maria. Bob {SUGGESTION}")


@pytest.mark.parametrize("editor", EDITORS)
def test_a_text_of_several_lines_keeps_its_lines(in_editor, editor):
    typed = in_editor(editor, LINES)
    typed.type("Hi").settles().press("Alt+1")

    has(typed, f"Hi {LINES}")


DRAWN = """() => { window.drawn = [];
  const root = document.querySelector("earpiece-widget").shadowRoot;
  const told = ({ type, target }) => `${type} of ${target.id || target.nodeName}`;
  new MutationObserver((all) => drawn.push(...all.map(told)))
    .observe(root, { childList: true, characterData: true, attributes: true, subtree: true }); }"""


@pytest.mark.parametrize(
    "editor",
    ["prosemirror", *(pytest.param(one, marks=pytest.mark.browser_full) for one in EDITORS if one != "prosemirror")],
)
def test_while_nothing_happens_in_an_editor_the_panel_draws_nothing(in_editor, editor):
    typed = in_editor(editor)
    typed.desk.has_all()
    typed.type("Than").offers(REST)
    typed.page.wait_for_timeout(1100)  # longer than it takes to speak, and to mark what is typed
    typed.page.evaluate(DRAWN)
    polls = len(typed.desk.apis.called("/c-1"))

    typed.desk.wait_for(lambda: len(typed.desk.apis.called("/c-1")) >= polls + 3)

    assert typed.page.evaluate("() => drawn") == []


def test_what_the_editor_does_not_keep_is_copied_and_said(in_editor):
    typed = in_editor("stubborn")
    typed.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    typed.type("Hi")
    typed.press("Alt+1")

    expect(typed.desk.part("notice")).to_be_visible()
    assert typed.page.evaluate("() => navigator.clipboard.readText()") == SUGGESTION
    assert model(typed) == "Hi"


def test_where_nothing_is_kept_tab_is_taken_once_and_then_the_pages(in_editor):
    typed = in_editor("stubborn")
    typed.type("Than").offers(REST).press("Tab")
    typed.page.wait_for_function("() => document.querySelector('#reply').value === 'Than'")

    typed.offers_nothing()
    assert typed.passes("Tab")
