"""A session against a real project, shown with the emulators in that project's place: it removes what it made."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from typing import Any

from google.cloud import firestore, pubsub_v1, storage

SOME = ("tests/contract/test_audit.py", "tests/contract/test_publisher.py", "tests/integration/emulators/test_jobs.py")


def test_a_session_removes_what_it_made_and_what_an_old_one_left_and_nothing_else(stores: Any):
    project = f"real-{secrets.token_hex(4)}"
    environment = stores.need("firestore", "pubsub", "bigquery", "storage")
    accounts = firestore.Client(project=project).collection("accounts")
    for account_id in ("lumen", "ept20250101000000abc0001"):
        accounts.document(account_id).collection("audit").document("entry").set({"kept": True})
    buckets = _buckets(project)

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", *SOME],
        env={**os.environ, **environment, "EARPIECE_TEST_PROJECT": project},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout
    assert "not on a real project: is about the emulators" in done.stdout
    assert [account.id for account in accounts.list_documents()] == ["lumen"]
    assert list(pubsub_v1.PublisherClient().list_topics(project=f"projects/{project}")) == []
    assert _buckets(project) == buckets


def _buckets(project: str) -> set[str]:
    return {bucket.name for bucket in storage.Client(project=project).list_buckets()}
