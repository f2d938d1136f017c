"""Every query stands in one file with the indexes it needs: the emulator would run it without, production would not."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client, CollectionReference, FieldFilter, Query
from google.cloud.firestore_v1.types import StructuredAggregationQuery, StructuredQuery
from tests.real_project import an_account_id

import earpiece.adapters
from earpiece.adapters import firestore_queries
from earpiece.adapters.firestore_used_tokens import FirestoreUsedTokens
from earpiece.domain.accounts import Account

ADAPTERS = Path(earpiece.adapters.__path__[0])
QUERY = re.compile(
    r"\.(where|order_by|collection_group|limit|limit_to_last|start_at|start_after|end_at|end_before|offset|select|count"
    r"|sum|avg|find_nearest)\("
)
AUTOMATIC = "one field of one collection: Firestore indexes it by itself"

Needed = str | tuple[str, tuple[tuple[str, str], ...], str]


def test_no_adapter_but_the_one_asks_firestore_a_query():
    asking = {
        path.name: QUERY.findall(path.read_text())
        for path in ADAPTERS.glob("*.py")
        if path.name != "firestore_queries.py" and QUERY.search(path.read_text())
    }

    assert asking == {}


def needed_index(query: Query) -> Needed:
    """AUTOMATIC, or the collection (group), its fields with their directions, and the scope of the index it takes.

    firebase.google.com/docs/firestore/query-data/index-overview: equalities first, then the fields that are ordered by
    or compared; an order by id alone needs none, a collection group's single field an exemption.
    """
    told = query._to_protobuf()
    asked: StructuredQuery = told.structured_query if isinstance(told, StructuredAggregationQuery) else told
    (source,) = asked.from_
    compared = _compared(asked.where)
    equal = [field for field, is_equality in compared if is_equality]
    ordered = {order.field.field_path: order.direction.name for order in asked.order_by}
    for field, is_equality in compared:
        if not is_equality:
            ordered.setdefault(field, "ASCENDING")
    ordered.pop("__name__", None)
    fields = tuple((field, "ASCENDING") for field in equal if field not in ordered) + tuple(ordered.items())
    if not source.all_descendants and len(fields) <= 1:
        return AUTOMATIC
    return (source.collection_id, fields, "COLLECTION_GROUP" if source.all_descendants else "COLLECTION")


def _compared(where: Any) -> list[tuple[str, bool]]:
    if where.field_filter:
        return [(where.field_filter.field.field_path, where.field_filter.op.name == "EQUAL")]
    if where.unary_filter:
        return [(where.unary_filter.field.field_path, where.unary_filter.op.name in ("IS_NULL", "IS_NAN"))]
    return [found for part in where.composite_filter.filters for found in _compared(part)]


def indexed() -> set[Needed]:
    composite = {
        (
            index["collectionGroup"],
            tuple((one["fieldPath"], one["order"]) for one in index["fields"]),
            index["queryScope"],
        )
        for index in firestore_queries.INDEXES["indexes"]
        for scope in [index["queryScope"]]
    }
    single = {
        (override["collectionGroup"], ((override["fieldPath"], index["order"]),), index["queryScope"])
        for override in firestore_queries.INDEXES["fieldOverrides"]
        for index in override["indexes"]
    }
    return composite | single


@pytest.fixture(scope="module")
def client() -> Client:
    return Client(project="nothing-is-asked-of-it", credentials=AnonymousCredentials())


def every_query(client: Client) -> dict[str, Query]:
    """Each public function of the file, called with something of the kind that each of its parameters is."""
    example = {
        "CollectionReference": client.collection("accounts", "lumen", "things"),
        "Client": client,
        "str": "a_field",
        "int": 7,
        "datetime": datetime(2026, 11, 20, tzinfo=UTC),
        "datetime | None": datetime(2026, 11, 20, tzinfo=UTC),
    }
    return {
        name: function(*(example[one.annotation] for one in inspect.signature(function).parameters.values()))
        for name, function in inspect.getmembers(firestore_queries, inspect.isfunction)
        if not name.startswith("_") and function.__module__ == firestore_queries.__name__
    }


def test_every_query_has_the_index_it_needs_and_no_index_is_for_nothing(client: Client):
    queries = every_query(client)

    needed = {needed_index(query) for query in queries.values()} - {AUTOMATIC}
    assert len(queries) > 5
    assert needed == indexed()


def test_what_is_of_no_use_any_more_has_the_time_that_its_policy_goes_by(stores: Any):
    stores.need("firestore")
    store, useless_at = Client(project=stores.cloud.project), datetime(2026, 11, 20, tzinfo=UTC)
    account = Account(an_account_id())
    FirestoreUsedTokens(account, store).use("a-use", useless_at=useless_at)

    (policy,) = [one for one in firestore_queries.INDEXES["fieldOverrides"] if one.get("ttl")]

    kept = store.collection("accounts", account.account_id, policy["collectionGroup"]).document("a-use").get()
    assert kept.get(policy["fieldPath"]) == useless_at


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda one: one.order_by("__name__"), AUTOMATIC),
        (lambda one: one.where(filter=FieldFilter("a", "==", 1)).order_by("__name__"), AUTOMATIC),
        (lambda one: one.where(filter=FieldFilter("a", ">", 1)).order_by("a"), AUTOMATIC),
        (
            lambda one: one.where(filter=FieldFilter("a", "==", 1)).order_by("b", direction="DESCENDING"),
            ("things", (("a", "ASCENDING"), ("b", "DESCENDING")), "COLLECTION"),
        ),
        (
            lambda one: one.where(filter=FieldFilter("a", "==", None)).where(filter=FieldFilter("b", "<", 1)),
            ("things", (("a", "ASCENDING"), ("b", "ASCENDING")), "COLLECTION"),
        ),
    ],
)
def test_this_check_knows_which_index_a_query_needs(
    client: Client, made: Callable[[CollectionReference], Query], expected: Needed
):
    assert needed_index(made(client.collection("things"))) == expected


def test_this_check_knows_that_a_count_needs_the_index_of_what_it_counts(client: Client):
    query = client.collection_group("things").where(filter=FieldFilter("a", "==", 1))

    assert needed_index(query.count()) == needed_index(query)


def test_this_check_knows_that_a_query_over_all_accounts_needs_one(client: Client):
    query = client.collection_group("things").where(filter=FieldFilter("a", "==", 1))

    assert needed_index(query) == ("things", (("a", "ASCENDING"),), "COLLECTION_GROUP")
