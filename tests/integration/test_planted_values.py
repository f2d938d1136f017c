"""Values of invented people, planted in conversations, are searched in all that leaves them: rows, logs, models.

The events in Firestore hold the text by design: they are the conversation. A dead letter holds what came, byte for
byte, for the same reason. Everything else of the account is searched, and the account's own keys everywhere.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import logging
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.real_project import an_account_id

import conversation_api.app as widget_door
import conversation_api.deps as widget_deps
import conversation_api.settings as widget_settings
import conversation_writer.app as writer
import conversation_writer.deps as writer_deps
import conversation_writer.settings as writer_settings
import trainer.deps as trainer_deps
import trainer.settings as trainer_settings
import webhook_intake.app as intake
import webhook_intake.deps as intake_deps
import webhook_intake.settings as intake_settings
from earpiece.adapters.bigquery_client import RAW_DATASET, bigquery_client
from earpiece.adapters.bigquery_views import ensure_raw, ensure_views
from earpiece.adapters.firestore_accounts import FirestoreApiKeys, FirestoreSettings
from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.domain.accounts import Account
from earpiece.domain.api_keys import Scope, generate_key
from earpiece.domain.ids import conversation_id
from earpiece.domain.settings import AccountSettings
from earpiece.platforms.standard_webhooks import sign
from earpiece_emulators.keys import ensure_keys
from trainer.job import execute

NAME, EMAIL, PHONE = "Wilhelmina Oosterveld", "wilhelmina.oosterveld@post.example", "+31 6 48 29 17 35"
SENTENCE = (
    f"Hello, I am {NAME}, mail {EMAIL} or call {PHONE}. My IBAN is NL91ABNA0417164300, card 4539 1488 0343 6467, "
    "BSN 111222333, from 198.51.100.23, see https://shop.example/reset?token=Zq7Kp2Xw9Rt4Lm8v"
)
OTHERWISE = (
    "OOSTERVELD here, write WILHELMINA.OOSTERVELD@POST.EXAMPLE, 06 48291735, NL91 ABNA 0417 1643 00, 4539148803436467, "
    "https://user:Zq7Kp2Xw9Rt4Lm8v@shop.example/x"
)
PLANTED = (
    *("Wilhelmina", "Oosterveld", "post.example"),
    *("48 29 17", "48291735", "0417164300", "0417 1643 00", "1488 0343", "4539148803436467"),
    *("111222333", "198.51.100", "Zq7Kp2Xw9Rt4Lm8v"),
)
CONVERSATIONS = 40
BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass
class Topics:
    told: dict[str, list[Any]] = field(default_factory=dict)

    def publish(self, topic: str, messages: Any, *, timeout_s: float) -> None:
        self.told.setdefault(topic, []).extend(messages)


@dataclass(frozen=True, slots=True)
class Aftermath:
    """All that is left once the conversations were told, answered, and trained from."""

    account: Account
    api_key: str
    webhook_secret: str
    token: str
    topics: dict[str, list[Any]]
    answers: str
    logged: str
    clients: FirestoreClients
    project: str
    bucket: str


@dataclass
class Play:
    """The units, each behind its door, with one account and what its people hold."""

    environment: dict[str, str]
    topics: Topics = field(default_factory=Topics)
    answers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        told = intake_settings.Settings.model_validate(self.environment)
        told_deps = replace(intake_deps.connect(told), publisher=self.topics)
        kept = writer_settings.Settings.model_validate(self.environment)
        asked = widget_settings.Settings.model_validate(self.environment)
        self.door = intake.create_app(told, told_deps).test_client()
        self.writer = writer.create_app(kept, replace(writer_deps.connect(kept), publisher=self.topics)).test_client()
        self.widget = widget_door.create_app(
            asked, replace(widget_deps.connect(asked), publisher=self.topics)
        ).test_client()
        self.clients = FirestoreClients(self.environment["PROJECT_ID"])
        self.secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        self.account = told_deps.accounts.create(Account(an_account_id()))
        told_deps.integrations(self.account).rotate("custom", self.secret, keep_old_until=datetime.now(UTC))
        self.api_key, key = generate_key(self.account.account_id, frozenset(Scope), datetime.now(UTC))
        FirestoreApiKeys(self.clients.registry()).add(key)
        wanted = AccountSettings(min_training_conversations=10)
        version = FirestoreSettings(self.account, self.clients.of(self.account)).add(wanted, datetime.now(UTC))
        told_deps.accounts.activate_settings(self.account, version)

    def deliver(self, body: dict[str, Any], expected: int = 200, secret: str | None = None) -> None:
        raw = json.dumps(body).encode()
        timestamp = int(time.time())
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(secret or self.secret, "msg_1", timestamp, raw),
            "content-type": "application/json",
        }
        answer = self.door.post(f"/v1/deliveries/{self.account.account_id}/custom", data=raw, headers=headers)
        assert answer.status_code == expected
        self.answers.append(answer.get_data(as_text=True))

    def push(self, data: bytes, attributes: dict[str, str]) -> None:
        message = {"messageId": "1", "data": base64.b64encode(data).decode(), "attributes": attributes}
        answer = self.writer.post("/events", json={"message": message, "subscription": "s"})
        assert answer.status_code == 204
        self.answers.append(answer.get_data(as_text=True))

    def ask(self, method: str, path: str, expected: int, **request: Any) -> Any:
        """An answer that may hold no planted value; one that shows the conversation itself is not asked for here."""
        answer = self.widget.open(path, method=method, **request)
        assert answer.status_code == expected
        self.answers.append(answer.get_data(as_text=True) if answer.status_code >= 400 else "")
        return answer.get_json()


@pytest.fixture(scope="module")
def aftermath(stores: Any, tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    keys = ensure_keys(tmp_path_factory.mktemp("keys"))
    environment = {
        **stores.need("firestore", "pubsub", "bigquery", "storage"),
        "SECRETS_KEY_FILE": str(keys.secrets),
        "TOKEN_SIGNING_KEY_FILE": str(keys.signing),
        "TOKEN_KEY_ID": keys.signing_id(),
        "MODELS_BUCKET": stores.cloud.bucket,
        "LOG_LEVEL": "DEBUG",
    }
    with _everything_logged() as logged:
        play = Play(environment)
        _converse(play)
        token = _use_the_widget(play)
        _train(play)
    return Aftermath(
        account=play.account,
        api_key=play.api_key,
        webhook_secret=play.secret,
        token=token,
        topics=play.topics.told,
        answers="\n".join(play.answers),
        logged=logged.getvalue(),
        clients=play.clients,
        project=environment["PROJECT_ID"],
        bucket=stores.cloud.bucket,
    )


@contextlib.contextmanager
def _everything_logged() -> Iterator[io.StringIO]:
    """Our units' lines on standard output, and those of every library."""
    logged = io.StringIO()
    handler = logging.StreamHandler(logged)
    logging.getLogger().addHandler(handler)
    with contextlib.redirect_stdout(logged), contextlib.redirect_stderr(logged):
        yield logged
    logging.getLogger().removeHandler(handler)


