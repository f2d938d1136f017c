"""The participants' own values: found however they are spelt, and nothing else because of them."""

from __future__ import annotations

import pytest

from earpiece.privacy import Known, find


def found(text: str, *known: Known) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.label.value) for span in find(text, known)]


@pytest.mark.parametrize(
    ("value", "text", "expected"),
    [
        ("Renée de Wit", "vraag het aan renee de wit.", ["renee de wit"]),
        ("Renée de Wit", "RENÉE belde", ["RENÉE"]),
        ("Renée de Wit", "Rene\u0301e belde", ["Rene\u0301e"]),
        ("Renée de Wit", "de renteen is hoog", []),
        ("Jürgen Groß", "juergen gross hier, und Jurgen auch", ["juergen gross", "Jurgen"]),
        ("Siobhán O'Neill", "oneill? siobhan?", ["oneill", "siobhan"]),
        ("Jo Li", "ask Jo Li, not Jo", ["Jo Li"]),
        ("van der Berg", "ik ben van plan naar der markt te gaan, zegt Berg", ["Berg"]),
        ("Will Smith", "Will, I will call Smith", ["Will", "Smith"]),
        ("Customer", "dear customer", []),
        ("王小明", "我叫王小明。", ["王小明"]),
        ("ŁUKASZ", "łukasz, lukasz", ["łukasz", "lukasz"]),
    ],
)
def test_a_name_is_found_in_any_spelling_as_whole_words(value, text, expected):
    assert found(text, Known(value, "PERSON")) == [(name, "PERSON") for name in expected]


@pytest.mark.parametrize(
    "text", ["0624681357", "06 24 68 13 57", "+31 (0)6-24681357", "0031624681357", "6.24.68.13.57"]
)
def test_a_phone_number_is_found_from_inside_and_outside_its_country(text):
    assert found(f"x {text} y", Known("+31624681357", "PHONE")) == [(text, "PHONE")]


def test_a_longer_number_that_only_contains_the_phone_number_stays():
    assert found("ref 6246813579999999", Known("+31624681357", "PHONE")) == []


@pytest.mark.parametrize("value", ["", " ", ".", "-", "\ud800", "\u0301", "1"])
def test_a_value_that_says_nothing_masks_nothing(value):
    for label in ("PERSON", "EMAIL", "PHONE", "IBAN", "ADDRESS"):
        assert found("Hello. 1 - 2", Known(value, label)) == []


def test_a_known_address_and_account_are_found_without_their_signs():
    known = (Known("Meent 106", "ADDRESS"), Known("XX12 3456 78", "IBAN"))

    assert found("op meent, 106 en xx12345678", *known) == [("meent, 106", "ADDRESS"), ("xx12345678", "IBAN")]


def test_a_value_inside_a_longer_finding_leaves_one_finding():
    assert found("mail sanne.k@x.nl", Known("Sanne", "PERSON")) == [("sanne.k@x.nl", "EMAIL")]
