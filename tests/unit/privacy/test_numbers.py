"""Numbers without a word for them, or with a word that is misspelt: where they count, and where they do not."""

from __future__ import annotations

import pytest

from earpiece.privacy import Label, find


def found(text: str) -> list[tuple[Label, str]]:
    return [(span.label, text[span.start : span.end]) for span in find(text)]


@pytest.mark.parametrize("text", ["4155550132", "Thanks,\n4155550132", "it has changed, 4155550132 was the old one"])
def test_ten_digits_after_a_large_citys_area_code_are_a_phone_number(text):
    assert (Label.PHONE, "4155550132") in found(text)


@pytest.mark.parametrize("text", ["order 4155550132", "order number: 4155550132", "1005550132", "bestelnr 4155550132"])
def test_ten_digits_after_a_word_for_an_order_or_no_area_code_are_left_alone(text):
    assert found(text) == []


@pytest.mark.parametrize("text", ["111222333", "Ja, 111222333", "bsn? 111222333.", "soifnummer is 111222333"])
def test_nine_digits_that_pass_the_test_of_eleven_answer_a_question(text):
    assert (Label.NATIONAL_ID, "111222333") in found(text)


@pytest.mark.parametrize("text", ["111222334", "order 111222333", "ik zie 111222333 punten"])
def test_nine_digits_that_fail_it_or_belong_to_something_else_are_left_alone(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("81543", "81543"),
        ("90210-1234 is where I live", "90210-1234"),
        ("psotcode 2749 he", "2749 he"),
        ("postleitzhal 81543", "81543"),
        ("ich wohne in Bremen, 29202", "29202"),
        ("Leeds 19293", "19293"),
        ("85022, Lindenstr. 142 b", "85022"),
        ("2749HE", "2749HE"),
        ("4069 he nr 7", "4069 he"),
        ("post code E14 6GB", "E14 6GB"),
    ],
)
def test_a_postcode_stands_alone_or_beside_a_town_a_street_or_a_misspelt_word(text, code):
    assert (Label.POSTCODE, code) in found(text)


@pytest.mark.parametrize("text", ["2749 om precies te zijn", "4096MB", "1500 kg", "order 81543", "S24 5GB", "2000er"])
def test_a_number_beside_a_word_or_a_unit_is_no_postcode(text):
    assert found(text) == []


@pytest.mark.parametrize("code", ["M5V 7M2", "k1a0b1", "H0H 0H0"])
def test_a_canadian_postcode_is_known_by_its_shape(code):
    assert (Label.POSTCODE, code) in found(f"ship it to Ottawa, {code}")


@pytest.mark.parametrize("text", ["order M5V7M2", "W5V 7M2", "M5D 7M2", "M5V 7M22"])
def test_what_canada_post_gives_to_nobody_is_no_postcode(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "our VAT number is GB 041 9517 69",
        "USt-IdNr. lautet DE385379243",
        "unsere UID-Nummer: ATU63732875",
        "tracking 9400 1014 3821 0446 7086 37",
        "laut Sendungsverfolgung 05342378802828 zugestellt",
    ],
)
def test_a_firms_tax_number_and_a_parcels_are_nobodys(text):
    assert found(text) == []


@pytest.mark.parametrize("text", ["Contact: 4027475717", "she is on 4022727475 until nine", "call 4022727475"])
def test_a_number_that_somebody_is_on_is_a_phone_number(text):
    assert [label for label, _ in found(text)] == [Label.PHONE]


def test_a_year_of_two_digits_counts_after_what_only_people_say():
    assert found("ik ben van 5 juli '78") == [(Label.DOB, "5 juli '78")]


def test_a_german_tax_id_in_slashes_counts_after_a_word_for_an_invoice():
    assert found("Rechnung 86/095/742/719") == [(Label.NATIONAL_ID, "86/095/742/719")]


@pytest.mark.parametrize(
    "text", ["Ordered as Anna Smith, paid with {}", "besteld, betaald met {}", "Bestellt, bezahlt mit {}"]
)
def test_a_card_that_something_was_paid_with_is_no_order_number(text):
    assert (Label.CREDIT_CARD, "4111 1111 1111 1111") in found(text.format("4111 1111 1111 1111"))


def test_a_last_name_that_is_a_word_for_a_reference_hides_no_number():
    assert (Label.DOB, "10/6/1940") in found("Zara Case, 10/6/1940, G12 1JJ")
