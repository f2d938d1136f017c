"""`earpiece deadletters` on the emulators."""

from __future__ import annotations

import contextlib
import json
import secrets
from datetime import UTC, datetime

import pytest
from google.api_core.exceptions import AlreadyExists
from google.cloud import pubsub_v1

from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.firestore_dead_letters import FirestoreDeadLetters
from earpiece.cli.replay import replay
from earpiece.domain.accounts import Account
from earpiece.domain.dead_letters import DeadLetter, Origin, dead_letter_id
from earpiece.domain.deliveries import Delivery
from earpiece.domain.events import event_from_json, event_to_json
from earpiece.domain.ids import digest
from earpiece.domain.json_body import read_object
from earpiece.platforms import PLATFORMS
from earpiece.ports.events import DeadLetters

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.fixture
def dead_letters(console, account) -> DeadLetters:
    return FirestoreDeadLetters(account, FirestoreClients(console.environment["PROJECT_ID"]).of(account))


@pytest.fixture
def published(console):
    """Takes from conversation-event-received what is published from now on, at least as many messages as asked."""
    with taken_from("conversation-event-received", console) as take:
        yield take


@contextlib.contextmanager
def taken_from(topic_name, console):
    project = console.environment["PROJECT_ID"]
    topic = f"projects/{project}/topics/{topic_name}"
    name = f"projects/{project}/subscriptions/test-{secrets.token_hex(6)}"
    publisher, subscriber = pubsub_v1.PublisherClient(), pubsub_v1.SubscriberClient()
    with contextlib.suppress(AlreadyExists):
        publisher.create_topic(name=topic)
    subscriber.create_subscription(name=name, topic=topic)

    def take(at_least: int):
        found = []
        while len(found) < at_least:
            pulled = subscriber.pull(subscription=name, max_messages=100, timeout=20).received_messages
            subscriber.acknowledge(subscription=name, ack_ids=[one.ack_id for one in pulled])
            found += [one.message for one in pulled]
        return found

    yield take
    subscriber.delete_subscription(subscription=name)
    subscriber.close()


def a_delivery_body(text="Hello é", **message) -> bytes:
    told = {"id": "m-1", "role": "customer", "text": text, **message}
    body = {"type": "message.created", "timestamp": "2026-11-20T10:00:00Z"}
    return json.dumps({**body, "data": {"conversation": {"id": "c-1"}, "message": told}}).encode()


def a_dead_letter(payload: bytes, origin=Origin.DELIVERY, **attributes) -> DeadLetter:
    told = {"platform": "custom", "content-type": "application/json"} if origin is Origin.DELIVERY else attributes
    return DeadLetter(
        dead_letter_id(origin, digest("x", payload.hex())), origin, "invalid-input", payload, told, AT, AT
    )


def test_dead_letters_are_listed_with_what_a_person_needs_to_judge_them(console, account, dead_letters):
    dead_letter = a_dead_letter(b"{")
    dead_letters.record(dead_letter)
    dead_letters.record(dead_letter)

    listed = console.data("deadletters", "list", "--account", account.account_id)
    table = console.run("deadletters", "list", "--account", account.account_id).stdout

    assert [(one["id"], one["origin"], one["reason"], one["attempts"]) for one in listed] == [
        (dead_letter.dead_letter_id, "delivery", "invalid-input", 2)
    ]
    assert listed[0]["first_attempt_at"] == "2026-11-20T10:00:00.000000Z"
    assert listed[0]["account"] == account.account_id
    assert dead_letter.dead_letter_id in table


@pytest.mark.parametrize(
    ("body", "topic", "outcome"),
    [
        ({"account_id": "{own}", "event_id": "e-1"}, "warehouse-messages", "replayed"),
        ({"account_id": "another", "event_id": "e-1"}, "warehouse-messages", "failed again"),
        ({"account_id": "{own}", "event_id": "e-1"}, "model-trained", "failed again"),
    ],
)
def test_a_row_that_bigquery_refused_goes_to_its_topic_again_and_once(
    console, account, dead_letters, body, topic, outcome
):
    payload = json.dumps(body).replace("{own}", account.account_id).encode()
    row = a_dead_letter(payload, Origin.WAREHOUSE_ROW, account_id=account.account_id, topic=topic)
    dead_letters.record(row)

    with taken_from(topic, console) as take:
        told = [
            json.loads(console.run("deadletters", "replay", row.dead_letter_id, "--format", "json").stdout)
            for _ in range(2)
        ]
        assert [rows[0]["outcome"] for rows in told] == [
            outcome,
            "replayed before" if outcome == "replayed" else outcome,
        ]
        if outcome == "replayed":
            assert [message.data for message in take(1)] == [payload]


