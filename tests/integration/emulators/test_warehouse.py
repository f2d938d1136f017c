"""Messages of the warehouse topics become rows, whatever is down meanwhile."""

from __future__ import annotations

import json
import time

import pytest
from google.cloud import pubsub_v1
from google.cloud.bigquery import SchemaField, Table
from tests.waiting import until

from earpiece_emulators.pubsub_setup import PubSub
from earpiece_emulators.runtime import Runtime
from earpiece_emulators.tables import DATASET, connect, create_tables, table_columns
from earpiece_emulators.topology import Subscription

TOPIC, SUBSCRIPTION = "warehouse-messages", "warehouse-messages.bigquery"


@pytest.fixture(scope="module")
def runtime(tmp_path_factory):
    with Runtime(tmp_path_factory.mktemp("state"), ["warehouse"], ["pubsub", "bigquery"]) as running:
        yield running


@pytest.fixture
def publish(runtime, monkeypatch):
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", runtime.address("pubsub"))
    publisher = pubsub_v1.PublisherClient()
    topic = f"projects/{runtime.cloud.project}/topics/{TOPIC}"

    def send(*rows):
        for future in [publisher.publish(topic, _data(row)) for row in rows]:
            future.result(10)

    return send


@pytest.fixture
def event_ids(runtime):
    client = connect(runtime.address("bigquery"), runtime.cloud.project)

    def read(prefix):
        query = f"SELECT event_id FROM earpiece_raw.messages WHERE STARTS_WITH(event_id, '{prefix}')"
        return sorted(row.event_id for row in client.query(query, timeout=60).result(timeout=60))

    return read


@pytest.fixture
def drained(runtime):
    pubsub = PubSub(runtime.address("pubsub"), runtime.cloud.project)
    yield lambda: pubsub.undelivered(SUBSCRIPTION) == 0
    pubsub.close()


@pytest.fixture
def refused(runtime):
    """What comes to the dead-letter topic from now on."""
    pubsub = PubSub(runtime.address("pubsub"), runtime.cloud.project)
    pubsub.create_subscription(Subscription("refused", "warehouse-rows.dead-letter"), None)
    yield lambda: pubsub.copy_undelivered("refused")
    pubsub.close()


def test_messages_become_rows_and_unknown_fields_are_dropped(publish, event_ids, drained):
    publish(*(_row(f"plain-{n:04}", unknown=n) for n in range(1200)))

    until(drained)

    assert event_ids("plain-") == [f"plain-{n:04}" for n in range(1200)]


def test_refused_rows_become_dead_letters_and_the_others_go_on(publish, event_ids, drained, refused, runtime):
    bad = [_row("bad-1", sequence="many"), _row("bad-2", occurred_at="yesterday"), _row("bad-3", text=5)]
    missing = _row("bad-4")
    del missing["account_id"]

    publish(_row("good-1"), *bad, missing, "not JSON", "[]", _row("good-2"))
    until(drained)

    assert event_ids("good-") == ["good-1", "good-2"]
    assert event_ids("bad-") == []
    until(lambda: len(refused()) == 6)
    assert {message.attributes["CloudPubSubDeadLetterSourceSubscription"] for message in refused()} == {SUBSCRIPTION}
    assert json.dumps(missing).encode() in [message.data for message in refused()]
    assert "account_id is required" in runtime.state.log("warehouse").read_text()


def test_a_table_kept_from_an_earlier_run_takes_the_rows_of_today(runtime):
    client = connect(runtime.address("bigquery"), runtime.cloud.project)
    name = f"{runtime.cloud.project}.{DATASET}.llm_usage"
    columns = table_columns()["llm_usage"]
    today = {column["name"]: "1" if column["type"] == "STRING" else None for column in columns}
    client.delete_table(name)
    earlier = [column for column in columns if column.get("mode") == "REQUIRED"]
    client.create_table(Table(name, schema=[SchemaField.from_api_repr(dict(column)) for column in earlier]))

    for _ in range(2):
        create_tables(runtime.address("bigquery"), runtime.cloud.project)

    required = {column["name"]: "2026-11-20T10:00:00Z" if column["type"] == "TIMESTAMP" else "1" for column in earlier}
    assert client.insert_rows_json(name, [today | required], retry=None, timeout=60) == []
    assert [row.usage_id for row in client.query(f"SELECT * FROM `{name}`", timeout=60).result(timeout=60)] == ["1"]


def test_rows_wait_while_bigquery_is_down(publish, event_ids, drained, runtime):
    runtime.halt("bigquery")
    publish(*(_row(f"late-{n}") for n in range(10)))
    until(lambda: "waits" in runtime.state.log("warehouse").read_text())

    runtime.resume("bigquery")
    until(drained, patience_s=60)

    assert sorted(set(event_ids("late-"))) == [f"late-{n}" for n in range(10)]


def test_rows_survive_a_kill_of_the_stand_in(publish, event_ids, drained, runtime):
    publish(*(_row(f"kill-{n:04}") for n in range(3000)))
    until(lambda: event_ids("kill-"))
    runtime.kill("warehouse")

    until(drained, patience_s=90)  # what it held comes again after the ack deadline

    assert sorted(set(event_ids("kill-"))) == [f"kill-{n:04}" for n in range(3000)]


def _data(row):
    return (row if isinstance(row, str) else json.dumps(row)).encode()


def _row(event_id, **more):
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    ids = {"event_id": event_id, "account_id": "acme", "conversation_id": "c", "message_id": "m", "platform": "custom"}
    times = {"occurred_at": now, "received_at": now, "written_at": now}
    said = {"kind": "message_added", "role": "agent", "visibility": "public", "text": "Hello", "sequence": 1}
    return ids | times | said | more
