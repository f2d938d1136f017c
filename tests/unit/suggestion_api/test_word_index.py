"""Which texts hold the words of a search."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggestion_api.word_index import EXACT, SLIPPED, WordIndex, words_of

TEXTS = (
    "I have issued a refund to your card.",
    "Your refund takes three working days.",
    "Our workshop is in Utrecht, near the station.",
    "Groesten uit het café, tot ziens!",
    "Hello {PERSON}, you can't return it.",
    "",
)


def found(query: str, texts=TEXTS) -> list[int]:
    return WordIndex(texts).search(query).places.tolist()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("refund", [0, 1]),
        ("ref", [0, 1]),
        ("REFUND card", [0]),
        ("card refund", [0]),
        ("refund stat", []),
        ("station utrecht", [2]),
        ("cafe", [3]),
        ("CAFÉ", [3]),
        ("cafe\u0301", [3]),
        ("cant", [4]),
        ("can’t ret", [4]),
        ("person", []),  # a slot is no word of the reply
        ("ef", []),  # only the beginning of a word
        ("", []),
        (" ?! ", []),
    ],
)
def test_words_are_found_in_any_order_whatever_their_case_and_accents(query, expected):
    assert found(query) == expected


@pytest.mark.parametrize("query", ["refnud", "reund", "reefund", "rafund", "efund", "refnd", "crefund", "refu"])
def test_one_slip_of_the_finger_is_forgiven(query):
    assert found(query) == [0, 1]


@pytest.mark.parametrize("query", ["rfnud", "refunding", "xrefxnd"])
def test_two_slips_are_not(query):
    assert found(query) == []


def test_a_slip_in_a_word_that_is_finished_is_forgiven_too():
    assert found("refnud car") == [0]
    assert found("wrokshop utre") == [2]


def test_of_a_short_word_no_slip_is_forgiven():
    assert found("cat", ("the car",)) == []


def test_a_word_that_is_right_but_stands_elsewhere_may_still_have_been_a_slip():
    texts = ("the form is here", "we write from Utrecht")

    assert found("form utrecht", texts) == [1]
    assert found("form", texts) == [0]


def test_words_that_only_hold_sentences_together_need_not_be_there():
    assert found("what about the refund for a card") == [0]
    assert found("what about the refund for a boat") == []
    assert found("the") == [2]  # unless there are no others


def test_what_stands_there_counts_more_than_what_nearly_does():
    index = WordIndex(("refund", "refunds", "refumd"))

    scores = dict(zip(*(one.tolist() for one in _columns(index.search("refund"))), strict=True))

    assert scores[0] == EXACT > scores[1] > SLIPPED
    assert 2 not in scores


def _columns(matches):
    return matches.places, matches.scores


def test_nothing_is_found_among_nothing():
    assert found("refund", ()) == []
    assert found("refund", ("", "!!")) == []


def nearly(typed: str, word: str) -> bool:
    """Whether the word begins as typed, or does after one slip in what was typed."""
    if word.startswith(typed):
        return True
    if len(typed) < 4:
        return False
    alphabet = {*word}
    cut = {typed[:at] + typed[at + 1 :] for at in range(len(typed))}
    swapped = {typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :] for at in range(len(typed) - 1)}
    wrong = {typed[:at] + one + typed[at + 1 :] for at in range(len(typed)) for one in alphabet}
    missing = {typed[:at] + one + typed[at:] for at in range(len(typed) + 1) for one in alphabet}
    return any(word.startswith(one) for one in cut | swapped | wrong | missing)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text("abc", min_size=1, max_size=7), max_size=12), st.text("abc", min_size=1, max_size=7))
def test_what_is_found_is_what_comparing_with_every_word_would_find(words, typed):
    exact = [place for place, word in enumerate(words) if word.startswith(typed)]
    expected = exact or [place for place, word in enumerate(words) if nearly(typed, word)]

    assert found(typed, words) == expected


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=5), st.text(max_size=40))
def test_no_text_breaks_it_and_each_is_found_by_its_own_words(texts, query):
    index = WordIndex(texts)
    index.search(query)

    for place, text in enumerate(texts):
        if words_of(text):
            assert place in index.search(text).places
