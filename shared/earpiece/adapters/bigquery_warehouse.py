"""An account's training data in BigQuery: SQL filters, counts and samples over the account's views, nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from earpiece.adapters.bigquery_client import TIMEOUT_S, sql, warehouse_errors
from earpiece.domain.accounts import Account
from earpiece.engine.corpus import ReplyCount, TrainingConversation, Turn
from earpiece.engine.normal import TEXT_KEY_VERSION
from earpiece.engine.sampling import SampleBounds
from earpiece.ports.warehouse import TrainingCounts, TrainingSample

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

PAGE_ROWS = 10_000


class BigQueryWarehouse:
    """The training data of one account. No query may bill more than `most_bytes_billed`."""

    def __init__(self, account: Account, client: Client, most_bytes_billed: int = 50 * 10**9) -> None:
        self._names = {"project": client.project, "account_id": account.account_id}
        self._client = client
        self._most_bytes_billed = most_bytes_billed

    def counts(self, *, until: datetime) -> TrainingCounts:
        (row,) = self._rows("training_counts", until=until)
        return TrainingCounts(**{name: int(row[name]) for name in TrainingCounts.__dataclass_fields__})

    def sample(self, *, until: datetime, bounds: SampleBounds, test_share: float) -> TrainingSample:
        rows = self._rows(
            "training_conversations",
            until=until,
            newest=bounds.newest_conversations,
            newest_messages=bounds.newest_messages,
            most=bounds.most_conversations,
            most_messages=bounds.most_messages,
            test_share=test_share,
        )
        train: list[TrainingConversation] = []
        test: list[TrainingConversation] = []
        test_from: datetime | None = None
        for _, group in groupby(rows, key=lambda row: row["conversation_id"]):
            told = list(group)
            (test if told[0]["is_test"] else train).append(_conversation(told))
            if told[0]["is_test"] and test_from is None:
                test_from = told[0]["first_message_at"]
        return TrainingSample(train, test, test_from)

    def replies(
        self, *, until: datetime, before: datetime, min_agents: int, min_customers: int, most: int
    ) -> Sequence[ReplyCount]:
        rows = self._rows(
            "training_replies",
            until=until,
            before=before,
            min_agents=min_agents,
            min_customers=min_customers,
            most=most,
            text_key_version=TEXT_KEY_VERSION,
        )
        return [_reply(row) for row in rows]

    def _rows(self, query: str, **values: datetime | int | float) -> Iterator[Any]:
        """A page of rows at a time: what they are made into is smaller than they are."""
        from google.cloud.bigquery import QueryJobConfig, ScalarQueryParameter

        parameters = [ScalarQueryParameter(name, _type(value), value) for name, value in values.items()]
        config = QueryJobConfig(query_parameters=parameters, maximum_bytes_billed=self._most_bytes_billed)
        with warehouse_errors():
            job = self._client.query(sql(query, **self._names), job_config=config, timeout=TIMEOUT_S)
            yield from job.result(page_size=PAGE_ROWS, timeout=TIMEOUT_S)


def _conversation(rows: Sequence[Any]) -> TrainingConversation:
    turns = tuple(
        Turn(row["role"], row["text"], row["participant_id"] if row["role"] == "agent" else None, _seconds(row))
        for row in rows
    )
    first = rows[0]
    return TrainingConversation(first["conversation_id"], first["customer_id"] or first["conversation_id"], turns)


def _reply(row: Any) -> ReplyCount:
    return ReplyCount(
        text_key=row["text_key"],
        text=row["text"],
        count=row["reply_count"],
        agent_count=row["agent_count"],
        customer_count=row["customer_count"],
        conversation_count=row["conversation_count"],
        wording_count=row["wording_count"],
        last_used_at=row["last_used_at"].timestamp(),
    )


def _seconds(row: Any) -> float:
    occurred_at: datetime = row["occurred_at"]
    return occurred_at.timestamp()


def _type(value: datetime | int | float) -> str:
    match value:
        case datetime():  # Firestore's own kind of datetime too
            return "TIMESTAMP"
        case int():
            return "INT64"
        case float():
            return "FLOAT64"
