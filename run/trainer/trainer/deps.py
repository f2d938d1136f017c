"""What this job needs of the world, and the adapters that give it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from earpiece.domain.accounts import Account
from earpiece.ports.accounts import AccountRegistry, SettingsVersions
from earpiece.ports.conversations import Replies
from earpiece.ports.events import Publisher
from earpiece.ports.models import ModelFiles, ModelRecords, TrainingRuns
from earpiece.ports.warehouse import Warehouse
from earpiece.web.fail_points import FailPoint, fail_points
from trainer.settings import Settings


@dataclass(frozen=True, slots=True)
class Deps:
    accounts: AccountRegistry
    settings: Callable[[Account], SettingsVersions]
    replies: Callable[[Account], Replies]
    runs: Callable[[Account], TrainingRuns]
    warehouse: Callable[[Account], Warehouse]
    records: Callable[[Account], ModelRecords]
    files: Callable[[Account], ModelFiles]
    publisher: Publisher
    reach: FailPoint
    now: Callable[[], datetime]


def connect(settings: Settings) -> Deps:
    """Google's clients; emulators are found by Google's own variables."""
    from earpiece.adapters.bigquery_client import bigquery_client
    from earpiece.adapters.bigquery_warehouse import BigQueryWarehouse
    from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry, FirestoreSettings
    from earpiece.adapters.firestore_client import FirestoreClients
    from earpiece.adapters.firestore_models import FirestoreModelRecords
    from earpiece.adapters.firestore_replies import FirestoreReplies
    from earpiece.adapters.firestore_training_runs import FirestoreTrainingRuns
    from earpiece.adapters.pubsub_publisher import PubsubPublisher
    from earpiece.adapters.storage_models import StorageModelFiles

    def now() -> datetime:
        return datetime.now(UTC)

    clients = FirestoreClients(settings.project_id)
    warehouse = bigquery_client(settings.project_id)
    reach = fail_points(settings.fail_points_folder)
    return Deps(
        accounts=FirestoreAccountRegistry(clients.registry(), now),
        settings=lambda account: FirestoreSettings(account, clients.of(account)),
        replies=lambda account: FirestoreReplies(account, clients.of(account)),
        runs=lambda account: FirestoreTrainingRuns(account, clients.of(account)),
        warehouse=lambda account: BigQueryWarehouse(account, warehouse, settings.most_bytes_billed),
        records=lambda account: FirestoreModelRecords(account, clients.of(account)),
        files=lambda account: StorageModelFiles(
            account,
            settings.models_bucket,
            settings.project_id,
            before_manifest=lambda: reach("trainer-during-upload"),
        ),
        publisher=PubsubPublisher(settings.project_id),
        reach=reach,
        now=now,
    )
