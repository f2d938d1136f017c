"""What this unit needs of the world, and the adapters that give it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from earpiece.domain.accounts import Account
from earpiece.ports.accounts import AccountRegistry, Integrations
from earpiece.ports.events import DeadLettersOf, Outbox, Publisher
from earpiece.web.fail_points import FailPoint, fail_points
from webhook_intake.kick import RelayKick
from webhook_intake.settings import Settings


@dataclass(frozen=True, slots=True)
class Deps:
    accounts: AccountRegistry
    integrations: Callable[[Account], Integrations]
    outbox: Callable[[Account], Outbox]
    dead_letters: DeadLettersOf
    publisher: Publisher
    kick: RelayKick
    reach: FailPoint
    now: Callable[[], datetime]
    monotonic_s: Callable[[], float]


def connect(settings: Settings) -> Deps:
    """Google's clients, one channel each; emulators are found by Google's own variables."""
    from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry
    from earpiece.adapters.firestore_client import FirestoreClients
    from earpiece.adapters.firestore_dead_letters import dead_letters_of
    from earpiece.adapters.firestore_integrations import IntegrationsCache
    from earpiece.adapters.firestore_outbox import FirestoreOutbox
    from earpiece.adapters.pubsub_publisher import PubsubPublisher
    from earpiece.adapters.sealing import connect_secrets

    def now() -> datetime:
        return datetime.now(UTC)

    clients = FirestoreClients(settings.project_id)
    secrets = connect_secrets(settings.secrets_key_file, settings.kms_key)
    return Deps(
        accounts=FirestoreAccountRegistry(clients.registry(), now),
        integrations=IntegrationsCache(clients.registry(), secrets, now),
        outbox=lambda account: FirestoreOutbox(account, clients.of(account)),
        dead_letters=dead_letters_of(clients),
        publisher=PubsubPublisher(settings.project_id),
        kick=RelayKick(settings.outbox_relay_url),
        reach=fail_points(settings.fail_points_folder),
        now=now,
        monotonic_s=time.monotonic,
    )
