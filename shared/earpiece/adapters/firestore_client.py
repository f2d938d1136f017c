"""Google's Firestore client, one a database, and what all Firestore stores have alike.

The emulator is found by Google's own variable, FIRESTORE_EMULATOR_HOST.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from earpiece.domain.accounts import DEFAULT_DATABASE, Account
from earpiece.domain.errors import Unavailable

if TYPE_CHECKING:
    from google.cloud.firestore import Client, CollectionReference

READ_TIMEOUT_S = 5.0
WRITE_TIMEOUT_S = 10.0
DOOR_TIMEOUT_S = 0.8
REFRESH_TIMEOUT_S = 0.15


def load_client() -> None:
    """Import Google's client now, for whoever must not wait for it later; it takes half a second."""
    import google.cloud.firestore  # noqa: F401


class FirestoreClients:
    """The databases of one project. `registry` holds accounts and keys; `of` is where an account's own data lives."""

    def __init__(self, project_id: str) -> None:
        self._project_id = project_id
        self._lock = threading.Lock()
        self._clients: dict[str, Client] = {}

    def registry(self) -> Client:
        return self.database(DEFAULT_DATABASE)

    def of(self, account: Account) -> Client:
        return self.database(account.database)

    def database(self, name: str) -> Client:
        with self._lock:
            if name not in self._clients:
                from google.cloud.firestore import Client

                self._clients[name] = Client(project=self._project_id, database=name)
            return self._clients[name]


def at_the_door(*, has_copy: bool) -> dict[str, Any]:
    """How a read waits that a platform or an agent waits for: under a second in all.

    Who has a copy waits less for a newer one: two of these, publishing and the outbox end within 2 s together.
    """
    return within(REFRESH_TIMEOUT_S if has_copy else DOOR_TIMEOUT_S)


def within(timeout_s: float) -> dict[str, Any]:
    """How a read waits at most so long in all: left to itself, Google's client tries again for a minute."""
    from google.api_core.exceptions import ServiceUnavailable
    from google.api_core.retry import Retry, if_exception_type

    again = Retry(predicate=if_exception_type(ServiceUnavailable), initial=0.05, maximum=0.2, timeout=timeout_s)
    return {"retry": again, "timeout": timeout_s}


def account_collection(account: Account, client: Client, name: str) -> CollectionReference:
    """The collection `accounts/{account_id}/{name}`: the only way from a store to its documents."""
    return client.collection("accounts", account.account_id, name)


@contextmanager
def store_errors(what: str) -> Iterator[None]:
    """Turn what Google's client raises, when the store is away or slow, into Unavailable.

    AlreadyExists, NotFound and FailedPrecondition pass: their callers asked the question.
    """
    from google.api_core import exceptions

    try:
        yield
    except (exceptions.AlreadyExists, exceptions.NotFound, exceptions.FailedPrecondition):
        raise
    except (exceptions.GoogleAPICallError, exceptions.RetryError) as error:
        raise Unavailable(f"{what}: the store does not answer") from error
