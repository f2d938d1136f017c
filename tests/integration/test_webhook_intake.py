"""The webhook door on real stores: every bad input, with its exact answer, and nothing kept where it should not be."""

from __future__ import annotations

import base64
import json
import os
import secrets
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from google.cloud import firestore
from tests.real_project import TEST_PROJECT, an_account_id
from tests.waiting import until
from werkzeug.test import TestResponse

from earpiece.adapters.firestore_client import DOOR_TIMEOUT_S
from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.errors import Unavailable
from earpiece.platforms.standard_webhooks import sign
from earpiece.ports.events import OutgoingMessage
from webhook_intake.app import create_app
from webhook_intake.deps import Deps, connect
from webhook_intake.settings import Settings

TOPIC = "conversation-event-received"
ANSWERED_WITHIN_S = 2.0  # whatever the stores do (DESIGN section 4)
SAMPLES = Path(__file__).parents[1] / "samples" / "custom" / "deliveries.jsonl"


@dataclass
class Publishing:
    """The publisher of a test: it keeps what it is given, or is away."""

    messages: list[OutgoingMessage]
    is_away: bool = False

    def publish(self, topic: str, messages: Any, *, timeout_s: float) -> None:
        if self.is_away:
            raise Unavailable("Pub/Sub did not acknowledge in time")
        assert topic == TOPIC
        self.messages += messages


@dataclass
class Door:
    """One account's door, and the account's own secret."""

    client: FlaskClient
    deps: Deps
    publishing: Publishing
    account: Account
    secret: str

    def post(self, body: bytes | dict[str, Any], **altered: Any) -> TestResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        timestamp = altered.pop("timestamp", int(time.time()))
        delivery_id = altered.pop("delivery_id", "msg_1")
        secret = altered.pop("secret", self.secret)
        headers = {
            "webhook-id": delivery_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(secret, delivery_id, timestamp, raw) if isinstance(timestamp, int) else "v1,x",
            "content-type": "application/json",
        }
        headers |= altered.pop("headers", {})
        account_id = altered.pop("account_id", self.account.account_id)
        platform = altered.pop("platform", "custom")
        headers = {name: value for name, value in headers.items() if value is not None}
        return self.client.post(f"/v1/deliveries/{account_id}/{platform}", data=raw, headers=headers)

    def kept(self) -> dict[str, int]:
        """How many documents the account has in each of its collections, and how many messages were published."""
        client = firestore.Client(project=TEST_PROJECT)
        root = client.collection("accounts").document(self.account.account_id)
        counts = {name: len(list(root.collection(name).stream())) for name in ("outbox", "dead_letters")}
        return {**counts, "published": len(self.publishing.messages)}


NOTHING = {"outbox": 0, "dead_letters": 0, "published": 0}


