"""What this unit needs of the world, and the adapters that give it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from earpiece.ports.accounts import AccountLookup
from earpiece.ports.events import DeadLettersOf, Outboxes, Publisher
from earpiece.web.fail_points import FailPoint, fail_points
from outbox_relay.settings import Settings


@dataclass(frozen=True, slots=True)
class Deps:
    outboxes: Outboxes
    publisher: Publisher
    accounts: AccountLookup
    dead_letters: DeadLettersOf
    reach: FailPoint
    monotonic_s: Callable[[], float]
    now: Callable[[], datetime]


def connect(settings: Settings) -> Deps:
    """Google's clients, one channel each; emulators are found by Google's own variables."""
    from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry
    from earpiece.adapters.firestore_client import FirestoreClients
    from earpiece.adapters.firestore_dead_letters import dead_letters_of
    from earpiece.adapters.firestore_outbox import FirestoreOutboxes
    from earpiece.adapters.pubsub_publisher import PubsubPublisher

    def now() -> datetime:
        return datetime.now(UTC)

    clients = FirestoreClients(settings.project_id)
    return Deps(
        outboxes=FirestoreOutboxes(clients),
        publisher=PubsubPublisher(settings.project_id),
        accounts=FirestoreAccountRegistry(clients.registry(), now),
        dead_letters=dead_letters_of(clients),
        reach=fail_points(settings.fail_points_folder),
        monotonic_s=time.monotonic,
        now=now,
    )
