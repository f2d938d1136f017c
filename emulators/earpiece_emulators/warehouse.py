"""The stand-in of Pub/Sub's own BigQuery subscriptions: a process that pulls messages and inserts them as rows.

Started as `python -m earpiece_emulators.warehouse <health port>`, with the addresses of both stores in the environment.
A message is acknowledged once its row is in the table; BigQuery may be down meanwhile. One whose row can never be
inserted goes to the subscription's dead-letter topic at once, as Google's does after many attempts; the reason is in
the log, and the others go on. A row may be inserted twice, as with Google's: readers take each event id once.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from earpiece_emulators.health import serve_health
from earpiece_emulators.keeping import answers
from earpiece_emulators.pubsub_setup import pull_at_once
from earpiece_emulators.tables import DATASET, Columns, connect, table_columns
from earpiece_emulators.topology import SUBSCRIPTIONS, Subscription, warehouse_table
from earpiece_emulators.warehouse_rows import RowRefused, row_of

log = logging.getLogger("warehouse")
MOST_ROWS = 500
_INSERT_TIMEOUT_S = 30.0
_CALL_TIMEOUT_S = 10.0
_LONGEST_PAUSE_S = 5.0


class WarehouseAway(Exception):
    """BigQuery does not answer, or answers that it cannot now."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A pulled message and the row that it is to be."""

    ack_id: str
    message: Any  # google.pubsub_v1.PubsubMessage
    row: dict[str, Any]


class Table:
    """One table, filled from one subscription."""

    def __init__(self, subscription: Subscription, columns: Columns, project: str) -> None:
        from google.pubsub_v1 import PublisherClient, SubscriberClient

        self._name = f"{project}.{DATASET}.{warehouse_table(subscription)}"
        self._path = f"projects/{project}/subscriptions/{subscription.name}"
        self._dead_letter_topic = f"projects/{project}/topics/{subscription.dead_letter_topic}"
        self._columns = columns
        self._subscription = subscription
        self._address = os.environ["BIGQUERY_EMULATOR_HOST"]
        self._bigquery = connect(self._address, project)
        self._pubsub = SubscriberClient(transport=_transport())
        self._publisher = PublisherClient(transport=_publisher_transport())

    def fill(self, stopping: threading.Event) -> None:
        """Move messages into the table until told to stop."""
        pause_s = 0.1
        while not stopping.is_set():
            try:
                moved = self.move_some()
                pause_s = 0.0 if moved else 0.1
            except Exception as error:  # whatever is away comes back; nothing was acknowledged
                pause_s = min(2 * max(pause_s, 0.25), _LONGEST_PAUSE_S)
                log.warning("%s waits %.1f s: %s: %s", self._name, pause_s, type(error).__name__, error)
            stopping.wait(pause_s)

    def move_some(self) -> int:
        """Pull up to MOST_ROWS messages, insert them, acknowledge them; how many there were."""
        received = self._pull()
        pending = [row for row in map(self._pending, received) if row]
        try:
            self._insert(pending)
        except WarehouseAway:
            self._give_back(pending)
            raise
        return len(received)

    def _pull(self) -> Sequence[Any]:
        """Messages enough for a batch, or as many as there are: the emulator hands out 100 at a time."""
        received: list[Any] = []
        while some := self._pull_some(MOST_ROWS - len(received)):
            received.extend(some)
        return received

    def _pull_some(self, most: int) -> Sequence[Any]:
        if most == 0:
            return []
        return pull_at_once(self._pubsub, self._path, most)

    def _pending(self, received: Any) -> Pending | None:
        try:
            return Pending(received.ack_id, received.message, row_of(received.message.data, self._columns))
        except RowRefused as refusal:
            self._keep_refused(received.ack_id, received.message, str(refusal))
            return None

    def _insert(self, pending: Sequence[Pending]) -> None:
        """Insert and acknowledge; a batch that is refused is halved until the rows at fault are alone."""
        if not pending:
            return
        reason = self._try_insert(pending)
        if reason is None:
            self._acknowledge([row.ack_id for row in pending])
        elif len(pending) == 1:
            self._keep_refused(pending[0].ack_id, pending[0].message, reason)
        else:
            self._insert(pending[: len(pending) // 2])
            self._insert(pending[len(pending) // 2 :])

    def _try_insert(self, pending: Sequence[Pending]) -> str | None:
        """None if all rows were inserted, else why not. Raises WarehouseAway."""
        from google.api_core.exceptions import GoogleAPICallError, ServiceUnavailable, TooManyRequests

        rows = [row.row for row in pending]
        try:
            # The client's own retry would go on for minutes with a row that the stand-in answers with 500.
            errors = self._bigquery.insert_rows_json(self._name, rows, retry=None, timeout=_INSERT_TIMEOUT_S)
        except (OSError, ServiceUnavailable, TooManyRequests) as error:  # requests' errors are OSErrors
            raise WarehouseAway(type(error).__name__) from error
        except GoogleAPICallError as error:
            if not answers(f"{self._address}/readyz"):
                raise WarehouseAway(type(error).__name__) from error
            return str(error)
        return json.dumps(errors) if errors else None

    def _keep_refused(self, ack_id: str, message: Any, reason: str) -> None:
        log.error("%s refused message %s: %s", self._name, message.message_id, reason)
        attributes = {
            **message.attributes,
            "CloudPubSubDeadLetterSourceDeliveryCount": "1",
            "CloudPubSubDeadLetterSourceSubscription": self._subscription.name,
            "CloudPubSubDeadLetterSourceTopicPublishTime": message.publish_time.isoformat(),
        }
        forwarded = {"data": message.data, "attributes": attributes}
        self._publisher.publish(topic=self._dead_letter_topic, messages=[forwarded], timeout=_CALL_TIMEOUT_S)
        self._acknowledge([ack_id])

    def _acknowledge(self, ack_ids: Sequence[str]) -> None:
        self._pubsub.acknowledge(subscription=self._path, ack_ids=ack_ids, timeout=_CALL_TIMEOUT_S)

    def _give_back(self, pending: Sequence[Pending]) -> None:
        if not pending:
            return
        ack_ids = [row.ack_id for row in pending]  # those of acknowledged messages do no harm
        self._pubsub.modify_ack_deadline(
            subscription=self._path, ack_ids=ack_ids, ack_deadline_seconds=0, timeout=_CALL_TIMEOUT_S
        )


def _transport() -> Any:
    import grpc  # type: ignore[import-untyped]
    from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

    most = [("grpc.max_receive_message_length", -1)]  # 500 messages may be larger than gRPC's 4 MB
    channel = grpc.insecure_channel(os.environ["PUBSUB_EMULATOR_HOST"], options=most)
    return SubscriberGrpcTransport(channel=channel)


def _publisher_transport() -> Any:
    import grpc
    from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

    return PublisherGrpcTransport(channel=grpc.insecure_channel(os.environ["PUBSUB_EMULATOR_HOST"]))


def main() -> None:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    port = int(sys.argv[1])
    project = os.environ["PROJECT_ID"]
    columns = table_columns()
    stopping = threading.Event()
    for subscription in SUBSCRIPTIONS:
        if not subscription.push and warehouse_table(subscription) in columns:
            table = Table(subscription, columns[warehouse_table(subscription)], project)
            threading.Thread(target=table.fill, args=[stopping], daemon=True).start()
    serve_health(port)


if __name__ == "__main__":
    main()
