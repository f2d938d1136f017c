"""What the training data of an account is, read through its views: its rows only, each message once, as it stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.contract.adapter_sets import Adapters
from tests.real_project import an_account_id

from earpiece.domain.accounts import Account
from earpiece.engine.corpus import corpus_of
from earpiece.engine.normal import TEXT_KEY_VERSION, text_key
from earpiece.engine.sampling import SampleBounds
from earpiece.ports.warehouse import TrainingCounts, Warehouse

NOW = datetime(2026, 11, 20, tzinfo=UTC)
CONVERSATIONS = 30


def a_row(account: Account, conversation: int, place: int, text: str, **changed: Any) -> dict[str, Any]:
    at = NOW - timedelta(days=CONVERSATIONS - conversation) + timedelta(minutes=place)
    role = "agent" if place % 2 else "customer"
    row = {
        "event_id": f"{account.account_id}-{conversation}-{place}",
        "account_id": account.account_id,
        "platform": "custom",
        "conversation_id": f"c-{conversation:02}",
        "message_id": f"m-{conversation}-{place}",
        "kind": "message_added",
        "occurred_at": at.isoformat(),
        "sequence": place,
        "received_at": at.isoformat(),
        "written_at": at.isoformat(),
        "role": role,
        "participant_id": f"agent-{conversation % 4}" if role == "agent" else f"cust-{conversation}",
        "visibility": "public",
        "content_type": "text/plain",
        "locale": "en",
        "text": text,
        "text_key": text_key(text),
        "text_key_version": TEXT_KEY_VERSION,
    }
    return row | changed


@pytest.fixture(scope="module")
def warehouse(adapters: Adapters) -> Warehouse:
    """An account of thirty conversations, and another with the same ids."""
    account, other = Account(an_account_id()), Account(an_account_id())
    rows = []
    for owner in (account, other):
        for number in range(CONVERSATIONS):
            rows += [
                a_row(owner, number, 0, f"{owner.account_id} asks {number}"),
                a_row(owner, number, 1, "Hello, how can I help you?"),
                a_row(owner, number, 2, "It does not work"),
                a_row(owner, number, 3, f"Only I say {chr(97 + number % 26)}{'z' * (1 + number // 26)}"),
            ]
    again = a_row(account, 5, 1, "Hello, how can I help you?")
    rows += [
        again,
        again,
        a_row(account, 6, 1, "Hi, what can I do?", kind="message_edited", event_id="edit", occurred_at=NOW.isoformat()),
        a_row(account, 7, 3, "", kind="message_removed", event_id="removal") | {"text": None, "text_key": None},
        a_row(account, 8, 9, "Between us", visibility="private"),
        a_row(account, 40, 0, "Still talking"),
    ]
    adapters.warehouse(other, [])
    return adapters.warehouse(account, rows)


def test_repeats_removals_and_other_accounts_do_not_count(warehouse: Warehouse):
    counts = warehouse.counts(until=NOW)

    assert (counts.conversation_count, counts.customer_count) == (CONVERSATIONS, CONVERSATIONS)
    assert counts.agent_message_count == 2 * CONVERSATIONS - 1


def test_the_newest_share_is_the_test_set_and_nothing_is_in_both(warehouse: Warehouse):
    sample = warehouse.sample(until=NOW, bounds=SampleBounds(100), test_share=0.2)

    assert [one.conversation_id for one in sample.train] == [f"c-{number:02}" for number in range(24)]
    assert [one.conversation_id for one in sample.test] == [f"c-{number:02}" for number in range(24, 30)]
    assert sample.test_from == NOW - timedelta(days=CONVERSATIONS - 24)
    texts = [turn.text for one in sample.train for turn in one.turns]
    assert "Between us" not in texts
    assert (
        len({text.split()[0] for text in texts if " asks " in text}) == 1
    )  # the other's conversations have the same ids
    edited = next(one for one in sample.train if one.conversation_id == "c-06")
    assert [turn.text for turn in edited.turns][1] == "Hi, what can I do?"
    assert [turn.agent_id for turn in edited.turns] == [None, "agent-2", None, "agent-2"]


def test_the_same_data_gives_the_same_sample_and_half_of_it_is_the_newest(warehouse: Warehouse):
    first, second = (warehouse.sample(until=NOW, bounds=SampleBounds(10), test_share=0.2) for _ in range(2))

    assert first == second
    chosen = [one.conversation_id for one in (*first.train, *first.test)]
    assert len(chosen) == 10
    assert chosen[-5:] == [f"c-{number:02}" for number in range(25, 30)]


@pytest.mark.parametrize(("most", "most_messages"), [(10, 1000), (9, 1000), (1, 1000), (100, 20), (100, 33), (12, 30)])
def test_the_sample_is_the_one_that_files_with_the_same_conversations_would_give(
    warehouse: Warehouse, most: int, most_messages: int
):
    everything = warehouse.sample(until=NOW, bounds=SampleBounds(), test_share=0.0).train
    bounds = SampleBounds(most, most_messages)

    found = warehouse.sample(until=NOW, bounds=bounds, test_share=0.3)

    same = corpus_of(everything, bounds=bounds, test_share=0.3)
    assert (found.train, found.test) == (same.train, same.test)


def test_no_more_replies_come_than_were_asked_for_and_the_most_frequent_first(warehouse: Warehouse):
    (reply,) = warehouse.replies(until=NOW, before=NOW, min_agents=1, min_customers=1, most=1)

    assert reply.text == "Hello, how can I help you?"


def test_only_what_enough_agents_told_enough_customers_is_counted(warehouse: Warehouse):
    (reply,) = warehouse.replies(until=NOW, before=NOW - timedelta(days=6), min_agents=2, min_customers=2, most=10)

    assert (reply.text, reply.agent_count) == ("Hello, how can I help you?", 4)
    assert (reply.count, reply.customer_count, reply.wording_count) == (23, 23, 23)
    assert reply.last_used_at == (NOW - timedelta(days=7) + timedelta(minutes=1)).timestamp()
    assert warehouse.replies(until=NOW, before=NOW, min_agents=5, min_customers=2, most=10) == []


def test_an_account_without_conversations_has_nothing_to_train_from(adapters: Adapters, account: Account):
    warehouse = adapters.warehouse(account, [])

    assert warehouse.counts(until=NOW) == TrainingCounts(0, 0, 0, 0)
    sample = warehouse.sample(until=NOW, bounds=SampleBounds(10), test_share=0.2)
    assert (list(sample.train), list(sample.test), sample.test_from) == ([], [], None)
    assert warehouse.replies(until=NOW, before=NOW, min_agents=1, min_customers=1, most=10) == []


def test_a_reply_needs_as_many_agents_and_as_many_customers_as_were_asked_for(adapters: Adapters, account: Account):
    """One reply by two agents to one customer, one by one agent to two customers, one by two to two."""
    told = {
        "two agents": (("a-1", "c-1"), ("a-2", "c-1")),
        "two customers": (("a-1", "c-1"), ("a-1", "c-2")),
        "both": (("a-1", "c-1"), ("a-2", "c-2")),
    }
    rows = []
    for number, (text, uses) in enumerate(told.items()):
        for again, (agent, customer) in enumerate(uses):
            rows.append(a_row(account, 10 * number + again, 0, "Hello", participant_id=customer))
            rows.append(a_row(account, 10 * number + again, 1, text, participant_id=agent))
    warehouse = adapters.warehouse(account, rows)

    def said(min_agents: int, min_customers: int) -> set[str]:
        until = NOW + timedelta(days=30)
        people = {"min_agents": min_agents, "min_customers": min_customers}
        found = warehouse.replies(until=until, before=until, **people, most=10)
        return {reply.text for reply in found}

    assert said(1, 1) == {"two agents", "two customers", "both"}
    assert said(2, 1) == {"two agents", "both"}
    assert said(1, 2) == {"two customers", "both"}
    assert said(2, 2) == {"both"}
    assert said(3, 2) == set()
