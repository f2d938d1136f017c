"""The sets of adapters that must pass every suite here: one on Google's stores. An embedded one becomes another."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from tests.real_project import OWN_DATABASE, PROJECT, a_name

from earpiece.domain.accounts import Account
from earpiece.ports.accounts import AccountRegistry, ApiKeys, Integrations, SettingsVersions
from earpiece.ports.assistants import Articles, AssistantRuns, Assistants
from earpiece.ports.audit import Audit
from earpiece.ports.budgets import Budgets
from earpiece.ports.conversations import Conversations, Replies
from earpiece.ports.events import DeadLetters, Outbox, Outboxes, OutgoingMessage, Publisher
from earpiece.ports.minute_limits import MinuteLimits
from earpiece.ports.models import ModelFiles, ModelRecords, TrainingRuns
from earpiece.ports.secrets import Secrets
from earpiece.ports.tokens import UsedTokens
from earpiece.ports.warehouse import Warehouse

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of a test's own; `read` takes what waits in its one subscription, until so many have come."""

    name: str
    read: Callable[[int], list[OutgoingMessage]]


@dataclass(frozen=True, slots=True)
class Adapters:
    """One set. Every call makes an adapter anew, as another process of the same system has it."""

    own_database: str
    registry: Callable[[Clock], AccountRegistry]
    api_keys: Callable[[], ApiKeys]
    settings: Callable[[Account], SettingsVersions]
    integrations: Callable[[Account, Secrets, Clock], Integrations]
    conversations: Callable[[Account], Conversations]
    replies: Callable[[Account], Replies]
    outbox: Callable[[Account], Outbox]
    outboxes: Callable[[], Outboxes]
    dead_letters: Callable[[Account], DeadLetters]
    runs: Callable[[Account], TrainingRuns]
    records: Callable[[Account], ModelRecords]
    files: Callable[[Account, Callable[[], None]], ModelFiles]
    damage: Callable[[Account, str, str, bytes | None], None]
    """Put other bytes, or nothing, in place of a file of a model version."""
    audit: Callable[[Account], Audit]
    budgets: Callable[[Account, Clock], Budgets]
    minute_limits: Callable[[Account], MinuteLimits]
    used_tokens: Callable[[Account], UsedTokens]
    assistants: Callable[[Account], Assistants]
    assistant_runs: Callable[[Account], AssistantRuns]
    articles: Callable[[Account], Articles]
    publisher: Callable[[], Publisher]
    unanswered: Callable[[], Any]
    """A context that gives a publisher whose service takes connections and never answers."""
    topic: Callable[[], Topic]
    warehouse: Callable[[Account, list[dict[str, Any]]], Warehouse]
    """The warehouse of one account, after these rows of raw messages (of any account) were appended."""


