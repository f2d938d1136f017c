"""Names that the form of a conversation tells, and last names that are words."""

from __future__ import annotations

import pytest

from earpiece.privacy import Label, find


def people(text: str) -> list[str]:
    return [text[span.start : span.end] for span in find(text) if span.label is Label.PERSON]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("What is your name? xandrilla", "xandrilla"),
        ("wat is uw naam?\nquirijnus vossem", "quirijnus vossem"),
        ("Wie heißen Sie? - Quirlinde", "Quirlinde"),
        ("Met wie spreek ik? Dit is Storm.", "Storm"),
        ("mit wem spreche ich? das ist quirlinde", "quirlinde"),
    ],
)
def test_who_is_asked_for_a_name_answers_with_one(text, name):
    assert people(text) == [name]


@pytest.mark.parametrize(
    "text", ["What is your name? Please wait", "your order name? not sure", "wie is dit? geen idee"]
)
def test_an_answer_that_is_no_name_is_left_alone(text):
    assert people(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("quirlina joined the chat", "quirlina"),
        ("Quirlina has left the conversation", "Quirlina"),
        ("Floor neemt deel aan de chat", "Floor"),
        ("quirlinde ist dem Chat beigetreten", "quirlinde"),
    ],
)
def test_who_joins_or_leaves_a_chat_is_somebody(text, name):
    assert people(text) == [name]


def test_nobody_left_the_chat_where_the_agent_did():
    assert people("The agent has left the chat") == []


@pytest.mark.parametrize("text", ["Iris", "so Iris, any news?", "Iris: where is it", "I see it in your file, Iris"])
def test_a_name_that_is_a_word_counts_alone_and_where_somebody_is_spoken_to(text):
    assert people(text) == ["Iris"]


@pytest.mark.parametrize("text", ["The Iris lamp", "an iris", "Gold", "I want it in red, Gold"])
def test_such_a_word_is_left_alone_elsewhere(text):
    assert people(text) == []


@pytest.mark.parametrize("name", ["hanna freitag", "Pim de Wilde", "Anna Young", "Anna Kok", "sanne de groot"])
def test_a_last_name_that_is_a_word_counts_after_a_first_name(name):
    assert people(name) == [name]


@pytest.mark.parametrize("text", ["de wilde storm", "freitag", "kok gezocht", "a young customer"])
def test_it_does_not_count_alone(text):
    assert people(text) == []


def test_a_verb_after_a_first_name_is_no_last_name():
    assert people("anna belde gisteren") == ["anna"]


def test_a_thing_before_a_comma_is_no_last_name():
    assert people("We have it in your profile, Hannah") == ["Hannah"]
