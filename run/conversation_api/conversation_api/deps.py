"""What this unit needs of the world, and the adapters that give it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from conversation_api.settings import Settings
from earpiece.assistants.running import Place
from earpiece.domain.accounts import Account
from earpiece.domain.settings import AccountSettings
from earpiece.ports.accounts import AccountRegistry, Integrations
from earpiece.ports.assistants import Assistants, SuggestedReplies
from earpiece.ports.conversations import Conversations
from earpiece.ports.events import Publisher
from earpiece.ports.platform_users import PlatformUsers
from earpiece.ports.tokens import UsedTokens
from earpiece.web.authentication import Authentication, Limits
from earpiece.web.current_settings import CurrentSettings
from earpiece.web.tokens import TokenSigner, TokenVerifier


@dataclass(frozen=True, slots=True)
class Deps:
    accounts: AccountRegistry
    integrations: Callable[[Account], Integrations]
    conversations: Callable[[Account], Conversations]
    used_tokens: Callable[[Account], UsedTokens]
    settings_of: Callable[[Account], AccountSettings]
    authentication: Authentication
    limits: Limits
    signer: TokenSigner
    assistants: Callable[[Account], Assistants]
    place: Callable[[Account], Place]
    suggested: Callable[[Mapping[str, str]], SuggestedReplies]  # by the headers that the caller came with
    publisher: Publisher
    platform_users: PlatformUsers
    now: Callable[[], datetime]


def connect(settings: Settings) -> Deps:
    """Google's clients, one channel each; emulators are found by Google's own variables."""
    import requests

    from earpiece.adapters.assistant_places import GatewayAddress, assistant_places
    from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry, FirestoreApiKeys, FirestoreSettings
    from earpiece.adapters.firestore_assistants import FirestoreAssistants
    from earpiece.adapters.firestore_client import FirestoreClients
    from earpiece.adapters.firestore_conversations import FirestoreConversations
    from earpiece.adapters.firestore_integrations import IntegrationsCache
    from earpiece.adapters.firestore_used_tokens import FirestoreUsedTokens
    from earpiece.adapters.fold_cache import FoldCache
    from earpiece.adapters.platform_users import HttpPlatformUsers
    from earpiece.adapters.pubsub_publisher import PubsubPublisher
    from earpiece.adapters.sealing import connect_secrets
    from earpiece.adapters.suggestion_service import SuggestionService

    def now() -> datetime:
        return datetime.now(UTC)

    clients = FirestoreClients(settings.project_id)
    registry = clients.registry()
    accounts = FirestoreAccountRegistry(registry, now)
    signer = TokenSigner(Path(settings.token_signing_key_file).read_bytes(), settings.token_key_id)
    folds = FoldCache()
    integrations = IntegrationsCache(registry, connect_secrets(settings.secrets_key_file, settings.kms_key), now)
    publisher = PubsubPublisher(settings.project_id)
    session = requests.Session()
    return Deps(
        accounts=accounts,
        integrations=integrations,
        conversations=lambda account: FirestoreConversations(account, clients.of(account), folds),
        used_tokens=lambda account: FirestoreUsedTokens(account, registry),
        settings_of=CurrentSettings(lambda account: FirestoreSettings(account, clients.of(account))),
        authentication=Authentication(
            accounts=accounts,
            api_keys=FirestoreApiKeys(registry),
            verifier=_verifier(settings, signer),
            now=now,
        ),
        limits=Limits(),
        signer=signer,
        assistants=lambda account: FirestoreAssistants(account, clients.of(account)),
        place=assistant_places(
            clients,
            integrations,
            publisher,
            GatewayAddress(settings.llm_gateway_url, settings.model_timeout_s),
            topic=settings.assistant_runs_topic,
            now=now,
        ),
        suggested=lambda headers: SuggestionService(settings.suggestion_api_url, session, headers),
        publisher=publisher,
        platform_users=HttpPlatformUsers(),
        now=now,
    )


def _verifier(settings: Settings, signer: TokenSigner) -> TokenVerifier:
    if not settings.token_public_keys_file:
        return signer.verifier()
    return TokenVerifier.from_jwks(json.loads(Path(settings.token_public_keys_file).read_bytes()))
