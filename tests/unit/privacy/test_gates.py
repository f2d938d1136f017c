"""What makes masking cheap must lose nothing: gates, phrases by their first letters, patterns tried at numbers only."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from earpiece.privacy.first_letters import by_first_letters, search_all
from earpiece.privacy.frame_phrases import AFTER_LIKELY, AFTER_SURELY, BEFORE_LIKELY, BEFORE_SURELY
from earpiece.privacy.gates import gate
from earpiece.privacy.numbers import matches_at, numbers_in
from earpiece.privacy.reading import read

PHRASES = (
    "my (?:first |last )?name is|mijn (?:voor)?naam is",
    "dear|hi+|he+y+|(?:kind(?:est)? )?regards",
    "ge(?:b|boren)|g'?day|na(?:me|am)(?= is)|t\\.?n\\.?v",
    "[ab]c|[xz]+y|(?:sie )?sprechen mit|wie hei(?:ß|ss)en",
)
GATED = (*AFTER_SURELY, *AFTER_LIKELY, *(second for second, _ in (*BEFORE_SURELY, *BEFORE_LIKELY)))
WORDS = """
    my name is first mijn voornaam naam last dear hi hiii hey kind kindest regards geb geboren g'day t.n.v tnv ac bc c
    zxy xxzy
    sie sprechen mit wie heißen heissen spelled with on shift family from your dob has looked team anna berg bert an a
    1 , . under account please called
"""
texts = st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join)


@given(texts)
def test_phrases_by_their_first_letters_are_the_ones_of_the_whole_alternation(text):
    told = [(f"g{index}", phrases) for index, phrases in enumerate(PHRASES)]
    whole = re.compile(rf"(?<![^\W_])(?=[^\W\d_])(?:{'|'.join(f'(?P<{name}>{one})' for name, one in told)})(?![^\W_])")

    found = list(search_all(by_first_letters(told, r"(?![^\W_])"), None, text, read(text).starts))

    assert [(one.span(), one.lastgroup) for one in found] == [
        (one.span(), one.lastgroup) for one in whole.finditer(text)
    ]


@pytest.mark.parametrize("gated", GATED)
@settings(max_examples=40, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(st.data())
def test_no_gate_is_shut_for_a_text_that_its_pattern_is_in(gated, data):
    reading = read(data.draw(st.from_regex(gated.pattern)))

    assume(gated.pattern.search(reading.lower))

    assert gated.gate.is_open(reading)


def test_a_gate_is_shut_for_a_text_without_any_of_its_words():
    assert not gate("kind regards|cheers").is_open(read("ik vraag me af waar mijn pakket is"))


@pytest.mark.parametrize("phrase", ["under", "account", "family", "wie heißen", "t.n.v"])
def test_a_gate_is_open_for_its_phrase(phrase):
    assert gate(re.escape(phrase).replace("\\ ", " ")).is_open(read(f"en {phrase} is er ook"))


@given(st.text("019 .-/(+a", max_size=40))
def test_a_number_is_found_where_it_begins_as_if_it_were_searched_for(text):
    number = re.compile(r"(?<![\w.])\d(?:[ ./-]{0,3}\d){6,9}(?!\d)")

    numbers = numbers_in(text)

    everywhere = [match.span() for match in number.finditer(text)]
    assert [match.span() for match in matches_at(number, text, numbers.starts)] == everywhere
    assert [match.span() for match in matches_at(number, text, numbers.of_digits(7))] == everywhere
