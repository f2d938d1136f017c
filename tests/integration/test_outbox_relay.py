"""The relay on real stores: oldest first over all databases, and nothing is removed that is not acknowledged."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from tests.real_project import an_account_id

from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry
from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.firestore_outbox import FirestoreOutbox, FirestoreOutboxes
from earpiece.domain.accounts import Account
from earpiece.domain.dead_letters import Origin
from earpiece.domain.errors import Unavailable
from earpiece.ports.events import OutgoingMessage, Waiting
from outbox_relay.app import create_app
from outbox_relay.deps import Deps, connect
from outbox_relay.settings import Settings

NOW = datetime(2026, 11, 20, tzinfo=UTC)
TOPIC = "conversation-event-received"


@dataclass
class Topics:
    """What was acknowledged, in order; after `most` of them Pub/Sub is away. There is no topic but TOPIC."""

    told: list[bytes] = field(default_factory=list)
    most: int = 1000

    def publish(self, topic: str, messages: Any, *, timeout_s: float) -> None:
        if topic != TOPIC or len(self.told) + len(messages) > self.most:
            raise Unavailable("Pub/Sub did not acknowledge in time")
        self.told += [message.data for message in messages]


@dataclass
class Relay:
    """The unit in a project of its own: its outboxes are nobody else's."""

    settings: Settings
    deps: Deps
    topics: Topics
    clients: FirestoreClients

    @property
    def client(self) -> FlaskClient:
        return create_app(self.settings, self.deps).test_client()

    def run(self) -> dict[str, Any]:
        answer = self.client.post("/")
        assert answer.status_code == 200
        return answer.json

    def account(self, database: str = "(default)") -> Account:
        registry = FirestoreAccountRegistry(self.clients.registry(), lambda: NOW)
        return registry.create(Account(an_account_id(), database=database))

    def keep(self, account: Account, second: int, topic: str = TOPIC) -> None:
        waiting = Waiting(f"w-{second}", topic, (OutgoingMessage(b"%d" % second),), NOW + timedelta(seconds=second))
        FirestoreOutbox(account, self.clients.of(account)).keep(waiting, timeout_s=5)

    def waiting(self) -> list[bytes]:
        return [message.data for waiting, _ in self.deps.outboxes.oldest(1000) for message in waiting.messages]


@pytest.fixture
def relay(stores: Any) -> Relay:
    stores.need("firestore", "pubsub")
    project = f"relay-{secrets.token_hex(4)}"
    settings = Settings.model_validate({"PROJECT_ID": project, "BATCH_SIZE": 3})
    topics = Topics()
    return Relay(settings, replace(connect(settings), publisher=topics), topics, FirestoreClients(project))


def a_refused_row(account_id: str, **more: str) -> dict[str, Any]:
    forwarded = {
        "CloudPubSubDeadLetterSourceSubscription": "warehouse-messages.bigquery",
        "CloudPubSubDeadLetterSourceDeliveryCount": "100",
        "CloudPubSubDeadLetterSourceTopicPublishTime": "2026-11-19T08:00:00.000001+00:00",
    }
    data = base64.b64encode(json.dumps({"account_id": account_id, "event_id": "e-1"}).encode()).decode()
    return {"message": {"data": data, "messageId": "1", "attributes": {"account_id": account_id, **forwarded, **more}}}


def test_a_row_that_bigquery_refused_is_a_dead_letter_of_its_account_once(relay: Relay):
    account = relay.account()

    for _ in range(2):
        assert relay.client.post("/refused-rows", json=a_refused_row(account.account_id)).status_code == 204

    (kept,) = relay.deps.dead_letters(account).all()
    assert (kept.origin, kept.reason, kept.attributes["topic"]) == (
        Origin.WAREHOUSE_ROW,
        "row-refused",
        "warehouse-messages",
    )
    assert json.loads(kept.payload) == {"account_id": account.account_id, "event_id": "e-1"}
    assert kept.first_attempt_at == datetime(2026, 11, 19, 8, 0, 0, 1, tzinfo=UTC)
    assert kept.attempts >= 100


def test_a_refused_row_of_no_account_of_ours_is_kept_too_and_what_is_no_push_is_refused(relay: Relay):
    assert relay.client.post("/refused-rows", json=a_refused_row("nobody-we-know")).status_code == 204
    assert [kept.attributes["account_id"] for kept in relay.deps.dead_letters(None).all()] == ["nobody-we-know"]

    answer = relay.client.post("/refused-rows", data=b"{")
    assert (answer.status_code, answer.json["type"]) == (400, "urn:earpiece:problem:malformed-body")


def test_what_waits_in_every_account_and_database_is_told_oldest_first(relay: Relay):
    owners = (relay.account(), relay.account(), relay.account("apart"))
    for second in (7, 3, 0, 6, 2, 4, 1, 5):
        relay.keep(owners[second % 3], second)

    assert relay.run() == {"published_count": 8, "is_empty": True}

    assert relay.topics.told == [b"%d" % second for second in range(8)]
    assert relay.waiting() == []
    assert relay.run() == {"published_count": 0, "is_empty": True}


