"""What every adapter of Conversations promises."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.contract.adapter_sets import Adapters

from earpiece.domain.accounts import Account
from earpiece.domain.conversations import ToldSoFar, fold
from earpiece.domain.events import ConversationEvent, EventKind, MessageContent, Participant, Role

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def events(account: Account, count: int) -> list[ConversationEvent]:
    return [
        ConversationEvent(
            event_id=f"e-{number}",
            account_id=account.account_id,
            platform="custom",
            conversation_id="c" * 32,
            platform_conversation_id="c-1",
            kind=EventKind.MESSAGE_ADDED,
            occurred_at=NOW + timedelta(milliseconds=number // 2),
            received_at=NOW,
            sequence=number,
            participant=Participant(f"p-{number % 3}", Role.CUSTOMER, name=f"Name {number % 3}"),
            message=MessageContent(f"m-{number}", f"text {number}"),
        )
        for number in range(count)
    ]


def test_an_event_is_kept_once_and_its_first_body_stands(adapters: Adapters, account: Account):
    conversations = adapters.conversations(account)
    (event,) = events(account, 1)

    assert [conversations.append(event) for _ in range(3)] == [True, False, False]
    assert not conversations.append(replace(event, message=MessageContent("m-0", "other"), body_hash="x"))

    found = conversations.find(event.conversation_id)
    assert found == fold([event])


def test_the_accounts_window_says_whether_a_customers_message_opens_a_conversation_again(
    adapters: Adapters, account: Account
):
    message, *_ = events(account, 1)
    ended = replace(
        message, event_id="ended", kind=EventKind.ENDED, occurred_at=NOW - timedelta(minutes=1), message=None
    )
    for event in (message, ended):
        adapters.conversations(account).append(event)

    patient = replace(account, reopen_within_s=60)
    found = [adapters.conversations(one).find(message.conversation_id) for one in (account, patient, account)]

    assert [one.status for one in found if one] == ["ended", "open", "ended"]


def test_eight_writers_with_the_same_events_in_any_order_make_one_conversation(adapters: Adapters, account: Account):
    told = events(account, 50)

    def write(seed: int) -> int:
        shuffled = told[:]
        random.Random(seed).shuffle(shuffled)
        return sum(adapters.conversations(account).append(event) for event in shuffled)

    with ThreadPoolExecutor(8) as pool:
        new = sum(pool.map(write, range(8)))

    assert new == len(told)
    found = adapters.conversations(account).find("c" * 32)
    assert found == fold(told)
    assert found.event_count == len(told)
    assert {one.name for one in adapters.conversations(account).told("c" * 32).participants} == {
        "Name 0",
        "Name 1",
        "Name 2",
    }


def test_a_reader_that_knows_a_conversation_learns_of_late_events(adapters: Adapters, account: Account):
    told = events(account, 6)
    conversations = adapters.conversations(account)
    assert conversations.find("c" * 32) is None

    for count, late in enumerate(reversed(told), start=1):  # each is older than all before it
        adapters.conversations(account).append(late)
        assert conversations.find("c" * 32) == fold(told[len(told) - count :])


def test_who_was_named_before_an_event_was_kept_is_known_to_whoever_kept_it(adapters: Adapters, account: Account):
    """Two threads in each of three processes, each event with a name of its own, and some told twice."""
    told = [
        replace(event, participant=Participant(f"p-{number}", Role.CUSTOMER, name=f"Name {number}"))
        for number, event in enumerate(events(account, 48))
    ]
    processes = [adapters.conversations(account) for _ in range(3)]
    kept: set[str] = set()

    def missing(worker: int) -> set[str]:
        own = processes[worker % 3]
        for event in (*told[worker::6], *told[(worker + 1) % 6 :: 6]):
            before = set(kept)
            own.append(event)
            known = {str(one.name) for one in own.told("c" * 32).participants}
            if lost := {*before, str(event.participant and event.participant.name)} - known:
                return lost
            kept.add(str(event.participant and event.participant.name))
        return set()

    with ThreadPoolExecutor(6) as pool:
        assert [lost for lost in pool.map(missing, range(6)) if lost] == []
    assert len(kept) == 48


def test_that_a_conversation_has_ended_is_known_to_whoever_keeps_a_later_event(adapters: Adapters, account: Account):
    one, other = adapters.conversations(account), adapters.conversations(account)
    first, second = events(account, 2)
    one.append(first)
    assert not one.told("c" * 32).has_ended

    other.append(replace(first, event_id="ended", kind=EventKind.ENDED, message=None))
    one.append(second)

    assert one.told("c" * 32).has_ended
    assert other.told("c" * 32).has_ended


def test_a_conversation_that_nobody_told_of_has_nobody_in_it(adapters: Adapters, account: Account):
    assert adapters.conversations(account).told("c" * 32) == ToldSoFar()