def _converse(play: Play) -> None:
    """The customer says all of it, agents repeat it, one message is edited; then what no part of us can read."""
    for number in range(CONVERSATIONS):
        for place in range(4):
            play.deliver(_message(number, place))
    play.deliver({**_message(0, 0), "type": "message.updated", "timestamp": "2026-01-06T00:00:00Z"})
    play.deliver({**_message(0, 0), "timestamp": f"not a time, says {SENTENCE}"}, expected=400)
    play.deliver({**_message(0, 0), "type": ["no kind", SENTENCE]}, expected=400)
    play.deliver(_message(0, 0), expected=401, secret="whsec_" + base64.b64encode(b"x" * 32).decode())
    for message in play.topics.told["conversation-event-received"]:
        play.push(message.data, dict(message.attributes))
    play.push(json.dumps({"format": 99, "said": SENTENCE}).encode(), {"account_id": play.account.account_id})
    play.push(f"{{ {SENTENCE}".encode(), {"account_id": play.account.account_id, "kind": SENTENCE})


def _message(number: int, place: int) -> dict[str, Any]:
    """Customers are many and agents few, so that what is said often is mined, with whatever stands in it."""
    role = "agent" if place % 2 else "customer"
    said = (SENTENCE, f"Thank you, Wilhelmina. I noted: {SENTENCE}", OTHERWISE, "Dank u wel, mevrouw Oosterveld.")
    at = BEGAN + timedelta(hours=number, minutes=place)
    person = {"id": f"{number}-{EMAIL}", "role": "customer", "name": NAME, "email": EMAIL, "phone": PHONE}
    return {
        "type": "message.created",
        "timestamp": at.isoformat(),
        "data": {
            "conversation": {"id": f"{number} of {EMAIL}", "locale": "Oosterveld"},
            "message": {
                "id": f"{place} by {NAME}",
                "role": role,
                "author_id": f"agent-{number % 6}" if role == "agent" else person["id"],
                "text": said[place],
                "content_type": f'text/plain; name="{NAME}.txt"',
                "attachments": [{"id": EMAIL, "name": f"{NAME}.pdf", "url": f"https://files.example/{EMAIL}"}],
            },
            "participants": [person],
        },
    }


def _use_the_widget(play: Play) -> str:
    """Tokens, a conversation, feedback; and each of them wrongly, with planted values in the request."""
    by_key = {"Authorization": f"Bearer {play.api_key}"}
    token: str = play.ask("POST", "/v1/token", 200, json={"agent_id": EMAIL}, headers=by_key)["token"]
    by_token = {"Authorization": f"Bearer {token}"}
    ours = conversation_id(play.account.account_id, "custom", f"0 of {EMAIL}")
    assert NAME in json.dumps(play.ask("GET", f"/v1/conversations/{ours}", 200, headers=by_token))
    feedback = {"event_id": "e-1", "conversation_id": ours, "kind": "shown", "occurred_at": "2026-01-20T10:00:00Z"}
    play.ask("POST", "/v1/feedback", 202, json={"events": [feedback]}, headers=by_token)
    play.ask("POST", "/v1/token", 401, json={"agent_id": EMAIL}, headers={"Authorization": f"Bearer {play.api_key}x"})
    play.ask("POST", "/v1/token", 400, json={"agent_id": [SENTENCE]}, headers=by_key)
    play.ask("POST", "/v1/token", 401, json={"embed_token": SENTENCE})
    play.ask("POST", "/v1/feedback", 400, json={"events": [{**feedback, "kind": SENTENCE}]}, headers=by_token)
    play.ask("GET", "/v1/conversations/by-platform-id/custom/nobody", 404, headers=by_token)
    return token


