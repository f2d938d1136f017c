"""Publishing to Pub/Sub: one call, one RPC, and an answer only when every message is acknowledged.

Google's batching client waits for company in a thread of its own, which a request that must answer cannot afford;
the RPC beneath it is the same. The emulator is found by Google's own variable, PUBSUB_EMULATOR_HOST.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from earpiece.domain.errors import Unavailable
from earpiece.ports.events import OutgoingMessage

if TYPE_CHECKING:
    from google.api_core.retry import Retry

# cloud.google.com/pubsub/quotas: 1,000 messages and 10 MB a request.
MOST_MESSAGES = 1000
MOST_BYTES = 9_000_000


class PubsubPublisher:
    """The topics of one project."""

    def __init__(self, project_id: str) -> None:
        from google.cloud.pubsub_v1 import PublisherClient
        from google.pubsub_v1 import PublisherClient as Rpc

        self._project_id = project_id
        self._client = PublisherClient()
        self._publish = Rpc.publish
        self._retry = _retry()

    def publish(self, topic: str, messages: Sequence[OutgoingMessage], *, timeout_s: float) -> None:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        until_s = time.monotonic() + timeout_s
        try:
            for request in _requests(messages):
                left_s = until_s - time.monotonic()
                if left_s <= 0:
                    raise Unavailable("Pub/Sub did not acknowledge in time")
                self._publish(
                    self._client,
                    topic=f"projects/{self._project_id}/topics/{topic}",
                    messages=request,
                    retry=self._retry.with_timeout(left_s),
                    timeout=left_s,
                )
        except (GoogleAPICallError, RetryError) as error:
            raise Unavailable("Pub/Sub did not acknowledge in time") from error


def _retry() -> Retry:
    from google.api_core.exceptions import Aborted, InternalServerError, ServiceUnavailable
    from google.api_core.retry import Retry, if_exception_type

    worth_it = if_exception_type(ServiceUnavailable, Aborted, InternalServerError)
    return Retry(predicate=worth_it, initial=0.05, maximum=1.0, multiplier=2.0)


def _requests(messages: Sequence[OutgoingMessage]) -> Iterator[list[Any]]:
    from google.pubsub_v1.types import PubsubMessage

    request: list[Any] = []
    size = 0
    for message in messages:
        if request and (len(request) == MOST_MESSAGES or size + len(message.data) > MOST_BYTES):
            yield request
            request, size = [], 0
        request.append(PubsubMessage(data=message.data, attributes=dict(message.attributes)))
        size += len(message.data)
    if request:
        yield request
