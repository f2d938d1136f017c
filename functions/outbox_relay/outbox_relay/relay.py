"""Empty the outboxes, oldest first."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from earpiece.domain.errors import Unavailable
from earpiece.ports.events import Waiting
from outbox_relay.deps import Deps
from outbox_relay.settings import Settings

log = structlog.get_logger()

MOST_PASSED_OVER = 10


@dataclass(frozen=True, slots=True)
class Relayed:
    """How one run ended. `is_empty` when nothing was left to publish."""

    published_count: int
    is_empty: bool


def relay(*, deps: Deps, settings: Settings) -> Relayed:
    """Publish what waits and remove it once acknowledged; stop at the time limit, or when nothing is taken any more.

    An entry that was published and not removed is published again by the next run: consumers are idempotent. A topic
    that takes nothing is left alone until the next run, and holds up no other: what waits behind its entries is looked
    for in MOST_PASSED_OVER batches, since each entry that is read costs money.
    """
    until_s = deps.monotonic_s() + settings.run_limit_s
    published = 0
    refusing: set[str] = set()
    passed_over, after = 0, None
    while deps.monotonic_s() < until_s:
        batch = list(deps.outboxes.oldest(settings.batch_size, after=after))
        if not batch:
            return Relayed(published, is_empty=not refusing)
        wanted = [(waiting, remove) for waiting, remove in batch if waiting.topic not in refusing]
        if not wanted:
            passed_over, after = passed_over + 1, batch[-1][0].kept_at
            if passed_over > MOST_PASSED_OVER:
                log.warning("outbox_relay_stopped", published_count=published)
                break
        for waiting, remove in wanted:
            if waiting.topic in refusing or not _is_published(waiting, deps, settings):
                refusing.add(waiting.topic)
                continue
            remove()
            published += 1
            log.info("outbox_entry_published", outbox_id=waiting.outbox_id, message_count=len(waiting.messages))
    return Relayed(published, is_empty=False)


def _is_published(waiting: Waiting, deps: Deps, settings: Settings) -> bool:
    try:
        deps.publisher.publish(waiting.topic, waiting.messages, timeout_s=settings.publish_timeout_s)
    except Unavailable:
        log.warning("outbox_topic_refused", topic=waiting.topic)
        return False
    deps.reach("relay-after-publish")
    return True
