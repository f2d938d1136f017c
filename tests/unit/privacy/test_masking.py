"""Masking: what comes out, whatever goes in."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earpiece.domain.errors import InvalidInput
from earpiece.privacy import MASKED, Known, Label, conversation_key, find, mask
from earpiece.privacy.finding import MAX_CODE_POINTS, MAX_KNOWN

KEY = conversation_key(b"k" * 32, "c-1")
OTHER_KEY = conversation_key(b"k" * 32, "c-2")
PLACEHOLDER = re.compile(r"\[(?:[A-Z_]+:[0-9a-f]{6}|MASKED)\]")
ANA = (
    Known("Anaïs van den Müller-O'Brien", "PERSON"),
    Known("ana.mueller@example.org", "EMAIL"),
    Known("+31 6 24681357", "PHONE"),
    Known("Zoë", "PERSON"),
)

# Pieces that detectors react to, glued in any order, and anything else, down to lone surrogates.
PIECES = (
    "my name is ", "ik heet ", "Dear Mr ", "Kind regards,\n", "Jan", "de ", "van ", "06-12345678", "+44 20 7946 0123",
    "jan@x.nl", " at ", "%40", "NL91ABNA0417164300", "4111 1111 1111 1111", "bsn ", "111222333", "Kerkstraat 5",
    "1234 AB", "geb. ", "01-02-1985", "81.2.69.142", "::1", "https://x.nl/?token=abc&name=", "[PERSON:abcdef]",
    "[PERSON:", "[MASKED]", "abcdef]", "order ", " ", "\n", ", ", ".", "-", "Zoë", "ANAIS", "\u0301", "\u202e", "\x00",
    "\ud800", "İ", "ß", "\ufffc", "１２３", "ana.mueller@example.org", "0031624681357",
)  # fmt: skip
texts = st.one_of(
    st.text(st.characters(), max_size=120),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(st.characters(), max_size=5)), max_size=14).map("".join),
)


@given(texts)
def test_spans_lie_in_the_text_in_order_and_apart(text):
    spans = find(text, ANA)

    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))


@given(texts)
def test_masking_twice_is_masking_once(text):
    once = mask(text, key=KEY, known=ANA)

    assert mask(once, key=KEY, known=ANA) == once


@given(texts)
def test_a_masked_text_holds_nothing_more_to_find(text):
    assert find(mask(text, key=KEY)) == []


@given(
    st.sampled_from(["Anaïs", "ANAIS", "anai\u0308s", "Mueller", "o'brien", "OBrien", "Zoe", "ZOË", "z\u200boë",
                     "ana.mueller@example.org", "Ana.Mueller@Example.ORG", "06-24681357", "0031 6 2468 1357",
                     "+31(0)624681357", "Anaïs van den Müller-O'Brien"]),
    texts, texts, st.sampled_from([" ", "\n", ", ", "(", "'", "/", "\u2014"]),
)  # fmt: skip
def test_no_known_value_survives_between_any_texts(value, before, after, sign):
    masked = mask(f"{before}{sign}{value}{sign}{after}", key=KEY, known=ANA)

    outside = " ".join(PLACEHOLDER.split(masked)).casefold()
    assert f"{sign}{value}{sign}".casefold() not in outside


@given(st.sampled_from(["Anaïs", "0624681357", "ana.mueller@example.org"]), texts)
def test_the_same_value_has_the_same_placeholder_wherever_it_stands(value, before):
    alone = mask(value, key=KEY, known=ANA)

    masked = mask(f"{before} \n {value}\n", key=KEY, known=ANA)

    assert PLACEHOLDER.fullmatch(alone)
    assert masked.endswith(f"{alone}\n") or "[MASKED]" in masked


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bel 06-24681357", "bel +31 6 2468 1357"),
        ("mail Jan@X.nl", "mail jan@x.nl"),
        ("NL91 ABNA 0417 1643 00", "nl91abna0417164300"),
        ("Dear Zoë,", "Dear ZOE,"),
        ("from 2001:db8:0:0::1f", "from 2001:DB8::1f"),
    ],
)
def test_two_spellings_of_a_value_have_one_placeholder(one, other):
    found = [PLACEHOLDER.findall(mask(text, key=KEY)) for text in (one, other)]

    assert found[0] == found[1] != []


def test_what_only_shows_beside_a_placeholder_is_masked_too():
    masked = mask("jan@x.nl+44 20 7946 0123", key=KEY)

    assert re.fullmatch(r"\[EMAIL:\w{6}\]\[PHONE:\w{6}\]", masked)


def test_the_same_words_under_two_labels_have_two_placeholders():
    masked = [mask("Meent 106", key=KEY, known=[Known("Meent 106", label)]) for label in ("PERSON", "ADDRESS")]

    assert masked[0].split(":")[1] != masked[1].split(":")[1]


def test_another_conversation_gets_other_placeholders():
    text = "mail jan@x.nl"

    assert mask(text, key=KEY) != mask(text, key=OTHER_KEY)
    assert conversation_key(b"a" * 32, "c-1") != conversation_key(b"b" * 32, "c-1")


def test_a_placeholder_names_its_label_and_keeps_the_rest_of_the_text():
    masked = mask("Bel 06-24681357, of mail jan@x.nl!", key=KEY)

    assert re.fullmatch(r"Bel \[PHONE:[0-9a-f]{6}\], of mail \[EMAIL:[0-9a-f]{6}\]!", masked)


def test_a_text_that_is_too_long_is_masked_whole():
    text = "a" * (MAX_CODE_POINTS + 1)

    assert mask(text, key=KEY) == MASKED
    assert [(span.start, span.end, span.label) for span in find(text)] == [(0, len(text), Label.MASKED)]


def test_too_many_known_values_mask_the_text_whole():
    assert mask("hello", key=KEY, known=[Known(f"Name{n}", "PERSON") for n in range(MAX_KNOWN + 1)]) == MASKED


def test_a_detector_that_fails_masks_the_text_whole(monkeypatch):
    def broken(_reading):
        raise RecursionError

    monkeypatch.setattr("earpiece.privacy.finding.WORDY", (broken,))

    assert mask("my card is 4111 1111 1111 1111", key=KEY) == MASKED


def test_an_empty_text_stays_empty():
    assert mask("", key=KEY) == ""


@pytest.mark.parametrize("call", [lambda: mask("x", key=b""), lambda: conversation_key(b"", "c-1")])
def test_an_empty_key_is_refused(call):
    with pytest.raises(InvalidInput):
        call()


def test_a_label_that_does_not_exist_is_refused():
    with pytest.raises(InvalidInput, match="PERSON"):
        Known("Jan", "NAME")
