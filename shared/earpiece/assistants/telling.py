"""What a run leaves to be published: at once, or from the account's outbox when Pub/Sub works again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import structlog

from earpiece.assistants.row import warehouse_row
from earpiece.domain.assistant_runs import FinalText, Run
from earpiece.domain.errors import Unavailable
from earpiece.domain.ids import digest
from earpiece.ports.events import OutgoingMessage, Waiting

if TYPE_CHECKING:
    from earpiece.assistants.running import Place

log = structlog.get_logger()

PUBLISH_TIMEOUT_S = 3.0
OUTBOX_TIMEOUT_S = 3.0


def tell(run: Run, place: Place, final: FinalText | None = None) -> None:
    """Send the run's row to the warehouse; rows of one run id are one. Raises Unavailable."""
    send(place.topic, warehouse_row(run, place.account.account_id, place.now(), final), "assistant_run", place)


def send(topic: str, body: dict[str, Any], kind: str, place: Place, **attributes: str) -> None:
    """Durable when it returns. Raises Unavailable when neither Pub/Sub nor the store takes it."""
    data = json.dumps(body, ensure_ascii=False).encode()
    message = OutgoingMessage(data, {"account_id": place.account.account_id, "kind": kind, **attributes})
    try:
        place.publisher.publish(topic, [message], timeout_s=PUBLISH_TIMEOUT_S)
    except Unavailable:
        waiting = Waiting(digest("outbox", topic, data.decode()), topic, (message,), place.now())
        place.outbox.keep(waiting, timeout_s=OUTBOX_TIMEOUT_S)
        log.warning("assistant_message_kept_in_outbox", kind=kind)
