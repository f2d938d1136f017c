"""One gateway for a session's tests, on the emulators, with providers of our own behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.integration.llm_gateway.place import FRESH_S, Caller, Place, a_caller, running
from tests.integration.llm_gateway.usage_records import Records

from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.keyfile_secrets import KeyFileSecrets
from earpiece_emulators.keys import ensure_keys
from earpiece_emulators.model_provider import running_provider


@pytest.fixture(scope="session")
def surroundings(stores, tmp_path_factory) -> dict[str, str]:
    """The environment of a gateway whose copies are young, so that a change of settings is seen at once."""
    keys = ensure_keys(tmp_path_factory.mktemp("keys"))
    return {
        **stores.need("firestore", "pubsub"),
        "SECRETS_KEY_FILE": str(keys.secrets),
        "CALLER_FRESH_S": str(FRESH_S),
        "SECRET_FRESH_S": str(FRESH_S),
        "BODY_S": "1.5",
    }


@pytest.fixture(scope="session")
def place(surroundings, stores, tmp_path_factory) -> Iterator[Place]:
    secrets = KeyFileSecrets(surroundings["SECRETS_KEY_FILE"])
    clients = FirestoreClients(surroundings["PROJECT_ID"])
    folder = tmp_path_factory.mktemp("gateway")
    with (
        running_provider() as (providers, url),
        running(surroundings, folder, ENTRA_AUTHORITY=f"{url}/entra") as gateway,
    ):
        yield Place(surroundings, clients, secrets, gateway, providers, url)


@pytest.fixture(scope="session")
def records(place) -> Records:
    """Usage records as any reader of the topic gets them."""
    return Records(place.environment["PROJECT_ID"])


@pytest.fixture
def caller(place) -> Callable[..., Caller]:
    """Makes accounts: `caller("p1", "p2")`."""

    def make(*names: str, **settings: object) -> Caller:
        return a_caller(place, *names, **settings)

    return make
