"""How fast conversation_writer drains a backlog, and what an event costs: `pytest tests/bench/test_writer.py -s`.

The backlog is published while the subscription pushes to nobody, then let loose. Operations are counted in this
process, by wrapping the calls of Google's own clients while the unit's app takes pushes (`counting`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from conversation_writer.app import create_app
from conversation_writer.deps import connect
from conversation_writer.settings import Settings
from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry
from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.pubsub_publisher import PubsubPublisher
from earpiece.domain.accounts import Account
from earpiece.domain.events import MESSAGE_KINDS
from earpiece_emulators.pubsub_setup import PubSub, endpoints
from earpiece_emulators.runtime import Runtime
from earpiece_emulators.tables import connect as connect_bigquery

from asked import pushed  # isort: skip
from counting import counted  # isort: skip
from processes_cpu import cpu_seconds  # isort: skip
from results import tell  # isort: skip
from told import events, messages  # isort: skip

BACKLOG = int(os.environ.get("EARPIECE_BENCH_EVENTS", "5000"))
COUNTED = 400
TOPIC = "conversation-event-received"
PARTS = ("conversation_writer", "firestore", "pubsub", "warehouse", "bigquery")
PATIENCE_S = 600


def test_the_writer_drains_a_backlog(tmp_path: Path):
    stores = ["firestore", "pubsub", "bigquery"]
    with Runtime(tmp_path / "run", units=["conversation_writer", "warehouse"], stores=stores) as runtime:
        os.environ.update(runtime.environment())
        _create_account(runtime, "bench")
        _drain(runtime, "bench", 300)  # warms both Javas up
        _create_account(runtime, "backlog")
        before = cpu_seconds(runtime, PARTS)
        firestore_s, bigquery_s = _drain(runtime, "backlog", BACKLOG)
        spent = {name: after - before[name] for name, after in cpu_seconds(runtime, PARTS).items()}
        tell(
            "writer backlog",
            [{"events": BACKLOG, "in_firestore_per_s": BACKLOG / firestore_s, "in_both_per_s": BACKLOG / bigquery_s}],
        )
        tell("writer processor time an event, ms", [{name: 1000 * s / BACKLOG for name, s in spent.items()}])
        tell("writer operations", [_operations(runtime)])


def _drain(runtime: Runtime, account_id: str, count: int) -> tuple[float, float]:
    """Seconds until all events are in Firestore, and until all rows are in BigQuery."""
    pubsub = PubSub(runtime.address("pubsub"), runtime.cloud.project)
    subscription, endpoint = next(pair for pair in endpoints(runtime.plan.takers()) if pair[0].topic == TOPIC)
    told = events(account_id, count)
    rows = sum(event.kind in MESSAGE_KINDS for event in told)
    pubsub.create_subscription(subscription, None)
    publisher = PubsubPublisher(runtime.cloud.project)
    for first in range(0, count, 500):
        publisher.publish(TOPIC, messages(told[first : first + 500]), timeout_s=30)

    began = time.perf_counter()
    pubsub.create_subscription(subscription, endpoint)
    _wait(lambda: _stored(runtime, account_id) >= count)
    firestore_s = time.perf_counter() - began
    _wait(lambda: _row_count(runtime, account_id) >= rows)
    pubsub.close()
    return firestore_s, time.perf_counter() - began


def _operations(runtime: Runtime) -> dict[str, float]:
    """What an event costs, and a message event in particular, when they come in their order."""
    settings = Settings.model_validate({**os.environ, "LOG_LEVEL": "ERROR"})
    _create_account(runtime, "counted")
    told = events("counted", COUNTED)
    message_count = sum(event.kind in MESSAGE_KINDS for event in told)
    with counted() as counts:  # around the making of the clients, which look their calls up
        client = create_app(settings, connect(settings)).test_client()
        assert client.get("/readyz").status_code == 200
        counts.clear()
        for number, message in enumerate(messages(told)):
            body = pushed(message.data, message.attributes, number)
            assert client.post("/events", data=body, content_type="application/json").status_code == 204
    kinds = ("writes", "reads", "queries", "publishes")
    return {
        "events": COUNTED,
        "messages": message_count,
        **{f"{kind}_per_event": counts[kind] / COUNTED for kind in kinds},
        "rows_per_message": _row_count(runtime, "backlog") / _message_count("backlog"),
    }


def _message_count(account_id: str) -> int:
    return sum(event.kind in MESSAGE_KINDS for event in events(account_id, BACKLOG))


def _create_account(runtime: Runtime, account_id: str) -> None:
    registry = FirestoreClients(runtime.cloud.project).registry()
    FirestoreAccountRegistry(registry, lambda: datetime.now(UTC)).create(Account(account_id))


def _stored(runtime: Runtime, account_id: str) -> int:
    """How many events the conversations of an account say they hold."""
    client = FirestoreClients(runtime.cloud.project).registry()
    found = client.collection("accounts", account_id, "conversations").sum("event_count").get()
    return int(found[0][0].value)


def _row_count(runtime: Runtime, account_id: str) -> int:
    client = connect_bigquery(runtime.environment()["BIGQUERY_EMULATOR_HOST"], runtime.cloud.project)
    counted_rows = "SELECT COUNT(*) FROM `earpiece_raw.messages` WHERE account_id = @account"
    from google.cloud.bigquery import QueryJobConfig, ScalarQueryParameter

    asked = QueryJobConfig(query_parameters=[ScalarQueryParameter("account", "STRING", account_id)])
    (row,) = client.query_and_wait(counted_rows, job_config=asked)
    return int(row[0])


def _wait(is_so: Callable[[], bool]) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until_s, "it did not drain"
        time.sleep(0.5)
