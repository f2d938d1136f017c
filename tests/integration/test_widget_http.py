"""The widget's HTTP on running services: what each route answers, to whom, and while a model is swapped."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.mistyped import mistyped
from tests.real_project import an_account_id
from tests.waiting import until

from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry, FirestoreApiKeys, FirestoreSettings
from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.firestore_conversations import FirestoreConversations
from earpiece.adapters.firestore_replies import FirestoreReplies
from earpiece.adapters.storage_models import StorageModelFiles
from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.api_keys import Scope, generate_key
from earpiece.domain.events import ConversationEvent, EventKind, MessageContent, Participant, Role
from earpiece.domain.ids import conversation_id as hashed_id
from earpiece.domain.replies import Reply, ReplyState
from earpiece.domain.settings import AccountSettings
from earpiece.engine.corpus import TrainingConversation, Turn, corpus_of
from earpiece.engine.mining import reply_id
from earpiece.engine.training import train
from earpiece_emulators.runtime import Runtime

UNITS = ["conversation_api", "suggestion_api"]


@dataclass
class Services:
    """Both services as processes, and the stores behind them."""

    runtime: Runtime
    clients: FirestoreClients
    registry: FirestoreAccountRegistry

    def url(self, unit: str) -> str:
        return str(self.runtime.address(unit))

    def account(self, **settings: Any) -> Owner:
        account = self.registry.create(Account(an_account_id()))
        if settings:
            version = FirestoreSettings(account, self.clients.of(account)).add(AccountSettings(**settings), NOW)
            self.registry.activate_settings(account, version)
        text, key = generate_key(account.account_id, frozenset(Scope), NOW)
        FirestoreApiKeys(self.clients.registry()).add(key)
        return Owner(self, account, text)


@dataclass
class Owner:
    """One account, as its own systems and agents use it."""

    services: Services
    account: Account
    key: str

    def headers(self, agent_id: str = "agent-1") -> dict[str, str]:
        answer = requests.post(
            self.services.url("conversation_api") + "/v1/token",
            json={"agent_id": agent_id},
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=60,
        )
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    def say(self, role: Role, text: str, number: int, conversation: str = "c-1") -> str:
        account_id = self.account.account_id
        conversation_id = hashed_id(account_id, "custom", conversation)
        event = ConversationEvent(
            event_id=secrets.token_hex(16),
            account_id=account_id,
            platform="custom",
            conversation_id=conversation_id,
            platform_conversation_id=conversation,
            kind=EventKind.MESSAGE_ADDED,
            occurred_at=NOW,
            received_at=NOW,
            sequence=number,
            participant=Participant("agent-1" if role is Role.AGENT else "cust-1", role),
            message=MessageContent(f"m-{number}", text),
            locale="en",
        )
        FirestoreConversations(self.account, self.services.clients.of(self.account)).append(event)
        return conversation_id

    def suggest(self, conversation_id: str, headers: dict[str, str], **body: Any) -> requests.Response:
        url = f"{self.services.url('suggestion_api')}/v1/conversations/{conversation_id}/suggestions"
        return requests.post(url, json={"draft": "", "deadline_ms": 2000, **body}, headers=headers, timeout=60)

    def suggested(self, conversation_id: str, headers: dict[str, str], **body: Any) -> dict[str, Any]:
        """What is suggested once everything could be read in time."""

        def asked() -> dict[str, Any] | None:
            found: dict[str, Any] = self.suggest(conversation_id, headers, **body).json()
            return None if found["degraded"] else found

        return until(asked)

    def release(self, folder: Path, version: str, instead_of: str | None) -> None:
        files = StorageModelFiles(self.account, self.services.runtime.cloud.bucket, self.services.runtime.cloud.project)
        files.upload(version, folder)
        self.services.registry.activate_model(self.account, version, instead_of=instead_of)


NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    stores = ["firestore", "pubsub", "storage"]
    # Changes are seen soon; and a machine with other work to do may be slow, and is not away.
    soon = {"suggestion_api": {"ACCOUNT_FRESH_S": "1", "MODEL_CHECK_S": "1", "ACCOUNT_WAIT_S": "2"}}
    with Runtime(tmp_path_factory.mktemp("services"), units=UNITS, stores=stores, variables=soon) as runtime:
        patch = pytest.MonkeyPatch()
        for name, value in runtime.environment().items():
            patch.setenv(name, value)
        clients = FirestoreClients(runtime.cloud.project)
        yield Services(runtime, clients, FirestoreAccountRegistry(clients.registry(), lambda: datetime.now(UTC)))
        patch.undo()


def problem(answer: requests.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"].removeprefix("urn:earpiece:problem:")


def without_request(answer: requests.Response) -> tuple[int, dict[str, Any]]:
    return answer.status_code, {name: value for name, value in answer.json().items() if name != "instance"}


def a_model(folder: Path, closing: str) -> Path:
    conversations = [
        TrainingConversation(
            f"c-{number}",
            f"cust-{number}",
            (
                Turn("customer", "My parcel is late", None, float(number)),
                Turn("agent", "I am sorry, I will look where your parcel is.", f"a-{number % 4}", number + 0.1),
                Turn("customer", "Thanks", None, number + 0.2),
                Turn("agent", closing, f"a-{number % 4}", number + 0.3),
            ),
        )
        for number in range(40)
    ]
    train(corpus_of(conversations), folder)
    return folder


@pytest.mark.parametrize("unit", UNITS)
def test_every_route_keeps_what_its_openapi_document_promises(services: Services, unit: str):
    owner = services.account(agent_requests_per_minute=100_000, account_requests_per_minute=100_000)
    token = owner.headers()["Authorization"]
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{services.url(unit)}/openapi.json",
        "--header",
        f"Authorization: {token}",
        "--max-examples",
        "12",
        "--seed",
        "1",
        "--checks",
        "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        "--no-color",
    ]

    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", env={**os.environ})

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_a_conversation_is_unknown_before_its_first_event_and_cheap_to_poll_after(services: Services):
    owner = services.account()
    headers = owner.headers()
    url = services.url("conversation_api") + "/v1/conversations/by-platform-id/custom/c-1"

    assert problem(requests.get(url, headers=headers, timeout=60)) == (404, "not-found")
    owner.say(Role.CUSTOMER, "My parcel is late", 1)
    found = requests.get(url, headers=headers, timeout=60)
    assert (found.status_code, found.json()["based_on"]) == (200, 1)
    polled = requests.get(url, headers={**headers, "If-None-Match": found.headers["ETag"]}, timeout=60)
    assert (polled.status_code, polled.content) == (304, b"")
    owner.say(Role.AGENT, "Hello", 2)
    changed = requests.get(url, headers={**headers, "If-None-Match": found.headers["ETag"]}, timeout=60)
    assert [message["text"] for message in changed.json()["messages"]] == ["My parcel is late", "Hello"]


def test_another_account_s_conversation_reads_as_one_that_never_was(services: Services):
    mine, theirs = services.account(), services.account()
    secret = theirs.say(Role.CUSTOMER, "a secret of theirs", 1)
    headers = mine.headers()
    never = "f" * 32

    for unit, method, path, body in (
        ("conversation_api", "GET", "/v1/conversations/{}", None),
        ("suggestion_api", "POST", "/v1/conversations/{}/suggestions", {"draft": "", "deadline_ms": 2000}),
        ("suggestion_api", "POST", "/v1/conversations/{}/completions", {"draft": "He", "deadline_ms": 2000}),
    ):
        answers = [
            requests.request(method, services.url(unit) + path.format(one), json=body, headers=headers, timeout=60)
            for one in (secret, never)
        ]
        assert without_request(answers[0]) == without_request(answers[1])
        assert problem(answers[0]) == (404, "not-found")


def test_without_a_model_the_account_s_own_replies_serve_and_with_nothing_the_list_is_short(services: Services):
    owner = services.account()
    conversation_id = owner.say(Role.CUSTOMER, "My parcel is late", 1)
    replies = FirestoreReplies(owner.account, services.clients.of(owner.account))
    replies.put(
        [
            Reply(reply_id("Your parcel is on its way."), "Your parcel is on its way.", language="en"),
            Reply(reply_id("Your parcel is blocked."), "Your parcel is blocked.", ReplyState.BLOCKED, "en"),
        ]
    )

    answer = owner.suggested(conversation_id, owner.headers(), draft="Your par")

    assert [one["text"] for one in answer["suggestions"]] == ["Your parcel is on its way."]
    assert answer["model_version"] is None
    assert owner.suggested(conversation_id, owner.headers(), draft="Qqqqq")["suggestions"] == []


def test_a_reply_of_the_model_is_found_by_its_words_and_no_more_once_it_is_blocked(services: Services, tmp_path: Path):
    owner = services.account()
    conversation_id = owner.say(Role.CUSTOMER, "My parcel is late", 1)
    owner.release(a_model(tmp_path / "m", "Have a nice day!"), "v1", None)
    headers = owner.headers()
    until(lambda: owner.suggest(conversation_id, headers).json()["model_version"] == "v1", 60, "v1 does not serve")

    def find(query: str) -> list[dict[str, Any]]:
        url = services.url("suggestion_api") + "/v1/replies/search"
        wanted = {"query": query, "deadline_ms": 2000, "language": "en"}
        answer = requests.post(url, json=wanted, headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["replies"])

    (found,) = until(lambda: find("parecl sor"))
    assert (found["source"], found["text"][:10]) == ("model", "I am sorry")
    replies = FirestoreReplies(owner.account, services.clients.of(owner.account))
    replies.put([Reply(found["id"], found["text"], ReplyState.BLOCKED)])
    until(lambda: find("parcel") == [], 60, "what was blocked is still found")


def test_a_page_may_send_feedback_as_it_unloads(services: Services):
    origin = "https://desk.example"
    owner = services.account(allowed_origins=(origin,))
    headers = owner.headers()
    url = f"{services.url('conversation_api')}/v1/feedback?account={owner.account.account_id}"
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    event = {"conversation_id": "0" * 32, "kind": "sent", "occurred_at": "2026-11-20T10:00:00Z"}
    longest = {"saved_keystroke_count": -1_000_000, "set_id": "0" * 32, "suggestion_id": "0" * 32, "rating": None}
    events = [{**event, **longest, "event_id": f"{number:036}"} for number in range(100)]

    preflight = requests.options(url, headers={"Origin": origin, **asked}, timeout=60)
    sent = requests.post(url, json={"events": events}, headers={"Origin": origin, **headers}, timeout=60)

    assert preflight.headers["Access-Control-Allow-Origin"] == origin
    assert (sent.status_code, sent.json()) == (202, {"accepted": 100})
    assert sent.headers["Access-Control-Allow-Origin"] == origin
    assert int(sent.request.headers["Content-Length"]) < 64 * 1024  # as much as a browser keeps alive


def test_replaced_ranges_are_utf16_and_what_the_agent_said_is_not_offered_again(services: Services, tmp_path: Path):
    owner = services.account()
    conversation_id = owner.say(Role.CUSTOMER, "My parcel is late", 1)
    owner.release(a_model(tmp_path / "m", "Have a nice day!"), "v1", None)
    headers = owner.headers()
    until(lambda: owner.suggest(conversation_id, headers).json()["model_version"] == "v1", 60, "v1 does not serve")

    first = owner.suggested(conversation_id, headers)
    assert first["suggestions"][0]["text"].startswith("I am sorry, I will look")
    assert len({one["text"] for one in first["suggestions"]}) == len(first["suggestions"]) <= 3
    assert first["set_id"] == owner.suggested(conversation_id, headers)["set_id"]
    typed = owner.suggested(conversation_id, headers, draft="I am sor")
    assert typed["suggestions"][0]["replace"] == [0, 8]

    owner.say(Role.AGENT, "I am sorry, I will look where your parcel is.", 2)
    owner.say(Role.CUSTOMER, "My parcel is late", 3)
    after = owner.suggested(conversation_id, headers)
    assert after["based_on"] == 3
    assert not [one for one in after["suggestions"] if one["text"].startswith("I am sorry, I will look")]


def test_a_swap_under_load_fails_no_request_and_a_corrupt_model_keeps_the_old_one(services: Services, tmp_path: Path):
    owner = services.account(agent_requests_per_minute=100_000, account_requests_per_minute=100_000)
    conversation_id = owner.say(Role.CUSTOMER, "Thanks", 1)
    owner.release(a_model(tmp_path / "one", "Have a nice day!"), "v1", None)
    headers = owner.headers()
    until(lambda: owner.suggest(conversation_id, headers).json()["model_version"] == "v1", 60, "v1 does not serve")
    answers: list[tuple[int, str | None, str]] = []
    stop = threading.Event()

    def ask() -> None:
        session = requests.Session()
        url = f"{services.url('suggestion_api')}/v1/conversations/{conversation_id}/suggestions"
        while not stop.is_set():
            answer = session.post(url, json={"draft": "", "deadline_ms": 2000}, headers=headers, timeout=60)
            answers.append((answer.status_code, answer.json().get("model_version"), answer.text))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        owner.release(a_model(tmp_path / "two", "Goodbye and thank you!"), "v2", "v1")
        until(lambda: bool(answers) and answers[-1][1] == "v2", 60, "v2 does not serve")
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert {status for status, _, _ in answers} == {200}
    for _, version, text in answers:
        assert not (version == "v1" and "Goodbye and thank you!" in text)
        assert not (version == "v2" and "Have a nice day!" in text)

    corrupt = a_model(tmp_path / "three", "Never offered!")
    manifest = json.loads((corrupt / "manifest.json").read_text())
    manifest["files"]["replies.json"]["sha256"] = "0" * 64
    (corrupt / "manifest.json").write_text(json.dumps(manifest))
    owner.release(corrupt, "v3", "v2")
    log = services.runtime.state.log("suggestion_api")
    until(lambda: "model_load_failed" in log.read_text() and '"v3"' in log.read_text(), 60, "the failure is not logged")
    assert owner.suggest(conversation_id, headers).json()["model_version"] == "v2"


def test_an_agent_over_the_limit_waits_and_a_colleague_does_not(services: Services):
    owner = services.account(agent_requests_per_minute=30)
    conversation_id = owner.say(Role.CUSTOMER, "Hi", 1)
    busy, calm = owner.headers("agent-1"), owner.headers("agent-2")

    answers = [owner.suggest(conversation_id, busy) for _ in range(60)]

    limited = [answer for answer in answers if answer.status_code == 429]
    assert limited
    assert problem(limited[0]) == (429, "rate-limited")
    assert int(limited[0].headers["Retry-After"]) >= 1
    assert owner.suggest(conversation_id, calm).status_code == 200


def test_who_may_not_is_told_so_and_a_suspended_account_too(services: Services):
    owner = services.account()
    conversation_id = owner.say(Role.CUSTOMER, "Hi", 1)
    headers = owner.headers()

    assert problem(owner.suggest(conversation_id, {})) == (401, "invalid-credentials")
    assert problem(owner.suggest(conversation_id, {"Authorization": "Bearer nonsense"})) == (401, "invalid-token")
    assert problem(owner.suggest(conversation_id, {"Authorization": f"Bearer {mistyped(owner.key)}"}))[0] == 401

    services.registry.change_status(owner.account.account_id, AccountStatus.SUSPENDED)
    until(lambda: owner.suggest(conversation_id, headers).status_code == 403, 60, "the suspension is not known")
    assert problem(owner.suggest(conversation_id, headers)) == (403, "account-suspended")


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b"{", {}, (400, "malformed-body")),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, {}, (400, "malformed-body")),
        (b'{"draft": 5}', {}, None),
        (b'{"draft": "' + b"x" * 20_000 + b'"}', {}, None),
        (b"x" * 70_000, {}, (413, "payload-too-large")),
        (b"{}", {"content-type": "text/plain"}, (415, "unsupported-media-type")),
    ],
)
def test_a_bad_body_is_refused_with_its_reason(services: Services, body: bytes, headers: dict[str, str], expected):
    owner = services.account()
    conversation_id = owner.say(Role.CUSTOMER, "Hi", 1)
    sent = {"content-type": "application/json", **owner.headers(), **headers}

    answer = requests.post(
        f"{services.url('suggestion_api')}/v1/conversations/{conversation_id}/suggestions",
        data=body,
        headers=sent,
        timeout=60,
    )

    status, slug = problem(answer)
    assert expected in (None, (status, slug))
    assert status in (400, 413, 415, 422)
