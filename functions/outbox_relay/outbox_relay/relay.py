"""Empty the outboxes, oldest first."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from earpiece.domain.errors import Unavailable
from outbox_relay.deps import Deps
from outbox_relay.settings import Settings

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Relayed:
    """How one run ended. `is_empty` when nothing was left to publish."""

    published_count: int
    is_empty: bool


def relay(*, deps: Deps, settings: Settings) -> Relayed:
    """Publish what waits and remove it once acknowledged; stop at the time limit, or when Pub/Sub does not answer.

    An entry that was published and not removed is published again by the next run: consumers are idempotent.
    """
    until_s = deps.monotonic_s() + settings.run_limit_s
    published = 0
    while deps.monotonic_s() < until_s:
        batch = list(deps.outboxes.oldest(settings.batch_size))
        if not batch:
            return Relayed(published, is_empty=True)
        for waiting, remove in batch:
            try:
                deps.publisher.publish(waiting.topic, waiting.messages, timeout_s=settings.publish_timeout_s)
            except Unavailable:
                log.warning("outbox_relay_stopped", published_count=published)
                return Relayed(published, is_empty=False)
            deps.reach("relay-after-publish")
            remove()
            published += 1
            log.info("outbox_entry_published", outbox_id=waiting.outbox_id, message_count=len(waiting.messages))
    return Relayed(published, is_empty=False)
