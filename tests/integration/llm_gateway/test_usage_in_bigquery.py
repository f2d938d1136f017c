"""Usage records on their way to BigQuery, through Pub/Sub and the stand-in of its BigQuery subscriptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.integration.llm_gateway.place import PRICE, Caller, Instance, Place, a_caller, a_provider
from tests.integration.llm_gateway.test_failover import a_chat
from tests.waiting import until

from earpiece.adapters.bigquery_views import ensure_views
from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.keyfile_secrets import KeyFileSecrets
from earpiece_emulators.model_provider import running_provider
from earpiece_emulators.runtime import Runtime
from earpiece_emulators.tables import connect

STORES = ("firestore", "pubsub", "bigquery")


@pytest.fixture(scope="module")
def runtime(tmp_path_factory) -> Iterator[Runtime]:
    with Runtime(tmp_path_factory.mktemp("state"), ["llm_gateway", "warehouse"], STORES) as running:
        yield running


@pytest.fixture(scope="module")
def here(runtime) -> Iterator[Place]:
    """The runtime's gateway, as the system starts it."""
    with pytest.MonkeyPatch.context() as patch, running_provider() as (providers, url):
        environment = runtime.environment()
        for name, value in environment.items():
            patch.setenv(name, value)
        clients, secrets = FirestoreClients(environment["PROJECT_ID"]), KeyFileSecrets(environment["SECRETS_KEY_FILE"])
        gateway = Instance(runtime.address("llm_gateway"), None, runtime.state.log("llm_gateway"))
        yield Place(environment, clients, secrets, gateway, providers, url)


def rows_of(runtime: Runtime, one: Caller) -> list[dict[str, Any]]:
    client = connect(runtime.address("bigquery"), runtime.cloud.project)
    view = f"`{client.project}.account_{one.account.account_id}.llm_usage_current`"
    return [dict(row) for row in client.query(f"SELECT * FROM {view}", timeout=20).result(timeout=20)]


def an_account(runtime: Runtime, here: Place) -> Caller:
    one = a_caller(here, a_provider(), prices=[{**PRICE, "model": "small"}])
    client = connect(runtime.address("bigquery"), runtime.cloud.project)
    ensure_views(client, one.account)
    return one


def test_each_call_is_in_the_accounts_view_once_though_its_row_is_there_twice(runtime, here):
    one, other = an_account(runtime, here), an_account(runtime, here)
    assert one.post(a_chat()).status_code == 200
    assert one.post(a_chat(stream=True)).status_code == 200
    assert other.post(a_chat()).status_code == 200

    rows = until(lambda: len(found := rows_of(runtime, one)) == 2 and found, 30, "the rows did not come")
    raw = f"`{runtime.cloud.project}.earpiece_raw.llm_usage`"
    client = connect(runtime.address("bigquery"), runtime.cloud.project)
    client.query(f"INSERT INTO {raw} SELECT * FROM {raw}", timeout=20).result(timeout=20)

    again = rows_of(runtime, one)
    assert sorted(row["usage_id"] for row in again) == sorted(row["usage_id"] for row in rows)
    assert {row["account_id"] for row in again} == {one.account.account_id}
    assert sorted(row["is_stream"] for row in again) == [False, True]
    assert all(row["cost_usd"] > 0 and row["output_tokens"] == 4 for row in again)


def test_while_pubsub_is_away_calls_are_answered_and_their_records_come_later(runtime, here):
    one = an_account(runtime, here)
    assert one.post(a_chat()).status_code == 200
    until(lambda: len(rows_of(runtime, one)) == 1, 30)

    runtime.halt("pubsub")
    answers = [one.post(a_chat()) for _ in range(5)]
    runtime.resume("pubsub")

    assert {answer.status_code for answer in answers} == {200}
    assert max(answer.elapsed.total_seconds() for answer in answers) < 1
    until(lambda: len(rows_of(runtime, one)) == 6, 60, "the records did not come")
