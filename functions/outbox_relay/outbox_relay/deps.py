"""What this unit needs of the world, and the adapters that give it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from earpiece.ports.events import Outboxes, Publisher
from earpiece.web.fail_points import FailPoint, fail_points
from outbox_relay.settings import Settings


@dataclass(frozen=True, slots=True)
class Deps:
    outboxes: Outboxes
    publisher: Publisher
    reach: FailPoint
    monotonic_s: Callable[[], float]


def connect(settings: Settings) -> Deps:
    """Google's clients, one channel each; emulators are found by Google's own variables."""
    from earpiece.adapters.firestore_client import FirestoreClients
    from earpiece.adapters.firestore_outbox import FirestoreOutboxes
    from earpiece.adapters.pubsub_publisher import PubsubPublisher

    clients = FirestoreClients(settings.project_id)
    return Deps(
        outboxes=FirestoreOutboxes(clients),
        publisher=PubsubPublisher(settings.project_id),
        reach=fail_points(settings.fail_points_folder),
        monotonic_s=time.monotonic,
    )
