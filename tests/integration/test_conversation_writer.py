"""The writer behind its own door: what it keeps once, what it tells downstream, and what becomes a dead letter."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from tests.real_project import an_account_id

from conversation_writer.app import create_app
from conversation_writer.deps import Deps, connect
from conversation_writer.settings import Settings
from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.errors import Unavailable
from earpiece.domain.events import ConversationEvent, EventKind, MessageContent, Participant, Role, event_to_json

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@dataclass
class Downstream:
    """What was published, by topic; or Pub/Sub that is away."""

    told: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    kinds: dict[str, list[str]] = field(default_factory=dict)
    is_away: bool = False

    def publish(self, topic: str, messages: Any, *, timeout_s: float) -> None:
        if self.is_away:
            raise Unavailable("Pub/Sub did not acknowledge in time")
        self.told.setdefault(topic, []).extend(json.loads(message.data) for message in messages)
        self.kinds.setdefault(topic, []).extend(message.attributes["kind"] for message in messages)


@dataclass
class Writer:
    client: FlaskClient
    deps: Deps
    downstream: Downstream
    account: Account

    def push(self, payload: bytes | ConversationEvent, account_id: str | None = None, path: str = "/events") -> int:
        data = payload if isinstance(payload, bytes) else json.dumps(event_to_json(payload)).encode()
        attributes = {"account_id": account_id or self.account.account_id, "kind": "x"}
        message = {"messageId": "1", "data": base64.b64encode(data).decode(), "attributes": attributes}
        body = {
            "message": {**message, "publishTime": "2026-11-20T00:00:00Z"},
            "subscription": "s",
            "deliveryAttempt": 2,
        }
        return self.client.post(path, json=body).status_code

    def event(self, kind: EventKind = EventKind.MESSAGE_ADDED, **changed: Any) -> ConversationEvent:
        event = ConversationEvent(
            event_id=secrets.token_hex(16),
            account_id=self.account.account_id,
            platform="custom",
            conversation_id="c" * 32,
            platform_conversation_id="c-1",
            kind=kind,
            occurred_at=NOW,
            received_at=NOW,
            participant=Participant("p-1", Role.CUSTOMER, name="Imke Veldhuis"),
            message=MessageContent("m-1", "This is Imke, call 06 12345678") if kind.startswith("message_") else None,
        )
        return replace(event, **changed)


@pytest.fixture(scope="session")
def connected(stores: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Deps]:
    stores.need("firestore", "pubsub")
    key_file = tmp_path_factory.mktemp("keys") / "secrets.key"
    key_file.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
    settings = Settings.model_validate({"PROJECT_ID": stores.cloud.project, "SECRETS_KEY_FILE": str(key_file)})
    return settings, connect(settings)


@pytest.fixture
def writer(connected: tuple[Settings, Deps]) -> Writer:
    settings, deps = connected
    account = deps.accounts.create(Account(an_account_id()))
    downstream = Downstream()
    own = replace(deps, publisher=downstream)
    return Writer(create_app(settings, own).test_client(), own, downstream, account)


def test_a_message_is_kept_once_and_its_masked_row_is_told_at_every_push(writer: Writer):
    event = writer.event()

    assert [writer.push(event) for _ in range(2)] == [204, 204]

    found = writer.deps.conversations(writer.account).find("c" * 32)
    assert found is not None
    assert (found.event_count, found.messages[0].text) == (1, "This is Imke, call 06 12345678")
    first, second = writer.downstream.told["warehouse-messages"]
    assert first["event_id"] == event.event_id
    assert {**first, "written_at": ""} == {**second, "written_at": ""}
    assert "Imke" not in first["text"]
    assert "[PERSON:" in first["text"]
    assert "[PHONE:" in first["text"]
    assert first["text_key"] == "this is {PERSON} call {PHONE}"


def test_a_name_that_another_instance_was_told_is_masked_too(writer: Writer, connected: tuple[Settings, Deps]):
    settings, _ = connected
    other = replace(connect(settings), publisher=writer.downstream)
    elsewhere = replace(writer, client=create_app(settings, other).test_client(), deps=other)
    quiet = {"participant": Participant("a-1", Role.AGENT)}
    writer.push(writer.event(**quiet, message=MessageContent("m-1", "Hello")))

    elsewhere.push(elsewhere.event(participant=Participant("p-9", Role.CUSTOMER, name="Qorvan Zilbeth")))
    writer.push(writer.event(**quiet, message=MessageContent("m-3", "so qorvan zilbeth asked for it")))

    assert "zilbeth" not in writer.downstream.told["warehouse-messages"][-1]["text"]


@pytest.mark.parametrize(
    ("content_type", "locale", "expected"),
    [
        ("text/plain", "nl-NL", ("text/plain", "nl-NL")),
        ('Text/HTML; name="Imke.html"', "en_US", ("text/html", "en_US")),
        ("by Imke Veldhuis", "Imke Veldhuis", (None, None)),
        ("Imke/Veldhuis van Dam", None, (None, None)),
    ],
)
def test_a_row_s_labels_are_of_the_shape_of_labels_or_empty(
    writer: Writer, content_type: str, locale: str | None, expected: tuple[str | None, str | None]
):
    writer.push(writer.event(locale=locale, message=MessageContent("m-1", "Hello", content_type)))

    (row,) = writer.downstream.told["warehouse-messages"]
    assert (row["content_type"], row["locale"]) == expected


def test_an_end_and_a_transfer_are_told_to_their_topics(writer: Writer):
    writer.push(writer.event(EventKind.ENDED))
    writer.push(writer.event(EventKind.TRANSFERRED, participant=Participant("a-2", Role.AGENT)))

    (ended,) = writer.downstream.told["conversation-ended"]
    (transferred,) = writer.downstream.told["conversation-transferred"]
    assert ended["conversation_id"] == transferred["conversation_id"] == "c" * 32
    assert "warehouse-messages" not in writer.downstream.told


@pytest.mark.parametrize("kind", [EventKind.MESSAGE_ADDED, EventKind.MESSAGE_EDITED, EventKind.MESSAGE_REMOVED])
def test_a_message_that_comes_after_the_end_tells_of_the_end_again(
    writer: Writer, connected: tuple[Settings, Deps], kind: EventKind
):
    settings, _ = connected
    other = replace(connect(settings), publisher=Downstream())
    writer.push(writer.event())
    assert "conversation-ended" not in writer.downstream.told
    replace(writer, client=create_app(settings, other).test_client(), deps=other).push(writer.event(EventKind.ENDED))

    late = writer.event(kind, message=MessageContent("m-1", "Bye"))
    writer.push(late)
    writer.push(late)

    told = writer.downstream.told["conversation-ended"]
    assert [(one["conversation_id"], one["event_id"]) for one in told] == [("c" * 32, late.event_id)] * 2
    assert set(writer.downstream.kinds["conversation-ended"]) == {"ended"}


def test_that_an_agent_left_is_told_and_that_a_customer_did_is_not(writer: Writer):
    writer.push(writer.event(EventKind.PARTICIPANT_LEFT))
    assert "conversation-agent-left" not in writer.downstream.told

    writer.push(writer.event(EventKind.PARTICIPANT_LEFT, participant=Participant("a-1", Role.AGENT)))

    (left,) = writer.downstream.told["conversation-agent-left"]
    assert left["conversation_id"] == "c" * 32


def test_while_downstream_is_away_the_push_comes_again_and_nothing_is_doubled(writer: Writer):
    event = writer.event()
    writer.downstream.is_away = True
    assert writer.push(event) == 503
    writer.downstream.is_away = False
    assert writer.push(event) == 204

    assert len(writer.downstream.told["warehouse-messages"]) == 1


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"{", "malformed-body"),
        (b"[]", "malformed-body"),
        (b"\xff\xfe", "malformed-body"),
        (b'{"a":' * 9000 + b"1" + b"}" * 9000, "malformed-body"),
        (b'{"format": 99}', "malformed-body"),
        (b'{"format": 1, "kind": "nonsense"}', "malformed-body"),
        (b"", "malformed-body"),
        (b'{"format": NaN}', "malformed-body"),
        (b'{"format": 1, "format": 1}', "malformed-body"),
    ],
)
def test_what_can_never_be_processed_is_a_dead_letter_and_is_acknowledged(writer: Writer, payload: bytes, reason: str):
    assert [writer.push(payload) for _ in range(2)] == [204, 204]

    (letter,) = writer.deps.dead_letters(writer.account).all()
    assert (letter.reason, letter.payload, letter.attempts) == (reason, payload, 3)
    assert letter.first_attempt_at == NOW
    assert writer.downstream.told == {}


def test_an_event_that_names_another_account_than_its_envelope_is_written_nowhere(writer: Writer):
    other = writer.deps.accounts.create(Account(an_account_id()))

    assert writer.push(writer.event(account_id=other.account_id)) == 204

    (letter,) = writer.deps.dead_letters(writer.account).all()
    assert letter.reason == "account-mismatch"
    assert writer.deps.conversations(other).find("c" * 32) is None
    assert writer.deps.conversations(writer.account).find("c" * 32) is None


def test_what_names_no_account_of_ours_is_kept_apart_and_acknowledged(writer: Writer):
    event, nobody = writer.event(), an_account_id()

    assert writer.push(event, account_id=nobody) == 204

    found = {letter.payload: letter for letter in writer.deps.dead_letters(None).all()}
    letter = found[json.dumps(event_to_json(event)).encode()]
    assert (letter.reason, letter.attributes["account_id"]) == ("unknown-account", nobody)
    assert writer.deps.dead_letters(writer.account).all() == []


@pytest.mark.parametrize("path", ["/events", "/dead-letters"])
def test_what_comes_for_a_deleted_account_is_dropped(writer: Writer, path: str):
    writer.deps.accounts.change_status(writer.account.account_id, AccountStatus.DELETED)

    assert writer.push(writer.event(), path=path) == 204

    assert writer.downstream.told == {}
    assert writer.deps.dead_letters(writer.account).all() == []


def test_what_crashed_at_every_attempt_arrives_as_a_dead_letter_of_its_account(writer: Writer):
    assert writer.push(writer.event(), path="/dead-letters") == 204

    (letter,) = writer.deps.dead_letters(writer.account).all()
    assert letter.reason == "attempts-exhausted"


def test_what_is_no_push_is_refused(writer: Writer):
    answer = writer.client.post("/events", data=b"{}")

    assert (answer.status_code, answer.json["type"]) == (400, "urn:earpiece:problem:malformed-body")
