"""What every adapter of Publisher promises."""

from __future__ import annotations

import time

import pytest
from tests.contract.adapter_sets import Adapters

from earpiece.domain.errors import Unavailable
from earpiece.ports.events import OutgoingMessage

TIMEOUT_S = 10.0


def told(messages: list[OutgoingMessage]) -> list[tuple[bytes, dict[str, str]]]:
    return sorted((message.data, dict(message.attributes)) for message in messages)


def test_what_is_published_arrives_with_its_bytes_and_attributes(adapters: Adapters):
    topic = adapters.topic()
    messages = [
        OutgoingMessage(b'{"text": "\xc3\xa9"}', {"account_id": "lumen", "kind": "message_added"}),
        OutgoingMessage(bytes(range(256)), {"naïve": "✓"}),
    ]

    adapters.publisher().publish(topic.name, messages, timeout_s=TIMEOUT_S)

    assert told(topic.read(2)) == told(messages)


def test_more_messages_than_one_request_may_hold_arrive_once_each(adapters: Adapters):
    topic = adapters.topic()
    messages = [OutgoingMessage(b"%d" % number) for number in range(2001)]

    adapters.publisher().publish(topic.name, messages, timeout_s=TIMEOUT_S)

    assert told(topic.read(2001)) == told(messages)


def test_more_bytes_than_one_request_may_hold_arrive(adapters: Adapters):
    topic = adapters.topic()
    messages = [OutgoingMessage(bytes([number]) * 1_500_000) for number in range(8)]

    adapters.publisher().publish(topic.name, messages, timeout_s=TIMEOUT_S)

    assert told(topic.read(8)) == told(messages)


def test_nothing_to_publish_is_published_at_once(adapters: Adapters):
    adapters.publisher().publish(adapters.topic().name, [], timeout_s=0.001)


def test_a_topic_that_is_not_there_is_unavailable(adapters: Adapters):
    with pytest.raises(Unavailable):
        adapters.publisher().publish("no-such-topic", [OutgoingMessage(b"x")], timeout_s=TIMEOUT_S)


def test_a_service_that_does_not_answer_is_waited_for_no_longer_than_was_said(adapters: Adapters):
    with adapters.unanswered() as publisher:
        began_s = time.monotonic()
        with pytest.raises(Unavailable):
            publisher.publish("conversation-event-received", [OutgoingMessage(b"x")], timeout_s=0.5)
        took_s = time.monotonic() - began_s

    assert 0.4 < took_s < 10  # left to itself, Google's client goes on for a minute
