"""A pytest plugin: the stores, started once per session, and each only when a test asks for it.

In a conftest: `pytest_plugins = ["earpiece_emulators.pytest_stores"]`. A test takes `stores` and says what it needs
(`stores.need("firestore")`), or takes `firestore_address`, `pubsub_address`, `bigquery_address`, `storage_address`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from earpiece_emulators.runtime import Runtime
from earpiece_emulators.stores import Cloud


class Stores:
    """Stores that start when they are needed. Sets the variables by which Google's clients find them."""

    def __init__(self, folder: Path) -> None:
        self.cloud = Cloud(project="earpiece-test")
        self._folder = folder
        self._runtimes: dict[str, Runtime] = {}
        self._variables: dict[str, str] = {}
        self._patch = pytest.MonkeyPatch()

    def need(self, *stores: str) -> dict[str, str]:
        """Start those that do not run yet, all at once; the environment of a process that uses all that run."""
        new = [store for store in stores if store not in self._runtimes]
        if new:
            self._start(new)
        return dict(self._variables)

    def address(self, store: str) -> str:
        self.need(store)
        return self._runtimes[store].address(store)

    def runtime(self, store: str) -> Runtime:
        """The run that keeps a store, for tests that kill it."""
        self.need(store)
        return self._runtimes[store]

    def stop(self) -> None:
        for runtime in set(self._runtimes.values()):
            runtime.stop()
        self._patch.undo()

    def _start(self, new: list[str]) -> None:
        runtime = Runtime(self._folder / "-".join(new), stores=new, cloud=self.cloud).__enter__()
        self._runtimes |= dict.fromkeys(new, runtime)
        self._variables |= runtime.environment()
        for name, value in runtime.environment().items():
            self._patch.setenv(name, value)


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    started = Stores(tmp_path_factory.mktemp("stores"))
    yield started
    started.stop()


@pytest.fixture(scope="session")
def firestore_address(stores: Stores) -> str:
    return stores.address("firestore")


@pytest.fixture(scope="session")
def pubsub_address(stores: Stores) -> str:
    return stores.address("pubsub")


@pytest.fixture(scope="session")
def bigquery_address(stores: Stores) -> str:
    return stores.address("bigquery")


@pytest.fixture(scope="session")
def storage_address(stores: Stores) -> str:
    return stores.address("storage")
