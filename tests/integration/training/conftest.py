"""An account with its stores on the emulators, and a clock that a test moves."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

import pytest

from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry
from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.firestore_training_runs import FirestoreTrainingRuns
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
    return registry.create(Account(f"a{secrets.token_hex(8)}"))


@pytest.fixture
def runs(account, clients) -> FirestoreTrainingRuns:
    return FirestoreTrainingRuns(account, clients.of(account))
