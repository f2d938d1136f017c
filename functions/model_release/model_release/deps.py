"""What this unit needs of the world, and the adapters that give it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from earpiece.domain.accounts import Account
from earpiece.ports.accounts import AccountRegistry
from earpiece.ports.conversations import Replies
from earpiece.ports.events import DeadLettersOf
from earpiece.ports.models import ModelFiles, ModelRecords
from earpiece.web.fail_points import FailPoint, fail_points
from model_release.settings import Settings


@dataclass(frozen=True, slots=True)
class Deps:
    accounts: AccountRegistry
    records: Callable[[Account], ModelRecords]
    files: Callable[[Account], ModelFiles]
    replies: Callable[[Account], Replies]
    dead_letters: DeadLettersOf
    reach: FailPoint
    now: Callable[[], datetime]


def connect(settings: Settings) -> Deps:
    """Google's clients, one channel each; emulators are found by Google's own variables."""
    from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry
    from earpiece.adapters.firestore_client import FirestoreClients
    from earpiece.adapters.firestore_dead_letters import dead_letters_of
    from earpiece.adapters.firestore_models import FirestoreModelRecords
    from earpiece.adapters.firestore_replies import FirestoreReplies
    from earpiece.adapters.storage_models import StorageModelFiles

    def now() -> datetime:
        return datetime.now(UTC)

    clients = FirestoreClients(settings.project_id)
    return Deps(
        accounts=FirestoreAccountRegistry(clients.registry(), now),
        records=lambda account: FirestoreModelRecords(account, clients.of(account)),
        files=lambda account: StorageModelFiles(account, settings.models_bucket, settings.project_id),
        replies=lambda account: FirestoreReplies(account, clients.of(account)),
        dead_letters=dead_letters_of(clients),
        reach=fail_points(settings.fail_points_folder),
        now=now,
    )
