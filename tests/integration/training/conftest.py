"""An account with its stores on the emulators, and a clock that a test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.integration.training.place import CONVERSATIONS, Place, announcements, said
from tests.real_project import an_account_id

from earpiece.adapters.bigquery_client import RAW_DATASET, bigquery_client
from earpiece.adapters.bigquery_views import ensure_raw, ensure_views
from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry
from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.firestore_models import FirestoreModelRecords
from earpiece.adapters.firestore_replies import FirestoreReplies
from earpiece.adapters.firestore_training_runs import FirestoreTrainingRuns
from earpiece.adapters.storage_models import StorageModelFiles
from earpiece.domain.accounts import Account


class Clock:
    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **time: float) -> None:
        self.at += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def clients(stores) -> FirestoreClients:
    return FirestoreClients(stores.need("firestore", "storage")["PROJECT_ID"])


@pytest.fixture
def registry(clients, clock) -> FirestoreAccountRegistry:
    return FirestoreAccountRegistry(clients.registry(), clock)


@pytest.fixture
def account(registry) -> Account:
    return registry.create(Account(an_account_id()))


@pytest.fixture
def runs(account, clients) -> FirestoreTrainingRuns:
    return FirestoreTrainingRuns(account, clients.of(account))


@pytest.fixture
def place(stores, account, registry, tmp_path) -> Place:
    # A trainer that is killed leaves its candidate behind.
    environment = {**stores.need("firestore", "pubsub", "bigquery", "storage"), "TMPDIR": str(tmp_path)}
    project = environment["PROJECT_ID"]
    clients = FirestoreClients(project)
    warehouse = bigquery_client(project)
    ensure_raw(warehouse, account.region)
    ensure_views(warehouse, account)
    return Place(
        account,
        environment,
        registry,
        FirestoreTrainingRuns(account, clients.of(account)),
        FirestoreModelRecords(account, clients.of(account)),
        FirestoreReplies(account, clients.of(account)),
        StorageModelFiles(account, environment["MODELS_BUCKET"], project),
        announcements(project, account),
    )


@pytest.fixture
def fill(place):
    """Puts rows into the warehouse."""

    def put(rows: list[dict]) -> None:
        client = bigquery_client(place.environment["PROJECT_ID"])
        assert client.insert_rows_json(f"{client.project}.{RAW_DATASET}.messages", rows) == []

    return put


@pytest.fixture
def filled(place, fill):
    fill(said(place.account, CONVERSATIONS, datetime.now(UTC) - timedelta(days=30)))
    return place
