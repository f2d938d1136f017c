"""Counts what Google's clients ask for in this process, in the operations that Google charges for."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock


@contextlib.contextmanager
def counted() -> Iterator[Counter[str]]:
    """Document writes and reads, and messages published, of every client used within."""
    from google.cloud.firestore_v1.services.firestore import FirestoreClient
    from google.pubsub_v1 import PublisherClient

    counts: Counter[str] = Counter()
    with (
        _noting(FirestoreClient, "commit", lambda asked: counts.update(writes=len(asked["request"]["writes"]))),
        _noting(FirestoreClient, "batch_get_documents", lambda a: counts.update(reads=len(a["request"]["documents"]))),
        _noting(FirestoreClient, "run_query", lambda _: counts.update(queries=1)),
        _noting(PublisherClient, "publish", lambda asked: counts.update(publishes=len(asked["messages"]))),
    ):
        yield counts


def _noting(owner: type[Any], name: str, note: Callable[[dict[str, Any]], None]) -> Any:
    real = getattr(owner, name)

    def call(self: Any, *args: Any, **asked: Any) -> Any:
        note(asked)
        return real(self, *args, **asked)

    return mock.patch.object(owner, name, call)
