"""Accounts, conversations and tokens on the emulators, for the tests of the two services."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from flask import Flask
from tests.real_project import an_account_id
from tests.waiting import until

from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry, FirestoreApiKeys, FirestoreSettings
from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.firestore_conversations import FirestoreConversations
from earpiece.adapters.firestore_integrations import FirestoreIntegrations
from earpiece.adapters.keyfile_secrets import KeyFileSecrets
from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.api_keys import Scope, generate_key
from earpiece.domain.events import ConversationEvent, EventKind, MessageContent, Participant, Role
from earpiece.domain.ids import conversation_id, digest
from earpiece.domain.settings import AccountSettings
from earpiece.web.tokens import TokenSigner
from earpiece_emulators.keys import ensure_keys

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


def ready(app: Flask) -> Flask:
    """The same app once it is: the first reads of a cold emulator take seconds, as a start-up probe allows for."""
    until(lambda: app.test_client().get("/readyz").status_code == 200, 60, "it never became ready")
    return app


@dataclass(frozen=True, slots=True)
class Place:
    """One project on the emulators, with its keys."""

    environment: dict[str, str]
    clients: FirestoreClients
    signer: TokenSigner
    secrets: KeyFileSecrets

    @property
    def registry(self) -> FirestoreAccountRegistry:
        return FirestoreAccountRegistry(self.clients.registry(), now)


@dataclass(slots=True)
class Somebody:
    """An account with what its people hold."""

    account: Account
    place: Place
    api_key: str
    embed_secret: str
    event_count: dict[str, int] = field(default_factory=dict)

    @property
    def account_id(self) -> str:
        return self.account.account_id

    def token(self, agent_id: str = "agent-1", at: datetime | None = None) -> str:
        return self.place.signer.issue(self.account_id, agent_id, at or now()).text

    def bearer(self, agent_id: str = "agent-1") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(agent_id)}"}

    def key_bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.api_key}"}

    def key_with(self, *scopes: Scope, expires_at: datetime | None = None) -> str:
        text, key = generate_key(self.account_id, frozenset(scopes), now())
        FirestoreApiKeys(self.place.clients.registry()).add(key)
        if expires_at:
            FirestoreApiKeys(self.place.clients.registry()).expire(key.key_id, expires_at)
        return text

    def embed_token(self, **claims: object) -> str:
        at = now()
        base = {"iss": self.account_id, "sub": "agent-1", "aud": "earpiece", "jti": secrets.token_hex(8)}
        life = {"iat": int(at.timestamp()), "exp": int((at + timedelta(minutes=5)).timestamp())}
        chosen = {name: value for name, value in {**base, **life, **claims}.items() if value is not None}
        return jwt.encode(chosen, self.embed_secret, algorithm="HS256")

    def become(self, status: AccountStatus) -> None:
        self.place.registry.change_status(self.account_id, status)

    def change_settings(self, settings: AccountSettings) -> None:
        version = FirestoreSettings(self.account, self.place.clients.of(self.account)).add(settings, now())
        self.place.registry.activate_settings(self.account, version)

    def settings(self) -> AccountSettings:
        account = self.place.registry.find(self.account_id)
        assert account is not None
        return FirestoreSettings(account, self.place.clients.of(account)).current()

    def conversation(self, platform_id: str = "c-1") -> str:
        return conversation_id(self.account_id, "custom", platform_id)

    def says(self, role: Role, text: str, platform_id: str = "c-1") -> str:
        """One message more; our id of the conversation."""
        who = Participant(
            f"{role}-1", role, name="Zoë Sevenhoek" if role is Role.CUSTOMER else None, email="z@example.com"
        )
        return self._told(platform_id, EventKind.MESSAGE_ADDED, who, text)

    def ends(self, platform_id: str = "c-1") -> str:
        return self._told(platform_id, EventKind.ENDED)

    def _told(self, platform_id: str, kind: EventKind, who: Participant | None = None, text: str = "") -> str:
        number = self.event_count[platform_id] = self.event_count.get(platform_id, 0) + 1
        event = ConversationEvent(
            event_id=digest("test-event", self.account_id, platform_id, str(number)),
            account_id=self.account_id,
            platform="custom",
            conversation_id=self.conversation(platform_id),
            platform_conversation_id=platform_id,
            kind=kind,
            occurred_at=AT + timedelta(seconds=number),
            received_at=AT + timedelta(seconds=number),
            participant=who,
            message=MessageContent(f"m-{number}", text) if text else None,
        )
        FirestoreConversations(self.account, self.place.clients.of(self.account)).append(event)
        return self.conversation(platform_id)


@pytest.fixture(scope="session")
def place(stores, tmp_path_factory) -> Place:
    folder: Path = tmp_path_factory.mktemp("keys")
    keys = ensure_keys(folder)
    variables = stores.need("firestore", "pubsub", "storage")
    environment = {
        **variables,
        "SECRETS_KEY_FILE": str(keys.secrets),
        "TOKEN_SIGNING_KEY_FILE": str(keys.signing),
        "TOKEN_KEY_ID": keys.signing_id(),
        "TOKEN_PUBLIC_KEYS_FILE": str(keys.public),
        "MODELS_BUCKET": stores.cloud.bucket,
        "ACCOUNT_WAIT_S": "2",  # a machine with other work to do may be slow, and is not away
    }
    signer = TokenSigner(keys.signing.read_bytes(), keys.signing_id())
    return Place(environment, FirestoreClients(variables["PROJECT_ID"]), signer, KeyFileSecrets(str(keys.secrets)))


@pytest.fixture
def somebody(place) -> Callable[..., Somebody]:
    """Makes accounts: `somebody()`."""

    def make(**settings: object) -> Somebody:
        account = place.registry.create(Account(an_account_id()))
        text, key = generate_key(account.account_id, frozenset(Scope), now())
        FirestoreApiKeys(place.clients.registry()).add(key)
        embed_secret = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        integrations = FirestoreIntegrations(account, place.clients.registry(), place.secrets, now)
        integrations.rotate("embed", embed_secret, keep_old_until=now())
        made = Somebody(account, place, text, embed_secret)
        if settings:
            made.change_settings(AccountSettings(**settings))
        return made

    return make
