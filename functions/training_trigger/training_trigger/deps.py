"""What this unit needs of the world, and the adapters that give it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from earpiece.domain.accounts import Account
from earpiece.ports.accounts import AccountRegistry
from earpiece.ports.events import DeadLettersOf, Publisher
from earpiece.ports.models import Jobs, TrainingRuns
from earpiece.web.fail_points import FailPoint, fail_points
from training_trigger.settings import Settings


@dataclass(frozen=True, slots=True)
class Deps:
    accounts: AccountRegistry
    runs: Callable[[Account], TrainingRuns]
    publisher: Publisher
    jobs: Jobs
    dead_letters: DeadLettersOf
    reach: FailPoint
    now: Callable[[], datetime]


def connect(settings: Settings) -> Deps:
    """Google's clients, one channel each; emulators are found by Google's own variables."""
    from earpiece.adapters.cloudrun_jobs import CloudRunJobs
    from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry
    from earpiece.adapters.firestore_client import FirestoreClients
    from earpiece.adapters.firestore_dead_letters import dead_letters_of
    from earpiece.adapters.firestore_training_runs import FirestoreTrainingRuns
    from earpiece.adapters.pubsub_publisher import PubsubPublisher

    def now() -> datetime:
        return datetime.now(UTC)

    clients = FirestoreClients(settings.project_id)
    return Deps(
        accounts=FirestoreAccountRegistry(clients.registry(), now),
        runs=lambda account: FirestoreTrainingRuns(account, clients.of(account)),
        publisher=PubsubPublisher(settings.project_id),
        jobs=CloudRunJobs(settings.cloud_run_endpoint),
        dead_letters=dead_letters_of(clients),
        reach=fail_points(settings.fail_points_folder),
        now=now,
    )
