"""Saves Firestore databases to files and puts them back: the emulator keeps everything in memory.

A file `<database>.jsonl.gz` holds one line for each document: {"path", "document"}, the document being the base64 of
its `google.firestore.v1.Document`, so that every type of value comes back as it was.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

DEFAULT_DATABASE = "(default)"
NOBODYS_DATABASE = "nobodys"  # no account's, and never saved
_PAGE = 300
_BATCH = 500
_BATCH_BYTES = 3_000_000  # a commit may hold 10 MiB, a message of the emulator 4
_SUFFIX = ".jsonl.gz"
_TIMEOUT_S = 60.0


class Firestore:
    """The emulator at an address, as raw documents."""

    def __init__(self, address: str, project: str) -> None:
        import grpc  # type: ignore[import-untyped]
        from google.cloud.firestore_v1.services.firestore import FirestoreClient
        from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport

        self._channel = grpc.insecure_channel(address, options=[("grpc.max_receive_message_length", -1)])
        self._client = FirestoreClient(transport=FirestoreGrpcTransport(channel=self._channel))
        self._project = project

    def close(self) -> None:
        self._channel.close()

    def documents(self, database: str) -> Iterator[Any]:
        """Every document of a database in the order of its path, those under missing parents included."""
        # No collection is named: the query goes over all of them, and needs no parent document to exist.
        return self._all(database, {"all_descendants": True})

    def write(self, database: str, documents: Sequence[Any]) -> None:
        writes = [{"update": document} for document in documents]
        request = {"database": self._database(database), "writes": writes}
        self._client.commit(request=request, retry=None, timeout=_TIMEOUT_S)  # one that was stopped stays away

    def registered_databases(self) -> set[str]:
        """The databases that hold an account's conversations, by the registry."""
        accounts = self._all(DEFAULT_DATABASE, {"collection_id": "accounts"})
        return {account.fields["database"].string_value for account in accounts} - {""}

    def _all(self, database: str, selector: Mapping[str, Any]) -> Iterator[Any]:
        last: str | None = None
        while page := self._page(database, selector, last):
            yield from page
            last = page[-1].name

    def _page(self, database: str, selector: Mapping[str, Any], after: str | None) -> list[Any]:
        query: dict[str, Any] = {
            "from_": [selector],
            "order_by": [{"field": {"field_path": "__name__"}, "direction": "ASCENDING"}],
            "limit": _PAGE,
        }
        if after:
            query["start_at"] = {"values": [{"reference_value": after}], "before": False}
        request = {"parent": f"{self._database(database)}/documents", "structured_query": query}
        answers = self._client.run_query(request, retry=None, timeout=_TIMEOUT_S)
        return [answer.document for answer in answers if answer.document.name]

    def _database(self, database: str) -> str:
        return f"projects/{self._project}/databases/{database}"


def save(address: str, project: str, folder: Path) -> dict[str, int]:
    """Save the default database, each that the registry names, and each that was saved before; documents of each.

    All files are written before the first is replaced, so that an interruption leaves the earlier set.
    """
    folder.mkdir(parents=True, exist_ok=True)
    firestore = Firestore(address, project)
    try:
        names = {DEFAULT_DATABASE, *firestore.registered_databases(), *saved_databases(folder)}
        counts = {name: _write_file(firestore, name, folder / f".{name}.part") for name in sorted(names)}
    finally:
        firestore.close()
    for name in counts:
        (folder / f".{name}.part").replace(folder / f"{name}{_SUFFIX}")
    return counts


def wake(address: str, project: str, folder: Path | None) -> None:
    """Let the emulator do its first write and query, which take seconds, longer than doors wait; then restore."""
    firestore = Firestore(address, project)
    try:
        name = f"projects/{project}/databases/{NOBODYS_DATABASE}/documents/woken/once"
        firestore.write(NOBODYS_DATABASE, [{"name": name}])
        list(firestore.documents(NOBODYS_DATABASE))
    finally:
        firestore.close()
    if folder:
        restore(address, project, folder)


def restore(address: str, project: str, folder: Path) -> dict[str, int]:
    """Put back every saved database; documents of each. Repeating it changes nothing."""
    names = saved_databases(folder)
    if not names:
        return {}
    firestore = Firestore(address, project)
    try:
        return {name: _read_file(firestore, name, folder / f"{name}{_SUFFIX}") for name in sorted(names)}
    finally:
        firestore.close()


def saved_databases(folder: Path) -> set[str]:
    files = folder.glob(f"*{_SUFFIX}") if folder.exists() else ()
    return {file.name.removesuffix(_SUFFIX) for file in files if not file.name.startswith(".")}


def _write_file(firestore: Firestore, database: str, file: Path) -> int:
    from google.cloud.firestore_v1.types import Document

    count = 0
    with gzip.open(file, "wt", compresslevel=3) as lines:
        for document in firestore.documents(database):
            content = base64.b64encode(Document.serialize(document)).decode()
            lines.write(json.dumps({"path": _path(document.name), "document": content}) + "\n")
            count += 1
    _flush_to_disk(file)
    return count


def _read_file(firestore: Firestore, database: str, file: Path) -> int:
    count = 0
    for batch in _batches(file):
        firestore.write(database, batch)
        count += len(batch)
    return count


def _batches(file: Path) -> Iterator[list[Any]]:
    from google.cloud.firestore_v1.types import Document

    batch: list[Any] = []
    size = 0
    with gzip.open(file, "rt") as lines:
        for line in lines:
            content = base64.b64decode(json.loads(line)["document"])
            if batch and (len(batch) == _BATCH or size + len(content) > _BATCH_BYTES):
                yield batch
                batch, size = [], 0
            batch.append(Document.deserialize(content))
            size += len(content)
    if batch:
        yield batch


def _path(name: str) -> str:
    return name.split("/documents/", 1)[1]


def _flush_to_disk(file: Path) -> None:
    with file.open("rb") as written:
        os.fsync(written.fileno())