@pytest.fixture(scope="session")
def settings(stores: Any, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    stores.need("firestore", "pubsub")
    key_file = tmp_path_factory.mktemp("keys") / "secrets.key"
    key_file.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
    return Settings.model_validate({"PROJECT_ID": TEST_PROJECT, "SECRETS_KEY_FILE": str(key_file)})


@pytest.fixture(scope="session")
def connected(settings: Settings) -> Deps:
    return connect(settings)


@pytest.fixture
def make_door(settings: Settings, connected: Deps) -> Callable[[], Door]:
    def make() -> Door:
        account = connected.accounts.create(Account(an_account_id()))
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        # The door's own reads wait under a second; what they find is then kept for half a minute and more.
        until(lambda: _answers(lambda: _rotate(connected, account, secret)), what="the secret was not kept")
        until(lambda: _answers(lambda: _is_known(connected, account, secret)), what="the account was not known")
        publishing = Publishing([])
        deps = replace(connected, publisher=publishing)
        return Door(create_app(settings, deps).test_client(), deps, publishing, account, secret)

    return make


def _answers(ask: Callable[[], bool]) -> bool:
    """What is asked of a store, False while a busy machine makes it slower than a door can wait."""
    try:
        return ask()
    except Unavailable:
        return False


def _rotate(connected: Deps, account: Account, secret: str) -> bool:
    connected.integrations(account).rotate("custom", secret, keep_old_until=datetime.now(UTC))
    return True


def _is_known(connected: Deps, account: Account, secret: str) -> bool:
    return connected.accounts.find(account.account_id) == account and secret in connected.integrations(account).secrets(
        "custom"
    )


@pytest.fixture
def door(make_door: Callable[[], Door]) -> Door:
    return make_door()


def a_message(text: str = "Hello", **changed: Any) -> dict[str, Any]:
    message = {"id": "m-1", "role": "customer", "author_id": "cust-1", "text": text, **changed}
    return {
        "type": "message.created",
        "timestamp": "2026-11-20T10:15:21.904Z",
        "data": {"conversation": {"id": "c-1"}, "message": message},
    }


def problem(response: TestResponse) -> tuple[int, str]:
    assert response.mimetype == "application/problem+json"
    assert set(response.json) >= {"type", "title", "status", "detail", "instance"}
    assert response.json["status"] == response.status_code
    return response.status_code, response.json["type"].removeprefix("urn:earpiece:problem:")


def test_every_sample_is_accepted_and_published_with_its_account_and_trace(door: Door):
    for number, body in enumerate(SAMPLES.read_bytes().splitlines()):
        response = door.post(body, delivery_id=f"msg_{number}", headers={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
        assert response.status_code == 200

    assert len(door.publishing.messages) == 11
    for message in door.publishing.messages:
        assert message.attributes["account_id"] == door.account.account_id
        assert message.attributes["traceparent"].split("-")[1] == "a" * 32
        assert json.loads(message.data)["account_id"] == door.account.account_id


def test_an_unknown_kind_or_field_is_accepted_and_named(door: Door):
    unknown = {**a_message(), "type": "conversation.some_future_event", "new": {"field": 1}}

    response = door.post(unknown)

    assert (response.status_code, response.json) == (
        200,
        {"accepted": 0, "ignored": ["conversation.some_future_event"]},
    )
    assert door.post({**a_message(), "another": 1}).json == {"accepted": 1, "ignored": []}


@pytest.mark.parametrize(
    ("altered", "expected"),
    [
        ({"headers": {"webhook-signature": None}}, (401, "missing-signature")),
        ({"headers": {"webhook-id": None}}, (401, "missing-signature")),
        ({"headers": {"webhook-signature": "v1 garbage"}}, (401, "invalid-signature")),
        ({"headers": {"webhook-signature": "v1,"}}, (401, "invalid-signature")),
        ({"headers": {"webhook-signature": " ".join(["v1,AAAA"] * 1000)}}, (401, "invalid-signature")),
        ({"secret": "whsec_" + base64.b64encode(b"x" * 32).decode()}, (401, "invalid-signature")),
        ({"timestamp": int(time.time()) - 3600}, (401, "timestamp-out-of-tolerance")),
        ({"timestamp": int(time.time()) + 3600}, (401, "timestamp-out-of-tolerance")),
        ({"timestamp": "NaN"}, (401, "invalid-signature")),
        ({"delivery_id": "a.b"}, (401, "invalid-signature")),
        ({"delivery_id": "x" * 10_000}, (401, "invalid-signature")),
        ({"account_id": "nobody"}, (401, "invalid-signature")),
        ({"account_id": "..%2Faccounts"}, (404, "not-found")),
        ({"account_id": "UPPER"}, (401, "invalid-signature")),
        ({"platform": "nosuch"}, (404, "not-found")),
        ({"headers": {"content-type": "text/plain"}}, (415, "unsupported-media-type")),
        ({"headers": {"content-encoding": "gzip"}}, (415, "unsupported-media-type")),
    ],
)
def test_what_is_not_authentic_or_not_json_is_refused_and_nothing_is_kept(door: Door, altered, expected):
    assert problem(door.post(a_message(), **altered)) == expected
    assert door.kept() == NOTHING


def test_one_account_s_signature_opens_no_other_account(make_door: Callable[[], Door]):
    mine, theirs = make_door(), make_door()

    crossed = mine.post(a_message(), account_id=theirs.account.account_id)

    assert problem(crossed) == (401, "invalid-signature")
    unknown = mine.post(a_message(), account_id="nobody")
    same = {key: value for key, value in crossed.json.items() if key != "instance"}
    assert same == {key: value for key, value in unknown.json.items() if key != "instance"}
    assert (mine.kept(), theirs.kept()) == (NOTHING, NOTHING)


def test_a_body_over_one_mebibyte_is_refused_before_it_is_read(door: Door):
    assert problem(door.post(a_message("x" * 1024 * 1024))) == (413, "payload-too-large")
    assert door.kept() == NOTHING


def test_a_body_over_one_mebibyte_that_does_not_tell_its_length_is_refused_too(door: Door):
    raw, timestamp = json.dumps(a_message("x" * 1024 * 1024)).encode(), int(time.time())

    answer = door.client.post(
        f"/v1/deliveries/{door.account.account_id}/custom",
        input_stream=BytesIO(raw),
        content_type="application/json",
        headers={
            "webhook-id": "msg_1",
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(door.secret, "msg_1", timestamp, raw),
        },
        environ_overrides={"wsgi.input_terminated": True},
    )

    assert problem(answer) == (413, "payload-too-large")
    assert door.kept() == NOTHING


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"type": ', "malformed-body"),
        (b"[1, 2]", "malformed-body"),
        (b'{"type": "message.created", "type": "message.deleted"}', "malformed-body"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "malformed-body"),
        (b'{"type": NaN}', "malformed-body"),
        (b"\xff\xfe", "malformed-body"),
        (json.dumps(a_message(id="a\nb")).encode(), "invalid-id"),
        (json.dumps(a_message(id="x" * 10_240)).encode(), "invalid-id"),
        (json.dumps(a_message(id="")).encode(), "invalid-id"),
        (json.dumps(a_message(id=None)).encode(), "invalid-id"),
        (json.dumps(a_message(role="wizard")).encode(), "invalid-input"),
        (json.dumps(a_message(None)).encode(), "invalid-input"),
        (json.dumps({**a_message(), "timestamp": 10**30}).encode(), "invalid-input"),
        (json.dumps(a_message("x" * 300_000)).encode(), "invalid-input"),
    ],
)
def test_what_verifies_but_cannot_be_read_is_kept_once_as_a_dead_letter_with_its_reason(door: Door, body, reason):
    assert problem(door.post(body)) == (400, reason)
    assert problem(door.post(body, delivery_id="msg_again")) == (400, reason)

    (dead_letter,) = door.deps.dead_letters(door.account).all()
    assert (dead_letter.reason, dead_letter.payload, dead_letter.attempts) == (reason, body, 2)
    assert "webhook-signature" not in dead_letter.attributes
    assert door.kept() == {**NOTHING, "dead_letters": 1}


def test_ids_with_slashes_and_dots_are_hashed_and_never_a_path(door: Door):
    hostile = a_message(id="../../accounts/other/x")
    hostile["data"]["conversation"]["id"] = "__all__/../.."

    assert door.post(hostile).status_code == 200
    event = json.loads(door.publishing.messages[0].data)
    assert set(event["conversation_id"] + event["event_id"]) <= set("0123456789abcdef")


def test_lone_surrogates_and_nul_are_replaced_and_the_rest_is_kept(door: Door):
    raw = json.dumps(a_message("A?B@ \u202e")).replace("?", "\\ud800").replace("@", "\\u0000").encode()

    assert door.post(raw).status_code == 200
    text = json.loads(door.publishing.messages[0].data)["message"]["text"]
    assert text == "A\ufffdB\ufffd \u202e"


@pytest.mark.parametrize("told", ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
def test_a_time_that_cannot_be_right_is_accepted_and_flagged(door: Door, told):
    assert door.post({**a_message(), "timestamp": told}).status_code == 200

    event = json.loads(door.publishing.messages[0].data)
    assert event["is_time_suspect"] is True
    assert event["received_at"][:4] == f"{datetime.now(UTC):%Y}"


def test_a_suspended_account_is_answered_and_dropped_and_a_deleted_one_is_gone(door: Door):
    door.deps.accounts.change_status(door.account.account_id, AccountStatus.SUSPENDED)
    assert (door.post(a_message()).status_code, door.kept()) == (200, NOTHING)
    assert problem(door.post(a_message(), secret="whsec_" + "A" * 44)) == (401, "invalid-signature")

    door.deps.accounts.change_status(door.account.account_id, AccountStatus.DELETED)
    assert problem(door.post(a_message())) == (410, "account-deleted")
    assert door.kept() == NOTHING


def test_two_secrets_are_valid_while_one_is_rotated_and_the_old_one_ends(door: Door):
    new = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    integrations = door.deps.integrations(door.account)

    integrations.rotate("custom", new, keep_old_until=datetime.now(UTC) + timedelta(minutes=5))
    assert [door.post(a_message(), secret=one).status_code for one in (door.secret, new)] == [200, 200]

    integrations.rotate("custom", new, keep_old_until=datetime.now(UTC) - timedelta(seconds=1))
    assert problem(door.post(a_message(), secret=door.secret)) == (401, "invalid-signature")


def test_while_pubsub_is_away_deliveries_wait_in_the_outbox_once_and_are_acknowledged(door: Door):
    door.publishing.is_away = True

    for _ in range(3):
        assert door.post(a_message()).status_code == 200

    assert door.kept() == {**NOTHING, "outbox": 1}


def test_when_nothing_can_be_kept_the_platform_is_asked_to_come_again(door: Door):
    class Away:
        def keep(self, waiting: Any, *, timeout_s: float) -> None:
            raise Unavailable("outbox: the store does not answer")

    door.publishing.is_away = True
    app = create_app(Settings.model_validate({"PROJECT_ID": TEST_PROJECT}), replace(door.deps, outbox=lambda _: Away()))
    door.client = app.test_client()

    response = door.post(a_message())

    assert problem(response) == (503, "unavailable")
    assert int(response.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("body", [a_message(), b"{"], ids=["a delivery", "one that cannot be read"])
def test_slow_reads_take_their_time_from_the_writes_and_not_from_the_platform(door: Door, body):
    clock = MovedClock()
    app = create_app(Settings.model_validate({"PROJECT_ID": TEST_PROJECT}), with_everything_slow(door, clock))
    door.client = app.test_client()

    response = door.post(body)

    assert problem(response) == (503, "unavailable")
    assert int(response.headers["Retry-After"]) >= 1
    assert 2 * DOOR_TIMEOUT_S < clock.at_s < ANSWERED_WITHIN_S


class MovedClock:
    """Seconds that pass only where a store takes them."""

    def __init__(self) -> None:
        self.at_s = 0.0

    def __call__(self) -> float:
        return self.at_s

    def fails(self, timeout_s: float) -> None:
        self.at_s += timeout_s
        raise Unavailable("the store does not answer")

    def passes(self, result: Any) -> Any:
        self.at_s += DOOR_TIMEOUT_S - 0.01
        return result


def with_everything_slow(door: Door, clock: MovedClock) -> Deps:
    """Reads answer at the last moment, and whatever writes uses up the time that it is given."""

    def fails(*_: Any, timeout_s: float) -> None:
        clock.fails(timeout_s)

    stalled = SimpleNamespace(publish=fails, keep=fails, record=fails)
    slow = SimpleNamespace(find=lambda _: clock.passes(door.account), secrets=lambda _: clock.passes((door.secret,)))
    return replace(
        door.deps,
        accounts=slow,
        integrations=lambda _: slow,
        publisher=stalled,
        outbox=lambda _: stalled,
        dead_letters=lambda _: stalled,
        monotonic_s=clock,
    )


def test_unknown_paths_and_methods_say_nothing_of_the_inside(door: Door):
    assert problem(door.client.get("/.env")) == (404, "not-found")
    assert problem(door.client.delete("/v1/deliveries/a/custom")) == (405, "method-not-allowed")
    assert problem(door.client.get(f"/v1/deliveries/{door.account.account_id}/custom")) == (401, "invalid-signature")


def test_while_firestore_stalls_known_accounts_are_still_answered_in_time(door: Door, stores: Any):
    pid = stores.runtime("firestore").running("firestore").identity.pid
    os.killpg(pid, signal.SIGSTOP)
    try:
        # Our copies of the account and its secrets are taken as too old to be trusted without asking.
        registry, integrations = door.deps.accounts, door.deps.integrations(door.account)
        registry._copies = {key: (datetime.now(UTC), copy) for key, (_, copy) in registry._copies.items()}
        integrations._copies = {key: (datetime.now(UTC), copy) for key, (_, copy) in integrations._copies.items()}

        known, known_s = timed(lambda: door.post(a_message(id="m-2"), delivery_id="msg_2"))
        unknown, unknown_s = timed(lambda: door.post(a_message(), account_id="neverseen"))
    finally:
        os.killpg(pid, signal.SIGCONT)

    assert (known.status_code, len(door.publishing.messages)) == (200, 1)
    assert problem(unknown) == (503, "unavailable")
    assert int(unknown.headers["Retry-After"]) >= 1
    assert max(known_s, unknown_s) < 10  # left to itself, Google's client goes on for a minute


def timed(ask: Callable[[], TestResponse]) -> tuple[TestResponse, float]:
    """The answer, and the seconds that it took."""
    began_s = time.monotonic()
    return ask(), time.monotonic() - began_s