def _train(play: Play) -> None:
    client = bigquery_client(play.environment["PROJECT_ID"])
    ensure_raw(client, "europe-west4")
    ensure_views(client, play.account)
    rows = [json.loads(message.data) for message in play.topics.told["warehouse-messages"]]
    assert len(rows) == 4 * CONVERSATIONS + 1
    assert client.insert_rows_json(f"{client.project}.{RAW_DATASET}.messages", rows, timeout=60) == []
    told = {"ACCOUNT_ID": play.account.account_id, "TRAINING_RUN_ID": "run-1"}
    settings = trainer_settings.Settings.model_validate({**play.environment, **told})
    deps = replace(trainer_deps.connect(settings), publisher=play.topics)
    assert execute(settings, deps) == 0
    assert deps.runs(play.account).all()[0].state == "succeeded"


def planted_in(text: str, *own: str) -> list[str]:
    return [value for value in (*PLANTED, *own) if value.casefold() in text.casefold()]


def test_the_search_finds_every_planted_value_where_it_stands():
    assert sorted(planted_in(SENTENCE + OTHERWISE)) == sorted(PLANTED)


def test_no_row_of_the_warehouse_holds_one(aftermath: Aftermath):
    client = bigquery_client(aftermath.project)
    for table in ("messages", "suggestion_events"):
        query = f"SELECT * FROM `{client.project}.{RAW_DATASET}.{table}`"
        rows = [tuple(row.values()) for row in client.query(query, timeout=60).result(timeout=60)]

        assert rows or table == "suggestion_events"
        assert planted_in(repr([row for row in rows if aftermath.account.account_id in row])) == []


def test_nothing_that_is_published_downstream_holds_one(aftermath: Aftermath):
    downstream = {topic for topic in aftermath.topics if topic != "conversation-event-received"}

    assert downstream == {"warehouse-messages", "warehouse-suggestion-events", "model-trained"}
    for topic in downstream:
        for message in aftermath.topics[topic]:
            text = message.data.decode() + json.dumps(message.attributes)
            assert planted_in(text, aftermath.api_key, aftermath.token, aftermath.webhook_secret) == []


def test_no_line_of_any_log_holds_one_or_a_key(aftermath: Aftermath):
    for unit in ("delivery_accepted", "event_stored", "dead_letter_recorded", "token_issued", "training_finished"):
        assert unit in aftermath.logged

    key_secret, webhook_secret = aftermath.api_key[17:], aftermath.webhook_secret.removeprefix("whsec_")
    assert planted_in(aftermath.logged, key_secret, webhook_secret, aftermath.token) == []


def test_no_error_tells_one(aftermath: Aftermath):
    assert aftermath.answers.count("urn:earpiece:problem:") == 8

    key_secret, webhook_secret = aftermath.api_key[17:], aftermath.webhook_secret.removeprefix("whsec_")
    assert planted_in(aftermath.answers, key_secret, webhook_secret, aftermath.token) == []


def test_no_file_of_the_model_holds_one(aftermath: Aftermath):
    from google.cloud.storage import Client

    blobs = list(
        Client(project=aftermath.project).list_blobs(aftermath.bucket, prefix=f"models/{aftermath.account.account_id}/")
    )

    assert "manifest.json" in {Path(blob.name).name for blob in blobs}
    for blob in blobs:
        assert planted_in(blob.download_as_bytes().decode("utf-8", "replace")) == [], blob.name


def test_firestore_holds_them_in_events_and_dead_letters_and_keys_nowhere(aftermath: Aftermath):
    client = aftermath.clients.registry()
    account = client.document("accounts", aftermath.account.account_id)
    found = {collection.id: repr(list(_documents(collection))) for collection in account.collections()}

    assert {"conversations", "dead_letters", "integrations", "models", "replies", "training_runs"} <= set(found)
    assert NAME in found.pop("conversations")
    assert "invalid-input" in found.pop("dead_letters")
    everything = "".join(found.values()) + repr(list(_documents(client.collection("api_keys"))))
    webhook_secret = base64.b64decode(aftermath.webhook_secret.removeprefix("whsec_"))
    assert planted_in(everything, aftermath.api_key[17:], aftermath.webhook_secret, repr(webhook_secret)[2:-1]) == []


def _documents(collection: Any) -> Iterator[Any]:
    for document in collection.list_documents():
        yield document.path, document.get().to_dict()
        for below in document.collections():
            yield from _documents(below)
