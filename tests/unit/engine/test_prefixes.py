"""What was typed against what could be meant: letters in any form, and one slip of the finger."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from earpiece.domain.replies import Reply
from earpiece.engine import load
from earpiece.engine.canned import CannedReplies
from earpiece.engine.corpus import TrainingConversation, Turn, corpus_of
from earpiece.engine.prefixes import MIN_TYPO_LENGTH, fold, is_near_beginning, rest_after
from earpiece.engine.training import TrainingSettings, train

REPLIES = [
    "Straße und Hausnummer brauche ich noch von Ihnen.",
    "Das Café öffnet morgen um neun.",
    "Don’t worry, we’ll call you back today.",
    "Please use the link on the sign-in page.",
    "We are sorry for the trouble with your order.",
    "How are you today?",
]
CONTEXT = [{"role": "customer", "text": "hello"}]  # in no language
LETTERS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20)


def conversations() -> Iterator[TrainingConversation]:
    for number in range(90):
        said = [("customer", "hello"), ("agent", REPLIES[number % len(REPLIES)])]
        turns = tuple(Turn(role, text, f"agent-{number % 4}", 60.0 * number) for role, text in said)
        yield TrainingConversation(f"c-{number}", f"u-{number}", turns)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Any:
    out = tmp_path_factory.mktemp("model")
    train(corpus_of(conversations()), out, TrainingSettings(has_word_model=False))
    return load(out)


@pytest.fixture(params=["a model", "the account's own replies"])
def system(request: pytest.FixtureRequest, model: Any) -> Any:
    own = CannedReplies(Reply(str(number), text) for number, text in enumerate(REPLIES))
    return model if request.param == "a model" else own


def first(system: Any, typed: str) -> str:
    offers = system.suggest(CONTEXT, typed, 3)
    return offers[0]["text"] if offers else ""


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("change", [str, str.lower, str.upper, fold])
@pytest.mark.parametrize("reply", REPLIES)
def test_letters_in_any_form_find_the_reply_and_its_rest(system: Any, reply: str, change: Any, form: Any):
    for length in (6, 9, 14):
        typed = unicodedata.normalize(form, change(reply[:length]))

        assert first(system, typed) == reply
        rest = system.complete(CONTEXT, typed)
        if isinstance(system, CannedReplies) and typed.count(" ") < 2:
            assert rest is None  # not before two words are whole
            continue
        assert rest, typed
        assert fold(reply).startswith(fold(typed + rest))


@pytest.mark.parametrize(
    ("typed", "reply"),
    [
        ("strasse und", 0),
        ("STRASSE UND", 0),
        ("das cafe o", 1),
        ("Das Cafe\u0301 o\u0308", 1),
        ("don't worry, we'll", 2),
        ("Don‘t worry", 2),
    ],
)
def test_what_a_keyboard_does_not_have_is_the_same(system: Any, typed: str, reply: int):
    assert first(system, typed) == REPLIES[reply]


def slips(typed: str) -> Iterator[str]:
    """Every text with one letter less, more, or other, and with two neighbours swapped."""
    for at in range(len(typed)):
        before, after = typed[:at], typed[at + 1 :]
        yield before + after
        yield before + "q" + typed[at:]
        yield before + "q" + after
        if after and after[0] != typed[at]:
            yield before + after[0] + typed[at] + after[1:]


@pytest.mark.parametrize("reply", REPLIES)
def test_one_slip_still_finds_the_reply(system: Any, reply: str):
    typed = fold(reply[:9])

    missed = [slip for slip in slips(typed) if len(slip.strip()) >= MIN_TYPO_LENGTH and first(system, slip) != reply]

    assert missed == []


@pytest.mark.parametrize("typed", ["Plqqse use", "Pleeese us", "Plse", "Hwo"])
def test_two_slips_or_one_in_a_short_beginning_find_nothing(system: Any, typed: str):
    assert first(system, typed) == ""


def test_a_reply_that_begins_as_typed_keeps_out_those_with_a_slip():
    own = CannedReplies([Reply("1", "Tracking starts tomorrow."), Reply("2", "Trucks are on their way.")])

    assert [offer["reply_id"] for offer in own.suggest(CONTEXT, "Truck", 3)] == ["2"]
    assert [offer["reply_id"] for offer in own.suggest(CONTEXT, "Tryck", 3)] == ["1", "2"]


def test_the_rest_is_as_the_house_writes_it_and_what_was_typed_stays():
    assert "Ho" + (rest_after("Ho", "how are you") or "") == "How are you"
    assert rest_after("  please", "Please wait.") == " wait."
    assert rest_after("cafe", "Cafe\u0301 noir") == " noir"


@example("0", "\U0001e01b")  # a mark that no letter takes
@given(LETTERS, LETTERS)
def test_there_is_a_rest_if_and_only_if_the_typed_text_is_a_proper_beginning(typed: str, more: str):
    text = unicodedata.normalize("NFC", typed + "." + more)
    begun = text[: text.index(".")]

    assert rest_after(text, text) is None
    assert rest_after(text + "x", text) is None
    rest = rest_after(begun, text)
    if rest is not None and begun.strip():
        assert fold(begun.lstrip()) + fold(rest) == fold(text.lstrip()) or begun != begun.lstrip()
    if begun.isascii() and begun.strip() and begun == begun.lstrip():
        assert rest == text[len(begun) :]


@given(LETTERS)
def test_forms_of_a_text_are_equal_when_folded(text: str):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text(alphabet="abcde", min_size=MIN_TYPO_LENGTH, max_size=9), st.text(alphabet="abcde", max_size=5))
def test_a_beginning_with_one_slip_is_near(beginning: str, more: str):
    text = beginning + more

    assert is_near_beginning(beginning, text)
    for slip in slips(beginning):
        assert len(slip) < MIN_TYPO_LENGTH or is_near_beginning(slip, text), slip
