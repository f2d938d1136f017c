"""What this unit needs of the world, and the adapters that give it. It holds no key and can open no secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from earpiece.domain.accounts import Account
from earpiece.domain.settings import AccountSettings
from earpiece.ports.accounts import AccountLookup
from earpiece.web.current_settings import CurrentSettings
from widget.settings import Settings


@dataclass(frozen=True, slots=True)
class Deps:
    """`details` of an account's platform: what is no secret, such as its region."""

    accounts: AccountLookup
    settings_of: Callable[[Account], AccountSettings]
    details: Callable[[Account, str], Mapping[str, str]]


def connect(settings: Settings) -> Deps:
    """Google's client; an emulator is found by Google's own variable."""
    from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry, FirestoreSettings
    from earpiece.adapters.firestore_client import FirestoreClients
    from earpiece.adapters.firestore_platform_details import FirestorePlatformDetails

    def now() -> datetime:
        return datetime.now(UTC)

    clients = FirestoreClients(settings.project_id)
    return Deps(
        accounts=FirestoreAccountRegistry(clients.registry(), now),
        settings_of=CurrentSettings(lambda account: FirestoreSettings(account, clients.of(account))),
        details=FirestorePlatformDetails(clients.registry(), now),
    )