def google(stores: Any) -> Adapters:
    """Firestore, Pub/Sub and Cloud Storage by Google's clients: on the emulators in a project of its own."""
    from google.cloud.storage import Client

    from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry, FirestoreApiKeys, FirestoreSettings
    from earpiece.adapters.firestore_assistants import (
        FirestoreArticles,
        FirestoreAssistantRuns,
        FirestoreAssistants,
    )
    from earpiece.adapters.firestore_audit import FirestoreAudit
    from earpiece.adapters.firestore_budgets import FirestoreBudgets
    from earpiece.adapters.firestore_client import FirestoreClients
    from earpiece.adapters.firestore_conversations import FirestoreConversations
    from earpiece.adapters.firestore_dead_letters import FirestoreDeadLetters
    from earpiece.adapters.firestore_integrations import FirestoreIntegrations
    from earpiece.adapters.firestore_minute_limits import FirestoreMinuteLimits
    from earpiece.adapters.firestore_models import FirestoreModelRecords
    from earpiece.adapters.firestore_outbox import FirestoreOutbox, FirestoreOutboxes
    from earpiece.adapters.firestore_replies import FirestoreReplies
    from earpiece.adapters.firestore_training_runs import FirestoreTrainingRuns
    from earpiece.adapters.firestore_used_tokens import FirestoreUsedTokens
    from earpiece.adapters.fold_cache import FoldCache
    from earpiece.adapters.pubsub_publisher import PubsubPublisher
    from earpiece.adapters.storage_models import StorageModelFiles
    from earpiece.adapters.told_cache import ToldCache

    bucket = stores.need("firestore", "pubsub", "storage")["MODELS_BUCKET"]
    project = PROJECT or f"contract-{secrets.token_hex(4)}"
    clients, cache = FirestoreClients(project), FoldCache(20)
    registry = clients.registry()

    def damage(account: Account, version: str, name: str, content: bytes | None) -> None:
        blob = Client(project=project).bucket(bucket).blob(f"models/{account.account_id}/{version}/{name}")
        blob.delete() if content is None else blob.upload_from_string(content)

    @contextmanager
    def unanswered() -> Iterator[Publisher]:
        with socket.create_server(("127.0.0.1", 0)) as silent, pytest.MonkeyPatch.context() as patch:
            patch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{silent.getsockname()[1]}")
            yield PubsubPublisher(project)

    return Adapters(
        own_database=OWN_DATABASE,
        registry=lambda now: FirestoreAccountRegistry(registry, now),
        api_keys=lambda: FirestoreApiKeys(registry),
        settings=lambda account: FirestoreSettings(account, clients.of(account)),
        integrations=lambda account, sealing, now: FirestoreIntegrations(account, registry, sealing, now),
        conversations=lambda account: FirestoreConversations(account, clients.of(account), cache, ToldCache()),
        replies=lambda account: FirestoreReplies(account, clients.of(account)),
        outbox=lambda account: FirestoreOutbox(account, clients.of(account)),
        outboxes=lambda: FirestoreOutboxes(clients),
        dead_letters=lambda account: FirestoreDeadLetters(account, clients.of(account)),
        runs=lambda account: FirestoreTrainingRuns(account, clients.of(account)),
        records=lambda account: FirestoreModelRecords(account, clients.of(account)),
        files=lambda account, reach: StorageModelFiles(account, bucket, project, reach),
        damage=damage,
        audit=lambda account: FirestoreAudit(account, registry),
        budgets=lambda account, now: FirestoreBudgets(account, registry, now),
        minute_limits=lambda account: FirestoreMinuteLimits(account, registry),
        used_tokens=lambda account: FirestoreUsedTokens(account, registry),
        assistants=lambda account: FirestoreAssistants(account, clients.of(account)),
        assistant_runs=lambda account: FirestoreAssistantRuns(account, clients.of(account)),
        articles=lambda account: FirestoreArticles(account, clients.of(account)),
        publisher=lambda: PubsubPublisher(project),
        unanswered=unanswered,
        topic=lambda: _topic(project),
        warehouse=lambda account, rows: _warehouse(stores, account, rows),
    )


def _warehouse(stores: Any, account: Account, rows: list[dict[str, Any]]) -> Warehouse:
    from earpiece.adapters.bigquery_client import RAW_DATASET, bigquery_client
    from earpiece.adapters.bigquery_views import ensure_raw, ensure_views
    from earpiece.adapters.bigquery_warehouse import BigQueryWarehouse

    stores.need("bigquery")
    client = bigquery_client(stores.cloud.project)
    ensure_raw(client, "europe-west4")
    ensure_views(client, account)
    if rows:
        assert client.insert_rows_json(f"{client.project}.{RAW_DATASET}.messages", rows, timeout=60) == []
    return BigQueryWarehouse(account, client)


def _topic(project: str) -> Topic:
    from google.cloud.pubsub_v1 import PublisherClient

    name = a_name("topic")
    path, subscription = f"projects/{project}/topics/{name}", f"projects/{project}/subscriptions/{name}"
    subscriber = _subscriber()
    PublisherClient().create_topic(name=path)
    subscriber.create_subscription(name=subscription, topic=path)

    def read(count: int) -> list[OutgoingMessage]:
        found: list[OutgoingMessage] = []
        while len(found) < count:
            pulled = subscriber.pull(subscription=subscription, max_messages=1000, timeout=20).received_messages
            found += [OutgoingMessage(one.message.data, dict(one.message.attributes)) for one in pulled]
            if pulled:
                ack_ids = [one.ack_id for one in pulled]
                subscriber.acknowledge(subscription=subscription, ack_ids=ack_ids, timeout=20)
        return found

    return Topic(name, read)


def _subscriber() -> Any:
    import grpc
    from google.pubsub_v1 import SubscriberClient
    from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

    emulator = os.environ.get("PUBSUB_EMULATOR_HOST")
    if not emulator:
        return SubscriberClient()
    most = [
        ("grpc.max_receive_message_length", -1)
    ]  # an answer may be larger than gRPC's 4 MB, as Google's clients know
    channel = grpc.insecure_channel(emulator, options=most)
    return SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))


SETS: dict[str, Callable[[Any], Adapters]] = {"google": google}
