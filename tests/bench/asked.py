"""Requests that every unit answers with its real work, for one account that has all that they look up."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from typing import Any

import requests

from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry, FirestoreApiKeys, FirestoreSettings
from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.firestore_conversations import FirestoreConversations
from earpiece.adapters.firestore_integrations import FirestoreIntegrations
from earpiece.adapters.firestore_models import FirestoreModelRecords
from earpiece.adapters.firestore_training_runs import FirestoreTrainingRuns
from earpiece.adapters.sealing import connect_secrets
from earpiece.adapters.storage_models import StorageModelFiles
from earpiece.domain.accounts import Account
from earpiece.domain.api_keys import Scope, generate_key
from earpiece.domain.ids import conversation_id
from earpiece.domain.models import ModelRecord, ModelState, RunState
from earpiece.domain.settings import AccountSettings
from earpiece.platforms.standard_webhooks import sign
from earpiece_emulators.runtime import Runtime

from load import Request  # isort: skip
from told import events, messages  # isort: skip

ACCOUNT = Account("bench")
AGENTS = 20
RELEASED = "20261120T030000Z-0a1b2c3d"


class Asked:
    """`of(unit, count)` gives so many requests of one unit."""

    def __init__(self, runtime: Runtime) -> None:
        self._credentials = create_account(runtime)
        self._conversation_id = _write_what_units_find(runtime)
        _let_a_desk_frame_the_panel(runtime)
        self._of: dict[str, Callable[[], Iterator[Request]]] = {
            "webhook_intake": self._deliveries,
            "conversation_writer": self._events,
            "outbox_relay": lambda: (("/", b"", {}) for _ in count()),
            "training_trigger": lambda: (("/scheduled", b"", {}) for _ in count()),
            "model_release": self._trained_models,
            "conversation_api": self._feedback,
            "suggestion_api": self._suggestions,
            "widget": lambda: ((f"/v1/frame/{ACCOUNT.account_id}", b"", {}) for _ in count()),
        }

    def knows(self, unit: str) -> bool:
        return unit in self._of

    def of(self, unit: str, most: int) -> list[Request]:
        return list(islice(self._of[unit](), most))

    def _deliveries(self) -> Iterator[Request]:
        for number in count():
            message = {"id": f"m-{number}", "role": "customer", "author_id": "cust-1", "text": "Where is my order?"}
            data = {"conversation": {"id": f"c-{number % 50}"}, "message": message}
            body = json.dumps({"type": "message.created", "timestamp": _now(), "data": data}).encode()
            name, timestamp = f"msg_{number}", int(time.time())
            headers = {
                "content-type": "application/json",
                "webhook-id": name,
                "webhook-timestamp": str(timestamp),
                "webhook-signature": sign(self._credentials.webhook_secret, name, timestamp, body),
            }
            yield f"/v1/deliveries/{ACCOUNT.account_id}/custom", body, headers

    def _events(self) -> Iterator[Request]:
        for number, message in enumerate(messages(events(ACCOUNT.account_id, 1000))):
            yield "/events", pushed(message.data, message.attributes, number), _JSON

    def _trained_models(self) -> Iterator[Request]:
        told = {"account_id": ACCOUNT.account_id, "version": RELEASED, "run_id": "run-1", "baseline_version": None}
        for number in count():
            yield "/model-trained", pushed(json.dumps(told).encode(), {"account_id": ACCOUNT.account_id}, number), _JSON

    def _feedback(self) -> Iterator[Request]:
        for number in count():
            told = {"conversation_id": self._conversation_id, "kind": "shown", "occurred_at": _now()}
            body = {"events": [{"event_id": f"e-{number}", **told}]}
            yield "/v1/feedback", json.dumps(body).encode(), self._as_agent(number)

    def _suggestions(self) -> Iterator[Request]:
        path = f"/v1/conversations/{self._conversation_id}/suggestions"
        for number in count():
            draft = ("", "Th", "Thank", "I can")[number % 4]
            yield path, json.dumps({"draft": draft, "deadline_ms": 2000}).encode(), self._as_agent(number)

    def _as_agent(self, number: int) -> dict[str, str]:
        # Twenty of them, so that none is over the limit of an agent.
        return {
            **_JSON,
            "Authorization": f"Bearer {self._credentials.api_key}",
            "X-Agent-Id": f"agent-{number % AGENTS}",
        }


_JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the account's own systems hold."""

    api_key: str
    webhook_secret: str