def test_a_dead_letter_is_shown_with_its_payload_as_text(console, dead_letters):
    dead_letter = a_dead_letter('{"text": "é"'.encode() + b"\xff")
    dead_letters.record(dead_letter)

    shown = console.data("deadletters", "show", dead_letter.dead_letter_id)

    assert shown["payload"] == '{"text": "é"\\xff'


def test_a_delivery_that_can_be_read_today_is_published_and_a_second_replay_changes_nothing(
    console, account, dead_letters, published
):
    dead_letter = a_dead_letter(a_delivery_body())
    dead_letters.record(dead_letter)

    first = console.data("deadletters", "replay", dead_letter.dead_letter_id)
    second = console.data("deadletters", "replay", dead_letter.dead_letter_id)

    assert [one["outcome"] for one in first] == ["replayed"]
    assert [one["outcome"] for one in second] == ["replayed before"]
    [message] = [one for one in published(1) if one.attributes["account_id"] == account.account_id]
    event = event_from_json(read_object(message.data))
    assert (event.message.text, event.received_at) == ("Hello é", AT)
    assert console.data("deadletters", "list", "--account", account.account_id) == []
    assert console.data("deadletters", "replay", "--all", "--account", account.account_id) == []


def test_a_delivery_that_fails_again_stays_open_with_one_more_attempt(console, account, dead_letters):
    dead_letter = a_dead_letter(a_delivery_body(id="line\nbreak"))
    dead_letters.record(dead_letter)

    result = console.run("deadletters", "replay", dead_letter.dead_letter_id)

    assert result.exit_code == 1
    assert "failed again" in result.stdout
    [listed] = console.data("deadletters", "list", "--account", account.account_id)
    assert (listed["attempts"], listed["reason"]) == (2, "invalid-id")


def test_a_rehearsal_says_what_would_happen_and_does_nothing(console, account, dead_letters):
    good, bad = a_dead_letter(a_delivery_body()), a_dead_letter(b"[]")
    dead_letters.record(good)
    dead_letters.record(bad)

    result = console.run("deadletters", "replay", "--all", "--dry-run", "--account", account.account_id)

    assert "would replay" in result.stdout
    assert "would fail" in result.stdout
    assert [one["attempts"] for one in console.data("deadletters", "list", "--account", account.account_id)] == [1, 1]


def an_event(account: Account) -> bytes:
    delivery = Delivery("custom", {}, a_delivery_body(), AT)
    return json.dumps(event_to_json(PLATFORMS["custom"].normalise(delivery, account.account_id).events[0])).encode()


def test_an_event_is_published_again_byte_for_byte_with_its_attributes(console, account, dead_letters, published):
    payload = an_event(account)
    dead_letters.record(a_dead_letter(payload, Origin.EVENT, account_id=account.account_id, kind="message_added"))

    console.data("deadletters", "replay", "--all", "--account", account.account_id)

    [message] = [one for one in published(1) if one.attributes["account_id"] == account.account_id]
    assert (message.data, message.attributes["kind"]) == (payload, "message_added")


def test_a_dead_letter_that_failed_again_while_it_was_replayed_stays_open(account, dead_letters):
    dead_letter = a_dead_letter(an_event(account), Origin.EVENT, account_id=account.account_id)
    dead_letters.record(dead_letter)

    class FailsAtOnce:
        def publish(self, topic, messages, *, timeout_s):
            dead_letters.record(dead_letter)

    replay(dead_letter, account, dead_letters=dead_letters, publisher=FailsAtOnce(), now=AT)

    assert [one.attempts for one in dead_letters.all()] == [2]


def test_an_event_of_another_account_is_never_published(console, account, dead_letters):
    foreign = an_event(Account("another"))
    dead_letters.record(a_dead_letter(foreign, Origin.EVENT, account_id=account.account_id))

    result = console.run("deadletters", "replay", "--all", "--account", account.account_id)

    assert "account-mismatch" in result.stdout
    assert result.exit_code == 1


def test_what_is_not_there_is_said_in_one_sentence(console):
    result = console.run("deadletters", "show", "0" * 32)

    assert "there is no dead letter" in str(result.exception)
