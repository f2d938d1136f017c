"""A message's data as a row of its table, as a BigQuery subscription with `use_table_schema` makes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from earpiece.domain.errors import InvalidInput
from earpiece_emulators.tables import Columns


class RowRefused(InvalidInput):
    slug = "row-refused"
    title = "The message is no row of its table"


def row_of(data: bytes, columns: Columns) -> dict[str, Any]:
    """The row; what the table has no column for is dropped. Raises RowRefused.

    The stand-in of BigQuery accepts a row without its required values and numbers as texts: we refuse them here.
    """
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RowRefused(f"the data is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise RowRefused("the data is not a JSON object")
    return _record(fields, columns)


def _record(fields: Mapping[str, Any], columns: Columns) -> dict[str, Any]:
    known = {column["name"]: column for column in columns}
    for name, column in known.items():
        if column.get("mode") == "REQUIRED" and fields.get(name) is None:
            raise RowRefused(f"{name} is required")
    return {name: _value(value, known[name]) for name, value in fields.items() if name in known}


def _value(value: Any, column: Mapping[str, Any]) -> Any:
    if value is None:
        return None
    if column.get("mode") == "REPEATED":
        if not isinstance(value, list):
            raise RowRefused(f"{column['name']} must be a list")
        return [_single(item, column) for item in value]
    return _single(value, column)


def _single(value: Any, column: Mapping[str, Any]) -> Any:
    match column["type"]:
        case "RECORD" | "STRUCT":
            if not isinstance(value, dict):
                raise RowRefused(f"{column['name']} must be an object")
            return _record(value, column["fields"])
        case "STRING" if not isinstance(value, str):
            raise RowRefused(f"{column['name']} must be a text")
        case "INTEGER" | "INT64" if isinstance(value, bool) or not isinstance(value, int | str):
            raise RowRefused(f"{column['name']} must be a whole number")
        case "JSON" if not isinstance(value, str):
            return json.dumps(value)  # insertAll takes JSON as text
        case _:
            return value