def create_account(runtime: Runtime) -> Credentials:
    """ACCOUNT, with an API key of every scope and the secret of its webhook."""
    now, registry = datetime.now(UTC), FirestoreClients(runtime.cloud.project).registry()
    FirestoreAccountRegistry(registry, lambda: now).create(ACCOUNT)
    text, key = generate_key(ACCOUNT.account_id, frozenset(Scope), now)
    FirestoreApiKeys(registry).add(key)
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    sealing = connect_secrets(runtime.environment()["SECRETS_KEY_FILE"], "")
    FirestoreIntegrations(ACCOUNT, registry, sealing, lambda: now).rotate("custom", secret, keep_old_until=now)
    return Credentials(text, secret)


def token(runtime: Runtime, api_key: str, agent_id: str) -> dict[str, str]:
    """The headers of a widget of this agent."""
    url, headers = f"{runtime.address('conversation_api')}/v1/token", {"Authorization": f"Bearer {api_key}"}
    answer = requests.post(url, json={"agent_id": agent_id}, headers=headers, timeout=10)
    answer.raise_for_status()
    return {**_JSON, "Authorization": f"Bearer {answer.json()['token']}"}


def release(runtime: Runtime, folder: Path, version: str) -> None:
    """Put a model of this folder in service."""
    StorageModelFiles(ACCOUNT, runtime.cloud.bucket, runtime.cloud.project).upload(version, folder)
    registry = FirestoreAccountRegistry(FirestoreClients(runtime.cloud.project).registry(), lambda: datetime.now(UTC))
    registry.activate_model(ACCOUNT, version, instead_of=None)


def pushed(data: bytes, attributes: Any, number: int) -> bytes:
    """A message as Pub/Sub pushes it."""
    message = {"messageId": str(number), "data": base64.b64encode(data).decode(), "attributes": dict(attributes)}
    body = {"message": {**message, "publishTime": _now()}, "subscription": "bench", "deliveryAttempt": 1}
    return json.dumps(body).encode()


def _write_what_units_find(runtime: Runtime) -> str:
    """A conversation (its id), a released model's record, and a run that leaves the account not due for another."""
    client, at = FirestoreClients(runtime.cloud.project).of(ACCOUNT), datetime.now(UTC)
    first = events(ACCOUNT.account_id, 10)[0].platform_conversation_id
    for event in events(ACCOUNT.account_id, 10):
        FirestoreConversations(ACCOUNT, client).append(event)
    FirestoreModelRecords(ACCOUNT, client).put(ModelRecord(RELEASED, ModelState.RELEASED, at, released_at=at))
    FirestoreTrainingRuns(ACCOUNT, client).start("run-1", at, lease_s=60)
    FirestoreTrainingRuns(ACCOUNT, client).finish("run-1", RunState.SUCCEEDED, at)
    return conversation_id(ACCOUNT.account_id, "custom", first)


def _let_a_desk_frame_the_panel(runtime: Runtime) -> None:
    clients, at = FirestoreClients(runtime.cloud.project), datetime.now(UTC)
    settings = AccountSettings(allowed_origins=("https://desk.example.com",))
    version = FirestoreSettings(ACCOUNT, clients.of(ACCOUNT)).add(settings, at)
    FirestoreAccountRegistry(clients.registry(), lambda: at).activate_settings(ACCOUNT, version)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
