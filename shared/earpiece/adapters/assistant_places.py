"""With what an account's assistants run: its stores, its way to the gateway, and what it wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from earpiece.adapters.firestore_accounts import FirestoreSettings
from earpiece.adapters.firestore_assistants import FirestoreArticles, FirestoreAssistantRuns
from earpiece.adapters.firestore_outbox import FirestoreOutbox
from earpiece.adapters.firestore_replies import FirestoreReplies
from earpiece.adapters.gateway_model import TOLD_S, GatewayModel
from earpiece.assistants.library import Library
from earpiece.assistants.running import Place
from earpiece.domain.accounts import Account
from earpiece.domain.api_keys import GATEWAY
from earpiece.ports.accounts import Integrations
from earpiece.ports.events import Publisher

if TYPE_CHECKING:
    from earpiece.adapters.firestore_client import FirestoreClients


@dataclass(frozen=True, slots=True)
class GatewayAddress:
    """`timeout_s` bounds one call, all its attempts at providers included."""

    url: str
    timeout_s: float = 60.0


def assistant_places(
    clients: FirestoreClients,
    integrations: Callable[[Account], Integrations],
    publisher: Publisher,
    gateway: GatewayAddress,
    *,
    topic: str,
    now: Callable[[], datetime],
) -> Callable[[Account], Place]:
    """Makes the place of an account: for each request, with the settings that are in force then."""
    import requests

    session = requests.Session()
    library = Library(
        lambda account: FirestoreArticles(account, clients.of(account)),
        lambda account: FirestoreReplies(account, clients.of(account)),
    )

    def place(account: Account) -> Place:
        keys = integrations(account).secrets(GATEWAY)
        return Place(
            account=account,
            settings=FirestoreSettings(account, clients.of(account)).current(),
            runs=FirestoreAssistantRuns(account, clients.of(account)),
            model=GatewayModel(gateway.url, keys[0] if keys else "", session, gateway.timeout_s),
            library=library,
            publisher=publisher,
            outbox=FirestoreOutbox(account, clients.of(account)),
            topic=topic,
            now=now,
            longest_call_s=gateway.timeout_s + TOLD_S,
        )

    return place
