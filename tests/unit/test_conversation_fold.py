"""The fold: whatever order and however often events arrive, the conversation is the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earpiece.domain.conversations import Conversation, ConversationStatus, fold
from earpiece.domain.events import (
    ConversationEvent,
    EventKind,
    MessageContent,
    Participant,
    Role,
    event_from_json,
    event_id,
    event_to_json,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANA = Participant("cust-1", Role.CUSTOMER, name="Ana")
SAM = Participant("agent-1", Role.AGENT, name="Sam")
KIM = Participant("agent-2", Role.AGENT)


def an_event(
    kind: EventKind,
    *,
    at_ms: int = 0,
    message_id: str | None = None,
    text: str = "",
    participant: Participant | None = ANA,
    sequence: int | None = None,
) -> ConversationEvent:
    occurred_at = NOON + timedelta(milliseconds=at_ms)
    return ConversationEvent(
        event_id=event_id("lumen", "custom", "c-1", kind, message_id or "", f"{occurred_at}{text}"),
        account_id="lumen",
        platform="custom",
        conversation_id="c" * 32,
        platform_conversation_id="c-1",
        kind=kind,
        occurred_at=occurred_at,
        received_at=NOON + timedelta(hours=1),
        sequence=sequence,
        participant=participant,
        message=MessageContent(message_id, text) if message_id else None,
        body_hash=f"{text}{participant}{sequence}",
    )


events = st.builds(
    an_event,
    st.sampled_from(EventKind),
    at_ms=st.integers(0, 3),  # few instants, so that many events share one
    message_id=st.sampled_from(["m-1", "m-2", "m-3"]),
    text=st.sampled_from(["", "Hello", "Bye"]),
    participant=st.sampled_from([ANA, SAM, KIM, None]),
    sequence=st.none() | st.integers(0, 2),
)


@given(st.lists(events, min_size=1, max_size=12), st.randoms(), st.integers(0, 3))
def test_any_order_and_any_repetition_make_the_same_conversation(told, random, window_ms):
    shuffled = told + [random.choice(told) for _ in range(5)]
    random.shuffle(shuffled)
    window = timedelta(milliseconds=window_ms)

    assert fold(shuffled, window) == fold(told, window)


def test_every_permutation_of_a_short_conversation_ends_in_the_same_state():
    story = [
        an_event(EventKind.STARTED),
        an_event(EventKind.MESSAGE_ADDED, at_ms=1, message_id="m-1", text="Hi"),
        an_event(EventKind.MESSAGE_ADDED, at_ms=2, message_id="m-2", text="Hello", participant=SAM),
        an_event(EventKind.TRANSFERRED, at_ms=3, participant=KIM),
        an_event(EventKind.ENDED, at_ms=4, participant=None),
    ]

    states = {fold(order) for order in permutations(story)}

    assert len(states) == 1
    (state,) = states
    assert [message.text for message in state.messages] == ["Hi", "Hello"]
    assert (state.status, state.agent_id) == (ConversationStatus.ENDED, "agent-2")


def test_two_messages_of_the_same_millisecond_both_survive_in_their_sequence():
    state = fold(
        [
            an_event(EventKind.MESSAGE_ADDED, at_ms=5, message_id="m-2", text="second", sequence=2),
            an_event(EventKind.MESSAGE_ADDED, at_ms=5, message_id="m-1", text="first", sequence=1),
        ]
    )

    assert [message.text for message in state.messages] == ["first", "second"]


def test_a_message_before_the_start_makes_a_placeholder_that_the_start_fills():
    message = an_event(EventKind.MESSAGE_ADDED, at_ms=1, message_id="m-1", text="Hi")

    assert not fold([message]).has_started
    assert fold([message, an_event(EventKind.STARTED)]).started_at == NOON


def test_a_message_after_the_end_is_kept_and_only_a_reopening_opens_a_new_segment():
    ended = [an_event(EventKind.ENDED, at_ms=1), an_event(EventKind.MESSAGE_ADDED, at_ms=2, message_id="m-1", text="?")]

    assert (fold(ended).status, fold(ended).message_count) == (ConversationStatus.ENDED, 1)
    reopened = fold([*ended, an_event(EventKind.REOPENED, at_ms=3)])
    assert (reopened.status, reopened.segment_count, reopened.ended_at) == (ConversationStatus.OPEN, 2, None)


@pytest.mark.parametrize(
    ("at_ms", "participant", "is_open"), [(5, ANA, True), (6, ANA, True), (7, ANA, False), (5, SAM, False)]
)
def test_a_customers_message_inside_the_window_opens_a_new_segment_once(at_ms, participant, is_open):
    ended = an_event(EventKind.ENDED, at_ms=1)
    message = an_event(EventKind.MESSAGE_ADDED, at_ms=at_ms, message_id="m-1", text="?", participant=participant)
    state = fold([ended, message], timedelta(milliseconds=5))

    assert (state.status is ConversationStatus.OPEN, state.segment_count) == (is_open, 2 if is_open else 1)
    told_too = fold([ended, message, an_event(EventKind.REOPENED, at_ms=8)], timedelta(milliseconds=5))
    assert (told_too.status, told_too.segment_count) == (ConversationStatus.OPEN, 2)


def test_a_removal_wins_even_when_it_comes_before_the_message_and_an_edit_after_it():
    state = fold(
        [
            an_event(EventKind.MESSAGE_REMOVED, at_ms=0, message_id="m-1"),
            an_event(EventKind.MESSAGE_ADDED, at_ms=1, message_id="m-1", text="secret"),
            an_event(EventKind.MESSAGE_EDITED, at_ms=2, message_id="m-1", text="still secret"),
        ]
    )

    assert [(message.text, message.is_removed) for message in state.messages] == [("", True)]
    assert state.turns() == ()


def test_the_latest_edit_stands_and_the_message_keeps_its_place():
    state = fold(
        [
            an_event(EventKind.MESSAGE_ADDED, at_ms=1, message_id="m-1", text="Helo"),
            an_event(EventKind.MESSAGE_ADDED, at_ms=2, message_id="m-2", text="There"),
            an_event(EventKind.MESSAGE_EDITED, at_ms=4, message_id="m-1", text="Hello!"),
            an_event(EventKind.MESSAGE_EDITED, at_ms=3, message_id="m-1", text="Hello"),
        ]
    )

    assert [message.text for message in state.messages] == ["Hello!", "There"]


def test_a_time_in_the_future_does_not_move_the_last_message_past_five_minutes_from_receipt():
    state = fold([an_event(EventKind.MESSAGE_ADDED, at_ms=1000 * 3600 * 24 * 365, message_id="m-1", text="Hi")])

    assert state.last_message_at == NOON + timedelta(hours=1, minutes=5)


@given(st.lists(events, min_size=1, max_size=5))
def test_an_event_survives_the_wire_and_the_store(told):
    assert [event_from_json(event_to_json(event)) for event in told] == told


def test_notes_bots_and_empty_messages_are_no_turns():
    bot = Participant("bot-1", Role.BOT)
    state: Conversation = fold(
        [
            an_event(EventKind.MESSAGE_ADDED, at_ms=1, message_id="m-1", text="Welcome", participant=bot),
            an_event(EventKind.MESSAGE_ADDED, at_ms=2, message_id="m-2", text="  "),
            an_event(EventKind.MESSAGE_ADDED, at_ms=3, message_id="m-3", text="Hi"),
        ]
    )

    assert [turn.text for turn in state.turns()] == ["Hi"]
