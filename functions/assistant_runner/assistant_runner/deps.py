"""What this unit needs of the world, and the adapters that give it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from assistant_runner.settings import Settings
from earpiece.assistants.running import Place
from earpiece.domain.accounts import Account
from earpiece.ports.accounts import AccountRegistry
from earpiece.ports.assistants import Assistants
from earpiece.ports.conversations import Conversations
from earpiece.ports.events import DeadLettersOf
from earpiece.web.fail_points import FailPoint, fail_points


@dataclass(frozen=True, slots=True)
class Deps:
    accounts: AccountRegistry
    assistants: Callable[[Account], Assistants]
    conversations: Callable[[Account], Conversations]
    place: Callable[[Account], Place]
    dead_letters: DeadLettersOf
    reach: FailPoint
    pause: Callable[[float], None]
    now: Callable[[], datetime]


def connect(settings: Settings) -> Deps:
    """Google's clients, one channel each; emulators are found by Google's own variables."""
    from earpiece.adapters.assistant_places import GatewayAddress, assistant_places
    from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry
    from earpiece.adapters.firestore_assistants import FirestoreAssistants
    from earpiece.adapters.firestore_client import FirestoreClients
    from earpiece.adapters.firestore_conversations import FirestoreConversations
    from earpiece.adapters.firestore_dead_letters import dead_letters_of
    from earpiece.adapters.firestore_integrations import IntegrationsCache
    from earpiece.adapters.pubsub_publisher import PubsubPublisher
    from earpiece.adapters.sealing import connect_secrets

    def now() -> datetime:
        return datetime.now(UTC)

    clients = FirestoreClients(settings.project_id)
    secrets = connect_secrets(settings.secrets_key_file, settings.kms_key)
    return Deps(
        accounts=FirestoreAccountRegistry(clients.registry(), now),
        assistants=lambda account: FirestoreAssistants(account, clients.of(account)),
        conversations=lambda account: FirestoreConversations(account, clients.of(account)),
        place=assistant_places(
            clients,
            IntegrationsCache(clients.registry(), secrets, now),
            PubsubPublisher(settings.project_id),
            GatewayAddress(settings.llm_gateway_url, settings.model_timeout_s),
            topic=settings.assistant_runs_topic,
            now=now,
        ),
        dead_letters=dead_letters_of(clients),
        reach=fail_points(settings.fail_points_folder),
        pause=time.sleep,
        now=now,
    )
