"""The raw tables of the warehouse, made from the schema files in the tree."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from earpiece_emulators.places import REPOSITORY

DATASET = "earpiece_raw"
_SCHEMAS = REPOSITORY / "shared" / "earpiece" / "adapters" / "schemas"
_PARTITIONED_BY = "received_at"
_CLUSTERED_BY = ("account_id", "conversation_id")

_SQL_TYPES = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}  # the API's names, and SQL's

Columns = Sequence[Mapping[str, Any]]  # BigQuery's JSON form: name, type, mode, description, fields


def table_columns() -> dict[str, Columns]:
    """The columns of each table."""
    return {file.stem: json.loads(file.read_bytes()) for file in sorted(_SCHEMAS.glob("*.json"))}


def connect(address: str, project: str) -> Any:
    """A BigQuery client of the stand-in at this address."""
    from google.api_core.client_options import ClientOptions
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    options = ClientOptions(api_endpoint=address)
    return bigquery.Client(project=project, credentials=AnonymousCredentials(), client_options=options)


def create_tables(address: str, project: str) -> None:
    """Make the dataset and its tables where they are not there yet."""
    from google.cloud import bigquery

    client = connect(address, project)
    client.create_dataset(DATASET, exists_ok=True, retry=None, timeout=30)
    for name, columns in table_columns().items():
        schema = [bigquery.SchemaField.from_api_repr(dict(column)) for column in columns]
        table = bigquery.Table(f"{project}.{DATASET}.{name}", schema=schema)
        names = {column["name"] for column in columns}
        if _PARTITIONED_BY in names:
            table.time_partitioning = bigquery.TimePartitioning(field=_PARTITIONED_BY)
        table.clustering_fields = [name for name in _CLUSTERED_BY if name in names] or None
        there = client.create_table(table, exists_ok=True, retry=None, timeout=30)
        _add_columns(client, there, schema)
    client.close()


def _add_columns(client: Any, table: Any, schema: Sequence[Any]) -> None:
    """What a table kept from an earlier run has not. The stand-in changes what it tells of a table by the API, and the
    table itself by SQL; BigQuery needs the former alone.
    """
    known = {column.name for column in table.schema}
    new = [column for column in schema if column.name not in known]
    for column in new:
        kind = _SQL_TYPES.get(column.field_type, column.field_type)
        kind = f"ARRAY<{kind}>" if column.mode == "REPEATED" else kind
        name = f"`{table.project}.{table.dataset_id}.{table.table_id}`"
        client.query(f"ALTER TABLE {name} ADD COLUMN {column.name} {kind}", timeout=30).result(timeout=30)
    if new:
        table.schema = [*table.schema, *new]
        client.update_table(table, ["schema"], retry=None, timeout=30)
