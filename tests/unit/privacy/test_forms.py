"""What the form of a text tells: a table's columns, a form's lines, letters that are spelled, an agent's opening."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earpiece.privacy import Label, find


def found(text: str, label: Label) -> list[str]:
    return [text[span.start : span.end] for span in find(text) if span.label is label]


def test_a_column_under_name_holds_people_and_one_under_order_no_phone_numbers():
    table = "Order | Name | Phone\n782828211 | Q.J. van Quirl | 0478 686811\n65-41456 | qworvin zwelk | 06 12345678"

    assert found(table, Label.PERSON) == ["Q.J. van Quirl", "qworvin zwelk"]
    assert found(table, Label.PHONE) == ["0478 686811", "06 12345678"]


def test_a_column_under_item_holds_nobody():
    assert found("Artikel | Aantal | Prijs\nStanley Bakker | 2 | € 51,99\nAnna Jansen | 1 | € 3", Label.PERSON) == []


def test_after_the_table_names_count_again():
    assert found("Item | Qty\nStanley Bakker | 2\nThanks, Anna Jansen", Label.PERSON) == ["Anna Jansen"]


@pytest.mark.parametrize("label", ["Product", "artikel", "Gerät", "Model"])
def test_a_line_that_is_labelled_as_a_product_holds_nobody(label):
    assert found(f"Klant: Anna Jansen\n{label}: Stanley Bakker 40", Label.PERSON) == ["Anna Jansen"]


@pytest.mark.parametrize("label", ["Straat en huisnummer", "street address", "Anschrift", "Straße und Hausnummer:"])
def test_the_line_under_a_label_for_it_is_an_address(label):
    assert found(f"{label}\nKwintdiep 53\nemail", Label.ADDRESS) == ["Kwintdiep 53"]


@pytest.mark.parametrize("label", ["Straat en huisnummer", "adres"])
def test_a_line_without_a_number_is_none(label):
    assert found(f"{label}\nstaat niet op de bon", Label.ADDRESS) == []


@pytest.mark.parametrize(
    ("opening", "name"),
    [
        ("Goedemiddag Bram, je spreekt met Marloes van Quorvik. Ik kijk even.", "Marloes"),
        ("Guten Tag Heike, hier ist Rosemarie von Quorvik. Ich sehe nach.", "Rosemarie"),
        ("Hello Ann, this is Sheila from Quorvik", "Sheila"),
        ("Goedemiddag Bram, je spreekt met Marloes van Dijk.", "Marloes van Dijk"),
    ],
)
def test_an_agents_firm_is_no_last_name(opening, name):
    assert found(opening, Label.PERSON)[-1] == name


@given(st.text("bcdfghjklmnpqrstvwxz", min_size=5, max_size=14), st.booleans())
def test_a_name_that_is_spelled_with_hyphens_is_found(name, is_shouted):
    spelled = "-".join(name.upper() if is_shouted else name)

    assert spelled in found(f"So that's {spelled}, thank you.", Label.PERSON)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("that's L-I-M for the last name", "L-I-M"),
        ("mijn achternaam is q u o r t s", "q u o r t s"),
        ("ich buchstabiere: k w a s t", "k w a s t"),
    ],
)
def test_what_a_word_says_is_spelled_is_a_name(text, name):
    assert found(text, Label.PERSON) == [name]


@pytest.mark.parametrize(
    "text",
    ["I did N-O-T get it", "I got N-O-T-H-I-N-G", "het is n-i-e-t goed", "plan a b c d", "an A-B test", "1-a-2-b"],
)
def test_letters_that_spell_no_name_are_left_alone(text):
    assert found(text, Label.PERSON) == []
