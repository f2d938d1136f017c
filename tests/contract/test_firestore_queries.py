"""Every query stands in one file with the indexes it needs: the emulator would run it without, production would not."""

from __future__ import annotations

import re
from pathlib import Path

import earpiece.adapters
from earpiece.adapters import firestore_queries

ADAPTERS = Path(earpiece.adapters.__path__[0])
QUERY = re.compile(r"\.(where|order_by|collection_group|limit|start_at|start_after|end_at|select)\(")


def test_no_adapter_but_the_one_asks_firestore_a_query():
    asking = {
        path.name: QUERY.findall(path.read_text())
        for path in ADAPTERS.glob("*.py")
        if path.name != "firestore_queries.py" and QUERY.search(path.read_text())
    }

    assert asking == {}


def test_a_query_over_all_accounts_has_its_index():
    source = Path(firestore_queries.__file__).read_text()
    grouped = re.findall(r'collection_group\("(\w+)"\)\.order_by\("(\w+)"\)', source)

    indexed = {
        (override["collectionGroup"], override["fieldPath"])
        for override in firestore_queries.INDEXES["fieldOverrides"]
        if any(index["queryScope"] == "COLLECTION_GROUP" for index in override["indexes"])
    }
    assert grouped
    assert set(grouped) == indexed


def test_no_query_filters_on_two_fields_without_a_composite_index():
    source = Path(firestore_queries.__file__).read_text()
    bodies = re.findall(r"def \w+\([^)]*\) -> Query:\n(.*?)(?=\n\n\n|\Z)", source, flags=re.DOTALL)

    assert bodies
    assert all(len(re.findall(r"\.(?:where|order_by)\(", body)) == 1 for body in bodies)
    assert firestore_queries.INDEXES["indexes"] == []
