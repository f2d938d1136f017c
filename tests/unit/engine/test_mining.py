"""Which of the counted replies may be offered."""

from __future__ import annotations

import pytest

from earpiece.engine.conversations import ReplyCount
from earpiece.engine.mining import mine
from earpiece.engine.normal import text_key


def counted(text: str, agents: int = 2, customers: int = 2) -> ReplyCount:
    return ReplyCount(text_key(text), text, 4, agents, customers, customers)


@pytest.mark.parametrize("text", ["https://help.example/x", "12", "+31", "10:15 - 12:30", "[PERSON:1a2b3c]!"])
def test_values_alone_are_no_reply(text):
    assert [reply.text for reply in mine([counted(text), counted("Yes")], min_agents=2, min_customers=2)] == ["Yes"]


def test_a_value_among_words_is_a_slot():
    (reply,) = mine([counted("See https://help.example/x")], min_agents=2, min_customers=2)

    assert reply.text == "See {LINK}"


@pytest.mark.parametrize(("agents", "customers"), [(1, 9), (9, 1)])
def test_what_few_people_said_is_not_offered(agents, customers):
    assert mine([counted("Yes", agents, customers)], min_agents=2, min_customers=2) == []
