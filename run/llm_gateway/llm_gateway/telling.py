"""Usage records on their way to the topic: in batches, beside the requests, each until it is acknowledged."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable

import structlog

from earpiece.domain.errors import Unavailable
from earpiece.ports.events import OutgoingMessage, Publisher
from llm_gateway.usage import UsageRecord

log = structlog.get_logger()

MOST_WAITING = 100_000
MOST_TOGETHER = 500
EVERY_S = 0.5
TIMEOUT_S = 5.0
LAST_TIMEOUT_S = 1.5  # Cloud Run gives ten seconds to end, and running answers have had seven of them


class UsageTeller:
    """A record is told at least once; readers know it by its `usage_id`."""

    def __init__(self, connect: Callable[[], Publisher], topic: str) -> None:
        """`connect` may take its time: it begins with the first call, and no call waits for it."""
        self._connect, self._topic = connect, topic
        self._waiting: deque[UsageRecord] = deque()
        self._unpriced: set[tuple[str, str, str]] = set()
        self._wake, self._is_closing, self._is_expecting = threading.Event(), False, False
        self._thread = threading.Thread(target=self._run, name="usage", daemon=True)
        self._thread.start()

    def expect(self) -> None:
        """A record will come: be connected by then, for an instance that must end has little time for its first."""
        if not self._is_expecting:
            self._is_expecting = True
            self._wake.set()

    def tell(self, record: UsageRecord) -> None:
        """Returns at once."""
        self._tell_unpriced(record)
        if len(self._waiting) >= MOST_WAITING:
            log.error("usage_record_lost", **record.row())  # the log still has it
            return
        self._waiting.append(record)
        self._wake.set()

    def _tell_unpriced(self, record: UsageRecord) -> None:
        """Once for each model of an account: no budget holds what nobody can price."""
        of = (record.account_id, record.upstream, record.upstream_model)
        if record.cost_usd is None and of not in self._unpriced:
            self._unpriced.add(of)
            facts = {"upstream": record.upstream, "upstream_model": record.upstream_model}
            log.warning("price_unknown", account_id=record.account_id, **facts)

    def close(self) -> None:
        """What waits is sent, or logged when that cannot be done in time."""
        self._is_closing = True
        self._wake.set()
        self._thread.join(LAST_TIMEOUT_S)
        while self._waiting:
            log.error("usage_record_lost", **self._waiting.popleft().row())

    def _run(self) -> None:
        pause = threading.Event()
        publisher: Publisher | None = None
        while not (self._is_closing and not self._waiting):
            self._wake.wait()
            self._wake.clear()
            is_needed = self._waiting or not self._is_closing
            publisher = publisher or (self._connect() if is_needed else None)
            while self._waiting and publisher:
                if not self._send(publisher) and self._is_closing:
                    return
                pause.wait(0 if self._is_closing else EVERY_S)
            if self._is_closing:
                return

    def _send(self, publisher: Publisher) -> bool:
        batch = [self._waiting[place] for place in range(min(len(self._waiting), MOST_TOGETHER))]
        messages = [
            OutgoingMessage(json.dumps(one.row()).encode(), {"account_id": one.account_id, "kind": "llm_usage"})
            for one in batch
        ]
        try:
            publisher.publish(self._topic, messages, timeout_s=TIMEOUT_S)
        except Unavailable:
            log.warning("usage_waits", count=len(self._waiting))
            return False
        for _ in batch:
            self._waiting.popleft()
        return True
