"""Drafts, counted as a browser counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggestion_api.draft import Draft, utf16_length

WITHOUT_SURROGATES = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


@given(WITHOUT_SURROGATES)
def test_lengths_are_those_of_utf_16(text):
    assert utf16_length(text) == len(text.encode("utf-16-le")) // 2


@given(WITHOUT_SURROGATES, WITHOUT_SURROGATES)
def test_the_cursor_divides_the_draft_where_the_browser_says(before, after):
    assert Draft.at(before + after, utf16_length(before)).before_cursor == before


def test_without_a_cursor_it_stands_at_the_end():
    assert Draft.at("Hi 👋", None).cursor == 5


def test_a_cursor_past_the_end_stands_at_the_end():
    assert Draft.at("Hi", 99).before_cursor == "Hi"


def test_a_cursor_within_an_emoji_stands_before_it():
    assert Draft.at("👋 Hi", 1).before_cursor == ""


@pytest.mark.parametrize(
    ("text", "cursor", "is_at_end"), [("Hello", 5, True), ("Hello \n", 5, True), ("Hello you", 5, False), ("", 0, True)]
)
def test_only_white_space_may_follow_a_cursor_at_the_end(text, cursor, is_at_end):
    assert Draft.at(text, cursor).is_cursor_at_end is is_at_end
