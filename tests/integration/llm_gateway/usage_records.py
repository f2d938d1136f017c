"""What the gateway publishes of its calls."""

from __future__ import annotations

import json
from typing import Any

from tests.real_project import a_name
from tests.waiting import until

TOPIC = "warehouse-llm-usage"


class Records:
    """A subscription of the tests' own; a record is known by its `usage_id`, as every reader knows it."""

    def __init__(self, project: str) -> None:
        from google.cloud.pubsub_v1 import SubscriberClient

        self._client = SubscriberClient()
        self._path = f"projects/{project}/subscriptions/{a_name('usage')}"
        self._client.create_subscription(name=self._path, topic=f"projects/{project}/topics/{TOPIC}")
        self._found: dict[str, dict[str, Any]] = {}

    def of(self, answer: Any) -> dict[str, Any]:
        """The record of one answer, by its header."""
        usage_id = answer.headers["x-earpiece-request-id"]
        return until(lambda: self._read().get(usage_id), 15, "there was no record")

    def of_account(self, account_id: str, count: int) -> list[dict[str, Any]]:
        """Those of an account, once there are so many."""
        return until(lambda: self._of(account_id, count), 15, "there were too few records")

    def _of(self, account_id: str, count: int) -> list[dict[str, Any]]:
        found = [one for one in self._read().values() if one["account_id"] == account_id]
        return found if len(found) >= count else []

    def _read(self) -> dict[str, dict[str, Any]]:
        from google.api_core.exceptions import DeadlineExceeded

        try:
            pulled = self._client.pull(subscription=self._path, max_messages=1000, timeout=2).received_messages
        except DeadlineExceeded:
            return self._found
        for one in pulled:
            row = json.loads(one.message.data)
            self._found[row["usage_id"]] = row
        if pulled:
            self._client.acknowledge(subscription=self._path, ack_ids=[one.ack_id for one in pulled])
        return self._found
