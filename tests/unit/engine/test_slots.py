"""Slots are filled from the conversation where it leaves no doubt, and stay marked where it does."""

from __future__ import annotations

from earpiece.engine.features import ContextTurn
from earpiece.engine.slots import filled


def context(*texts: str, role: str = "customer") -> list[ContextTurn]:
    return [{"role": role, "text": text} for text in texts]


def test_the_only_value_of_its_kind_is_filled_in():
    said = context("Hi, my name is Zoë Janssen", "My order is A-1234 and it came on 2026-05-04")

    assert filled("Thank you {PERSON}, I see {NUMBER} of {DATE}.", said) == (
        "Thank you Zoë Janssen, I see A-1234 of 2026-05-04."
    )


def test_a_value_said_twice_is_still_the_only_one():
    assert filled("I see {NUMBER}.", context("it is 1234", "1234!")) == "I see 1234."


def test_two_values_leave_the_slot_for_the_agent():
    assert filled("I see {NUMBER}.", context("1234 or 5678")) == "I see {NUMBER}."


def test_what_nobody_said_stays_marked():
    assert (
        filled("{PERSON}, your {IBAN} is {NUMBER}", context("this is terrible")) == "{PERSON}, your {IBAN} is {NUMBER}"
    )


def test_a_name_that_the_agent_gave_is_not_the_customers():
    assert filled("Dear {PERSON}", context("my name is Ann", role="agent")) == "Dear {PERSON}"


def test_a_birthday_is_no_date_of_delivery():
    assert filled("It comes on {DATE}.", context("Amelia Iyer, born 11.7.1986")) == "It comes on {DATE}."
