"""Raw tables for all accounts, and for each account a dataset of views that show its rows only."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from earpiece.adapters.bigquery_client import RAW_DATASET, TIMEOUT_S, sql, warehouse_errors
from earpiece.domain.accounts import Account

if TYPE_CHECKING:
    from google.cloud.bigquery import Client, SchemaField, Table

RAW_TABLES = ("messages", "suggestion_events", "llm_usage", "assistant_runs")
CLUSTERED_BY = ("account_id", "conversation_id")
VIEWS = ("messages_current", "conversations", "llm_usage_current", "suggestion_events_current", "suggestion_quality")
READ_RAW = ("messages_current", "llm_usage_current", "suggestion_events_current")  # the others read these


def ensure_raw(client: Client, location: str) -> None:
    """Create the raw dataset, its tables and their columns where they are missing: by day received, clustered by
    account.
    """
    from google.cloud.bigquery import Dataset, Table, TimePartitioning

    dataset = Dataset(f"{client.project}.{RAW_DATASET}")
    dataset.location = location
    with warehouse_errors():
        client.create_dataset(dataset, exists_ok=True, timeout=TIMEOUT_S)
        for name in RAW_TABLES:
            schema = _schema(name)
            table = Table(f"{client.project}.{RAW_DATASET}.{name}", schema=schema)
            table.time_partitioning = TimePartitioning(field="received_at")
            known = {column.name for column in schema}
            table.clustering_fields = [column for column in CLUSTERED_BY if column in known]
            _add_columns(client, client.create_table(table, exists_ok=True, timeout=TIMEOUT_S), schema)


def ensure_views(client: Client, account: Account) -> None:
    """Create the account's dataset and views where they are missing, and let the views read the raw tables."""
    from google.cloud.bigquery import Dataset, Table

    dataset = Dataset(f"{client.project}.account_{account.account_id}")
    dataset.location = account.region
    with warehouse_errors():
        client.create_dataset(dataset, exists_ok=True, timeout=TIMEOUT_S)
        for name in VIEWS:
            view = Table(f"{client.project}.{dataset.dataset_id}.{name}")
            view.view_query = sql(
                f"view_{name}", project=client.project, raw=RAW_DATASET, account_id=account.account_id
            )
            client.create_table(view, exists_ok=True, timeout=TIMEOUT_S)
        _authorize(client, [f"{dataset.dataset_id}.{name}" for name in READ_RAW])


def _add_columns(client: Client, table: Table, schema: Sequence[SchemaField]) -> None:
    """Those that an older version of the table has not; its rows have NULL there."""
    known = {column.name for column in table.schema}
    if new := [column for column in schema if column.name not in known]:
        table.schema = [*table.schema, *new]
        client.update_table(table, ["schema"], timeout=TIMEOUT_S)


def _authorize(client: Client, views: Sequence[str]) -> None:
    """Let all who may read the views read raw rows through them: cloud.google.com/bigquery/docs/authorized-views."""
    from google.cloud.bigquery import AccessEntry, TableReference

    raw = client.get_dataset(f"{client.project}.{RAW_DATASET}", timeout=TIMEOUT_S)
    known = [entry.entity_id for entry in raw.access_entries]
    wanted = [TableReference.from_string(f"{client.project}.{view}").to_api_repr() for view in views]
    if new := [AccessEntry(None, "view", reference) for reference in wanted if reference not in known]:
        raw.access_entries = [*raw.access_entries, *new]
        client.update_dataset(raw, ["access_entries"], timeout=TIMEOUT_S)


def _schema(table: str) -> list[SchemaField]:
    from google.cloud.bigquery import SchemaField

    listed = json.loads(files("earpiece.adapters").joinpath("schemas", f"{table}.json").read_text())
    return [SchemaField.from_api_repr(field) for field in listed]
