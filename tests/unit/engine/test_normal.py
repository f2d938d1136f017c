"""The one normaliser: total, stable, and the same for the same reply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earpiece.engine.normal import template, text_key


@given(st.text() | st.text(alphabet="a1-.@/:{}[]€ \n\ud800\x00"))
def test_every_text_has_a_key_and_a_key_is_its_own(text):
    assert text_key(text_key(text)) == text_key(text)


@given(
    st.text(alphabet="abzAWw .,;:!?()'\"-\n")
    | st.lists(st.sampled_from(["www.", "WwW.", "a", "'", "-", ":"])).map("".join)
)
def test_what_is_plain_has_the_key_that_it_would_have_beside_signs_that_are_not(text):
    assert text_key(text) == text_key(text + " –")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello!", "hello"),
        ("It’s on its way…", "its on its way"),
        ("Order 12345 ships on 12-03-2026", "Order 99-81 ships on 1/4/26"),
        ("Dear [PERSON:1a2b3c], welcome", "dear [PERSON:ffffff] welcome"),
        ("Dat kost €12,50.", "Dat kost 8 euro"),
        ("See https://a.example/x?y=1", "see www.b.example"),
        ("cafe\u0301", "café"),
    ],
)
def test_two_wordings_of_one_reply_have_one_key(one, other):
    assert text_key(one) == text_key(other)


def test_two_replies_have_two_keys():
    assert text_key("I will call you") != text_key("I will not call you")
    assert text_key("{PERSON}, hello") != text_key("{EMAIL}, hello")


def test_values_become_slots():
    assert template("Hi [PERSON:1a2b3c], at 10:15 on 3 March 2026 for € 12,50: AB-1234 or ana@x.example") == (
        "Hi {PERSON}, at {TIME} on {DATE} for {MONEY}: {NUMBER} or {EMAIL}"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Your reference is 5F8G6J1G.", "Your reference is {NUMBER}."),
        ("HM3ORBHM or AB-1234", "{NUMBER} or {NUMBER}"),
        ("BOOKED, in BLOCK CAPITALS", "BOOKED, in BLOCK CAPITALS"),
        ("from 9am to 5 pm, om 8 uur", "from {TIME} to {TIME}, om {TIME}"),
        ("I am 9 amps short", "I am {NUMBER} amps short"),
        ("The postcode is cb23bu or CB2 3BU", "The postcode is {POSTCODE} or {POSTCODE}"),
        ("room 251a", "room 251a"),
    ],
)
def test_codes_hours_and_postcodes_become_slots(text, expected):
    assert template(text) == expected


def test_an_amount_before_a_word_is_no_time():
    assert template("about £6.00 higher, at 10:15h or 9.30 am") == "about {MONEY} higher, at {TIME} or {TIME}"