def test_while_pubsub_is_away_the_rest_waits_and_goes_out_later_in_order(relay: Relay):
    account = relay.account()
    for second in range(5):
        relay.keep(account, second)
    relay.topics.most = 2

    assert relay.run() == {"published_count": 2, "is_empty": False}
    assert relay.waiting() == [b"2", b"3", b"4"]

    relay.topics.most = 1000
    assert relay.run() == {"published_count": 3, "is_empty": True}
    assert relay.topics.told == [b"0", b"1", b"2", b"3", b"4"]


def test_a_topic_that_is_not_there_holds_up_no_other(relay: Relay):
    account = relay.account()
    for second, topic in enumerate(["there-is-none", TOPIC, "there-is-none", TOPIC, TOPIC]):
        relay.keep(account, second, topic)

    assert relay.run() == {"published_count": 3, "is_empty": False}

    assert relay.topics.told == [b"1", b"3", b"4"]
    assert relay.waiting() == [b"0", b"2"]


def test_what_waits_behind_whole_batches_of_a_topic_that_takes_nothing_goes_out(relay: Relay):
    account = relay.account()
    for second in range(11):
        relay.keep(account, second, TOPIC if second in (7, 8, 10) else "there-is-none")

    assert relay.run() == {"published_count": 3, "is_empty": False}

    assert relay.topics.told == [b"7", b"8", b"10"]
    assert len(relay.waiting()) == 8


def test_what_was_told_and_not_removed_is_told_again_and_then_removed(relay: Relay):
    account = relay.account()
    relay.keep(account, 0)
    relay.keep(account, 1)

    class Killed(BaseException):
        """As a process ends."""

    def kill(point: str) -> None:
        assert point == "relay-after-publish"
        raise Killed

    whole = relay.deps
    relay.deps = replace(whole, reach=kill)
    with pytest.raises(Killed):
        relay.client.post("/")
    assert relay.waiting() == [b"0", b"1"]

    relay.deps = whole
    assert relay.run() == {"published_count": 2, "is_empty": True}
    assert relay.topics.told == [b"0", b"0", b"1"]


def test_two_runs_at_once_lose_nothing(relay: Relay):
    account = relay.account()
    for second in range(4):
        relay.keep(account, second)
    beside = replace(relay, topics=Topics())
    beside.deps = replace(relay.deps, publisher=beside.topics)

    # When the first has published one entry and not removed it yet, the second does all its work.
    relay.deps = replace(relay.deps, reach=lambda _: beside.run())
    relay.run()

    assert {*relay.topics.told, *beside.topics.told} == {b"0", b"1", b"2", b"3"}
    assert relay.waiting() == []


def test_a_run_ends_at_its_time_limit_and_says_that_something_waits(relay: Relay):
    account = relay.account()
    for second in range(8):
        relay.keep(account, second)
    seconds = iter((0.0, 1.0, 60.0))

    relay.deps = replace(relay.deps, monotonic_s=lambda: next(seconds))

    assert relay.run() == {"published_count": 3, "is_empty": False}
    assert len(relay.waiting()) == 5


def test_while_firestore_does_not_answer_the_scheduler_is_told_to_come_again(relay: Relay):
    class Away:
        def oldest(self, limit: int, *, after: datetime | None = None) -> Any:
            raise Unavailable("outbox: the store does not answer")

    relay.deps = replace(relay.deps, outboxes=Away())

    answer = relay.client.post("/")
    assert (answer.status_code, answer.json["type"]) == (503, "urn:earpiece:problem:unavailable")


def test_an_account_s_database_that_does_not_answer_holds_up_no_other_account(relay: Relay, monkeypatch):
    near, away, own = relay.account(), relay.account("away"), relay.account("apart")
    for second, account in enumerate((away, own, near)):
        relay.keep(account, second)
    with monkeypatch.context() as patch:
        patch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:9")  # nobody listens at the discard port
        clients = FirestoreClients(relay.settings.project_id)
        clients.database("away")
    whole_deps, relay.deps = relay.deps, replace(relay.deps, outboxes=FirestoreOutboxes(clients))

    answer = relay.client.post("/")

    assert relay.topics.told == [b"1", b"2"]
    assert (answer.status_code, answer.json["type"]) == (503, "urn:earpiece:problem:unavailable")
    relay.deps = whole_deps
    assert relay.waiting() == [b"0"]


def test_real_pubsub_has_it_before_it_is_removed(relay: Relay):
    from google.cloud import pubsub_v1

    path = f"projects/{relay.settings.project_id}/topics/{TOPIC}"
    subscription = f"projects/{relay.settings.project_id}/subscriptions/{TOPIC}"
    account = relay.account()
    relay.keep(account, 0)
    relay.deps = replace(relay.deps, publisher=connect(relay.settings).publisher)
    assert relay.run() == {"published_count": 0, "is_empty": False}  # there is no such topic yet
    assert relay.waiting() == [b"0"]

    pubsub_v1.PublisherClient().create_topic(name=path)
    subscriber = pubsub_v1.SubscriberClient()
    subscriber.create_subscription(name=subscription, topic=path)
    assert relay.run() == {"published_count": 1, "is_empty": True}
    pulled = subscriber.pull(subscription=subscription, max_messages=10, timeout=10).received_messages
    assert [one.message.data for one in pulled] == [b"0"]
