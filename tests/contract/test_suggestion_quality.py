"""What suggestions were worth, as the account's view adds it up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.real_project import an_account_id

from earpiece.adapters.bigquery_client import RAW_DATASET, bigquery_client
from earpiece.adapters.bigquery_views import _add_columns, ensure_raw, ensure_views
from earpiece.domain.accounts import Account

AT = "2026-11-20T10:00:00Z"
Quality = Callable[..., dict[str | None, dict[str, Any]]]


@pytest.fixture(scope="module")
def client(stores: Any) -> Any:
    stores.need("bigquery")
    made = bigquery_client(stores.cloud.project)
    ensure_raw(made, "europe-west4")
    return made


@pytest.fixture
def account(client: Any) -> Account:
    made = Account(an_account_id())
    ensure_views(client, made)
    return made


def quality(client: Any, account: Account, *rows: dict[str, Any], whose: str | None = None) -> dict[Any, Any]:
    """The view's rows by model version, once these events have come."""
    told = [
        {
            "event_id": f"{account.account_id}-{number}",
            "account_id": whose or account.account_id,
            "conversation_id": "c",
            "agent_id": "a",
            "occurred_at": AT,
            "received_at": AT,
            "augmentation_types": [],
            **row,
        }
        for number, row in enumerate(rows)
    ]
    if told:
        assert client.insert_rows_json(f"{client.project}.{RAW_DATASET}.suggestion_events", told, timeout=60) == []
    view = f"`{client.project}.account_{account.account_id}.suggestion_quality`"
    found = client.query(f"SELECT * FROM {view}", timeout=60).result(timeout=60)
    return {row["model_version"]: dict(row.items()) for row in found}


def of_set(kind: str, set_id: str, version: str | None = "v1", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "set_id": set_id, "model_version": version, **more}


def a_message(saved: int, characters: int, *types: str, **more: Any) -> dict[str, Any]:
    counted = {"saved_keystroke_count": saved, "sent_character_count": characters, "edit_count": 0}
    return {"kind": "sent", "model_version": "v1", **counted, "augmentation_types": list(types), **more}


def test_rates_are_of_what_was_shown_and_sent_and_keys_saved_are_net(client: Any, account: Account):
    found = quality(
        client,
        account,
        of_set("shown", "s-1"),
        of_set("accepted", "s-1", suggestion_id="x"),
        of_set("accepted", "s-1", suggestion_id="y"),
        of_set("shown", "s-2"),
        of_set("ignored", "s-2"),
        of_set("shown", "s-3"),
        of_set("copied", "s-3"),
        of_set("shown", "s-4"),
        of_set("dismissed", "s-4"),
        of_set("accepted", "s-never-shown"),
        of_set("rated", "s-1", rating="up"),
        a_message(40, 50, "AUTOSUGGEST", set_id="s-1"),
        a_message(-10, 30, "FREEHAND", "GLOBAL_INSERT", set_id="s-3", edit_count=4),
        a_message(0, 20, "FREEHAND"),
        a_message(6, 20, "FREEHAND", "PHRASE_AUTOCOMPLETE", presented_completion_count=2),
    )["v1"]

    assert (found["shown_set_count"], found["used_set_count"], found["acceptance_rate"]) == (4, 2, 0.5)
    assert (found["sent_message_count"], found["sent_after_shown_count"], found["shown_rate"]) == (4, 3, 0.75)
    assert (found["helped_message_count"], found["unedited_message_count"]) == (3, 2)
    assert found["sent_unedited_rate"] == pytest.approx(2 / 3)
    assert (found["saved_keystroke_count"], found["sent_character_count"]) == (36, 120)
    assert found["saved_keystroke_share"] == pytest.approx(0.3)


def test_what_a_widget_sent_twice_counts_once_and_each_model_by_itself(client: Any, account: Account):
    again = a_message(40, 50, "AUTOSUGGEST", event_id="same")

    found = quality(client, account, again, again, of_set("shown", "s-2", "v2"), of_set("shown", "s-3", None))

    assert (found["v1"]["sent_message_count"], found["v1"]["saved_keystroke_count"]) == (1, 40)
    assert {version: one["shown_set_count"] for version, one in found.items()} == {"v1": 0, "v2": 1, None: 1}


def test_of_nothing_there_is_no_rate_and_no_error(client: Any, account: Account):
    assert quality(client, account) == {}

    (found,) = quality(client, account, a_message(0, 0)).values()

    assert found["shown_rate"] == 0
    assert (found["acceptance_rate"], found["sent_unedited_rate"], found["saved_keystroke_share"]) == (None, None, None)


def test_another_accounts_agents_do_not_count(client: Any, account: Account):
    assert quality(client, account, of_set("shown", "s-1"), whose="another") == {}


def test_a_table_from_before_gets_the_columns_that_it_has_not(client: Any):
    from google.cloud.bigquery import Dataset, SchemaField, Table

    dataset = client.create_dataset(Dataset(f"{client.project}.{an_account_id()}"), timeout=60)
    old, new = SchemaField("event_id", "STRING", "REQUIRED"), SchemaField("rating", "STRING")
    name = f"{client.project}.{dataset.dataset_id}.events"
    table = client.create_table(Table(name, schema=[old]), timeout=60)

    for _ in range(2):
        _add_columns(client, client.get_table(table, timeout=60), [old, new])

    assert [column.name for column in client.get_table(table, timeout=60).schema] == ["event_id", "rating"]
    client.delete_dataset(dataset, delete_contents=True, timeout=60)
