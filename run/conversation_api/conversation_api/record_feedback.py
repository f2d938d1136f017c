"""What agents did with suggestions, on its way to the warehouse."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog

from conversation_api.bodies import SuggestionEvent
from conversation_api.deps import Deps
from conversation_api.settings import Settings
from earpiece.domain.ids import digest
from earpiece.domain.times import format_instant
from earpiece.ports.events import OutgoingMessage
from earpiece.telemetry.traces import Trace

log = structlog.get_logger()


def record_feedback(
    events: Sequence[SuggestionEvent], *, account_id: str, agent_id: str, trace: Trace, deps: Deps, settings: Settings
) -> int:
    """Publish the events and return how many; acknowledge only after this returns. Raises Unavailable.

    The rows are of the caller's account and agent, whatever conversation they name: a foreign one tells nobody
    anything.
    """
    now = deps.now()
    messages = [
        OutgoingMessage(
            json.dumps(_row(event, account_id, agent_id, now), ensure_ascii=False).encode(),
            {"account_id": account_id, "kind": event.kind.value, "traceparent": trace.traceparent},
        )
        for event in events
    ]
    deps.publisher.publish(settings.suggestion_events_topic, messages, timeout_s=settings.publish_timeout_s)
    log.info("feedback_accepted", event_count=len(messages))
    return len(messages)


def _row(event: SuggestionEvent, account_id: str, agent_id: str, now: datetime) -> dict[str, Any]:
    """The row of `earpiece_raw.suggestion_events` (adapters/schemas/suggestion_events.json)."""
    return event.model_dump(mode="json") | {
        "event_id": digest("suggestion-event", account_id, event.event_id),
        "account_id": account_id,
        # As the writer hashes participants, so that the agent's messages and feedback can be put side by side.
        "agent_id": digest("participant", account_id, agent_id),
        "occurred_at": format_instant(event.occurred_at),
        "received_at": format_instant(now),
    }
