"""Saved databases come back as they were."""

from __future__ import annotations

import datetime as dt

import pytest
from google.cloud import firestore
from google.cloud.firestore_v1 import GeoPoint, _helpers
from google.cloud.firestore_v1.types import Document
from google.cloud.firestore_v1.vector import Vector

from earpiece_emulators import firestore_archive
from earpiece_emulators.runtime import Runtime

pytest_plugins = ["earpiece_emulators.pytest_stores"]
OWN = "acme-own"


def test_two_databases_with_every_type_survive_byte_for_byte(tmp_path):
    with Runtime(tmp_path, stores=["firestore"], keeps_data=True) as runtime:
        _fill(runtime, firestore_archive.DEFAULT_DATABASE)
        _fill(runtime, OWN)
        _register(runtime, "acme", OWN)
        before = {database: _contents(runtime, database) for database in (firestore_archive.DEFAULT_DATABASE, OWN)}
        counts = firestore_archive.save(runtime.address("firestore"), runtime.cloud.project, runtime.state.firestore)

    with Runtime(tmp_path, stores=["firestore"], keeps_data=True) as runtime:
        after = {database: _contents(runtime, database) for database in (firestore_archive.DEFAULT_DATABASE, OWN)}

    assert counts == {"(default)": 704, OWN: 703}
    assert after == before


def test_an_interrupted_save_leaves_the_earlier_one(tmp_path, stores, monkeypatch):
    address, project = stores.address("firestore"), "interrupted"
    client = firestore.Client(project=project)
    client.document("a/b").set({"n": 1})
    firestore_archive.save(address, project, tmp_path)
    saved = (tmp_path / "(default).jsonl.gz").read_bytes()
    client.document("a/b").set({"n": 2})

    monkeypatch.setattr(firestore_archive, "_flush_to_disk", _full_disk)
    with pytest.raises(OSError, match="full"):
        firestore_archive.save(address, project, tmp_path)

    assert (tmp_path / "(default).jsonl.gz").read_bytes() == saved


def _full_disk(_file):
    raise OSError("full")


def _register(runtime, account, database):
    archive = firestore_archive.Firestore(runtime.address("firestore"), runtime.cloud.project)
    name = f"projects/{runtime.cloud.project}/databases/(default)/documents/accounts/{account}"
    archive.write("(default)", [Document(name=name, fields={"database": {"string_value": database}})])
    archive.close()


def _fill(runtime, database):
    archive = firestore_archive.Firestore(runtime.address("firestore"), runtime.cloud.project)
    root = f"projects/{runtime.cloud.project}/databases/{database}/documents"
    raw = [
        Document(name=f"{root}/accounts/acme/conversations/missing/events/e1", fields=_every_type(root)),
        Document(name=f"{root}/types/empty", fields={}),
        Document(name=f"{root}/types/naïve ✓ . name", fields=_every_type(root)),
        *(Document(name=f"{root}/many/{n}", fields={"n": {"integer_value": n}}) for n in range(700)),
    ]
    for start in range(0, len(raw), 500):
        archive.write(database, raw[start : start + 500])
    archive.close()


def _every_type(root):
    values = {
        "timestamp": dt.datetime(2026, 1, 2, 3, 4, 5, 678901, dt.UTC),
        "bytes": b"\x00\xff" * 1000,
        "null": None,
        "true": True,
        "big": 2**63 - 1,
        "small": -(2**63),
        "nan": float("nan"),
        "infinity": float("-inf"),
        "negative zero": -0.0,
        "text": "naïve 👍 \u0000 end",
        "point": GeoPoint(-90, 179.5),
        "list": [1, "two", None, {"three": [3.0]}],
        "empty list": [],
        "map": {"deep": {"deeper": {}}, "`odd.key`": 1},
        "vector": Vector([0.5, -1.0]),
    }
    encoded = _helpers.encode_dict(values)
    encoded["reference"] = {"reference_value": f"{root}/accounts/acme"}
    return encoded


def _contents(runtime, database):
    """Each document's name and fields as bytes, in an order that does not depend on the map's."""
    reader = firestore_archive.Firestore(runtime.address("firestore"), runtime.cloud.project)
    contents = {
        document.name: Document.pb(Document(fields=document.fields)).SerializeToString(deterministic=True)
        for document in reader.documents(database)
    }
    reader.close()
    return contents
