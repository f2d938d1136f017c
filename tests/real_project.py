"""A real Google Cloud project in the emulators' place: EARPIECE_TEST_PROJECT names it.

The clients then take application default credentials, and everything is named after this session, so that it is
removed afterwards; what an interrupted session left is removed by the next one once it is a day old.
`tests/README.md` says how, and what has been seen of it.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from test_utils.prefixer import Prefixer

from earpiece_emulators.stores import Cloud

PROJECT = os.environ.get("EARPIECE_TEST_PROJECT", "")
TEST_PROJECT = PROJECT or "earpiece-test"
OWN_DATABASE = os.environ.get("EARPIECE_TEST_DATABASE", "") if PROJECT else "apart"

# An account's id has no separators; a topic's and a bucket's may.
_accounts, _resources = Prefixer("ep", "t", separator=""), Prefixer("earpiece", "tests", separator="-")
_ACCOUNT, _RESOURCE = _accounts.create_prefix(), _resources.create_prefix()
_numbers = itertools.count()

IsOurs = Callable[[str], bool]

# Files and folders under tests/ that stay on the emulators, with the reason.
_EMULATORS_ONLY = {
    "contract/test_outbox": "reads the outboxes of all accounts, so it needs a project of its own",
    "integration/emulators": "is about the emulators",
    "integration/test_firestore_stall": "stops an emulator",
    "integration/test_outbox_relay": "reads the outboxes of all accounts, so it needs a project of its own",
    "integration/test_planted_values": "starts units that Pub/Sub could not push to",
    "integration/test_widget_http": "starts units that Pub/Sub could not push to",
    "integration/training/test_dead_letters": "starts units that Pub/Sub could not push to",
    "integration/training/test_trainer": "publishes to a topic whose name is the system's",
    "integration/training/test_adding_replies": "publishes to a topic whose name is the system's",
    "integration/training/test_training_trigger": "forces training of every account there is",
    "integration/llm_gateway": "publishes to a topic whose name is the system's",
    "integration/services": "publishes to topics whose names are the system's",
    "integration/cli/test_deadletters": "publishes to a topic whose name is the system's",
    "integration/cli/test_training": "starts a unit that finds the emulators in a local run's record",
    "e2e": "starts units that Pub/Sub could not push to",
    "fault": "kills the emulators",
    "bench": "measures one machine",
}
_NEEDS_OWN_DATABASE = ("own_database", "of_their_own", "neither_sees_nor_loses")


def an_account_id() -> str:
    """An account's id that no other test has, in this session or another."""
    return f"{_ACCOUNT}{next(_numbers):04x}"


def a_name(kind: str) -> str:
    """A name for a bucket, a topic or a subscription."""
    return f"{_RESOURCE}-{kind}-{next(_numbers):04x}"


class RealStores:
    """In the place of `earpiece_emulators.pytest_stores.Stores`: nothing is started."""

    def __init__(self) -> None:
        self.cloud = Cloud(project=PROJECT, region="europe-west4", bucket=a_name("models"))
        self._has_bucket = self._has_warehouse = False

    def need(self, *stores: str) -> dict[str, str]:
        if "storage" in stores and not self._has_bucket:
            _storage().create_bucket(self.cloud.bucket, location=self.cloud.region)
            self._has_bucket = True
        if "bigquery" in stores and not self._has_warehouse:
            _claim_raw_dataset()
            self._has_warehouse = True
        named = {"PROJECT_ID": PROJECT, "GOOGLE_CLOUD_PROJECT": PROJECT, "REGION": self.cloud.region}
        return {**named, "MODELS_BUCKET": self.cloud.bucket}

    def address(self, store: str) -> str:
        pytest.skip(f"asks for the address of an emulator ({store})")

    def runtime(self, store: str) -> Any:
        pytest.skip(f"kills an emulator ({store})")

    def stop(self) -> None:
        """Remove everything that this session made."""
        remove(lambda name: name.startswith((_ACCOUNT, _RESOURCE)))
        if self._has_warehouse:
            _bigquery().delete_dataset("earpiece_raw", delete_contents=True, not_found_ok=True)


def real_stores() -> Iterator[RealStores]:
    """After what older sessions have left is removed, and until this one has removed its own."""
    remove(lambda name: _accounts.should_cleanup(name) or _resources.should_cleanup(name))
    stores = RealStores()
    yield stores
    stores.stop()


def why_not(test: str) -> str:
    """Why a test (its path from tests/, and its name) cannot run against a real project; empty when it can."""
    path, _, name = test.partition("::")
    for part, reason in _EMULATORS_ONLY.items():
        if path.startswith(part):
            return reason
    if not OWN_DATABASE and any(part in name for part in _NEEDS_OWN_DATABASE):
        return "needs a second Firestore database: name one in EARPIECE_TEST_DATABASE"
    return ""


def remove(is_ours: IsOurs) -> None:
    """Remove accounts with all that is under them, their keys and datasets, and topics, subscriptions, buckets."""
    for database in {"(default)", OWN_DATABASE} - {""}:
        _remove_documents(_firestore(database), is_ours)
    for dataset in _bigquery().list_datasets():
        if is_ours(dataset.dataset_id.removeprefix("account_")):
            _bigquery().delete_dataset(dataset, delete_contents=True, not_found_ok=True)
    for bucket in _storage().list_buckets():
        if is_ours(bucket.name):
            bucket.delete_blobs(list(bucket.list_blobs()))
            bucket.delete()
    _remove_topics(is_ours)


def _remove_documents(client: Any, is_ours: IsOurs) -> None:
    for account in client.collection("accounts").list_documents():  # also those of which only a subcollection is left
        if is_ours(account.id):
            client.recursive_delete(account)
    for key in client.collection("api_keys").select(["account_id"]).stream():
        if is_ours(key.get("account_id")):
            key.reference.delete()
    for letter in client.collection("dead_letters").select(["attributes"]).stream():
        if is_ours((letter.get("attributes") or {}).get("account_id", "")):
            letter.reference.delete()


def _remove_topics(is_ours: IsOurs) -> None:
    from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient

    publisher, subscriber = PublisherClient(), SubscriberClient()
    for subscription in subscriber.list_subscriptions(project=f"projects/{PROJECT}"):
        if is_ours(subscription.name.rpartition("/")[2]):
            subscriber.delete_subscription(subscription=subscription.name)
    for topic in publisher.list_topics(project=f"projects/{PROJECT}"):
        if is_ours(topic.name.rpartition("/")[2]):
            publisher.delete_topic(topic=topic.name)


def _claim_raw_dataset() -> None:
    # Its name is the system's own, and all accounts share it: where it is, somebody uses it.
    if any(dataset.dataset_id == "earpiece_raw" for dataset in _bigquery().list_datasets()):
        pytest.skip("the project has a dataset earpiece_raw already; give one for tests alone")


def _firestore(database: str) -> Any:
    from google.cloud.firestore import Client

    return Client(project=PROJECT, database=database)


def _bigquery() -> Any:
    from earpiece.adapters.bigquery_client import bigquery_client

    return bigquery_client(PROJECT)


def _storage() -> Any:
    from google.cloud.storage import Client

    return Client(project=PROJECT)
