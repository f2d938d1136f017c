"""What this unit needs of the world, and the adapters that give it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from conversation_writer.settings import Settings
from earpiece.domain.accounts import Account
from earpiece.ports.accounts import AccountRegistry, Integrations
from earpiece.ports.conversations import Conversations
from earpiece.ports.events import DeadLettersOf, Publisher
from earpiece.web.fail_points import FailPoint, fail_points


@dataclass(frozen=True, slots=True)
class Deps:
    accounts: AccountRegistry
    integrations: Callable[[Account], Integrations]
    conversations: Callable[[Account], Conversations]
    dead_letters: DeadLettersOf
    publisher: Publisher
    reach: FailPoint
    now: Callable[[], datetime]


def connect(settings: Settings) -> Deps:
    """Google's clients, one channel each; emulators are found by Google's own variables."""
    from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry
    from earpiece.adapters.firestore_client import FirestoreClients
    from earpiece.adapters.firestore_conversations import FirestoreConversations
    from earpiece.adapters.firestore_dead_letters import dead_letters_of
    from earpiece.adapters.firestore_integrations import IntegrationsCache
    from earpiece.adapters.pubsub_publisher import PubsubPublisher
    from earpiece.adapters.sealing import connect_secrets
    from earpiece.adapters.told_cache import ToldCache

    def now() -> datetime:
        return datetime.now(UTC)

    clients, told = FirestoreClients(settings.project_id), ToldCache()
    secrets = connect_secrets(settings.secrets_key_file, settings.kms_key)
    return Deps(
        accounts=FirestoreAccountRegistry(clients.registry(), now),
        integrations=IntegrationsCache(clients.registry(), secrets, now),
        conversations=lambda account: FirestoreConversations(account, clients.of(account), told=told),
        dead_letters=dead_letters_of(clients),
        publisher=PubsubPublisher(settings.project_id),
        reach=fail_points(settings.fail_points_folder),
        now=now,
    )
