"""What a caller may do wrong, and the exact answer."""

from __future__ import annotations

import json
import socket
import time
from urllib.parse import urlsplit

import pytest
import requests
from tests.integration.llm_gateway.place import a_provider, early_in_a_minute, elapsed_s, now
from tests.integration.llm_gateway.test_failover import a_chat
from tests.waiting import until

from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry, FirestoreApiKeys
from earpiece.domain.accounts import AccountStatus
from earpiece.domain.api_keys import Scope


@pytest.fixture
def one(caller):
    return caller(a_provider())


def problem(answer: requests.Response) -> tuple[int, str, str]:
    """Status, name and OpenAI's code; both forms of the answer must say the same."""
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["detail"] == body["error"]["message"]
    assert body["instance"].startswith("urn:earpiece:request:")
    return answer.status_code, body["type"].removeprefix("urn:earpiece:problem:"), body["error"]["code"]


def test_an_unknown_model_is_not_found(one):
    answer = one.post({**a_chat(), "model": "gpt-9"})

    assert problem(answer) == (404, "model-not-found", "model_not_found")
    assert answer.json()["error"]["param"] == "model"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"{", "malformed-body"),
        (b"", "malformed-body"),
        (b"[]", "malformed-body"),
        (b"\xff\xfe{}", "malformed-body"),
        (b'"' + b"[" * 100_000, "malformed-body"),
        (b"[" * 100_000, "malformed-body"),
        (b"{}", "invalid-input"),
        (b'{"model": ""}', "invalid-input"),
        (b'{"model": 7, "messages": []}', "invalid-input"),
        (b'{"model": "chat"}', "invalid-input"),
        (b'{"model": "chat", "messages": "hello"}', "invalid-input"),
    ],
)
def test_a_body_that_says_no_call_is_refused(one, body, name):
    assert problem(one.post(body)) == (400, name, name.replace("-", "_"))


def test_what_a_provider_would_make_in_the_background_is_refused_and_not_asked_for(one, place):
    answer = one.post({"model": "chat", "input": "Hello", "background": True}, "responses")

    assert problem(answer) == (400, "invalid-input", "invalid_input")
    assert answer.json()["error"]["param"] == "background"
    assert place.provider(one.llm.upstreams[0].name).received == []


def test_what_we_need_not_read_is_passed_on_whatever_it_holds(one, place):
    odd = {
        "tools": "none",
        "stream_options": 7,
        "response_format": [],
        "max_tokens": "many",
        "n": -1,
        "é\ud800": "\ud800",
    }

    assert one.post({**a_chat(), **odd}).status_code == 200

    (name,) = [route.upstream for route in one.llm.models[0].routes]
    assert place.provider(name).received[0].body == {**a_chat(), "model": "small", **odd}


def test_ten_megabytes_are_too_much(one):
    answer = one.post(b'{"model": "chat", "messages": [{"role": "user", "content": "' + b"a" * 10_000_000 + b'"}]}')

    assert problem(answer) == (413, "payload-too-large", "payload_too_large")


@pytest.mark.parametrize("key", ["", "Bearer", "Bearer sk-openai", "Basic abc", "Bearer ep_live_00000000_" + "0" * 51])
def test_a_key_that_we_never_gave_is_refused(place, key):
    answer = requests.post(
        f"{place.gateway.url}/v1/chat/completions", json=a_chat(), headers={"Authorization": key}, timeout=10
    )

    assert problem(answer) == (401, "invalid-credentials", "invalid_credentials")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_key_without_the_scope_may_not_call(one):
    one.key, _ = one.add_key(Scope.CONVERSATIONS_READ)

    assert problem(one.post(a_chat())) == (403, "insufficient-scope", "insufficient_scope")


def test_a_revoked_key_ends_while_others_go_on(one, place):
    first = one.key
    one.key, key_id = one.add_key(Scope.LLM_CALL)
    assert one.post(a_chat()).status_code == 200

    FirestoreApiKeys(place.clients.registry()).revoke(key_id, now())

    until(lambda: one.post(a_chat()).status_code == 401, 30, "a revoked key still called")
    one.key = first
    assert one.post(a_chat()).status_code == 200


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (AccountStatus.SUSPENDED, (403, "account-suspended", "account_suspended")),
        (AccountStatus.DELETED, (410, "account-deleted", "account_deleted")),
    ],
)
def test_an_account_that_is_not_active_is_refused(one, place, status, expected):
    assert one.post(a_chat()).status_code == 200

    FirestoreAccountRegistry(place.clients.registry(), now).change_status(one.account.account_id, status)

    until(lambda: not one.post(a_chat()).ok, 30, "it still called")
    assert problem(one.post(a_chat())) == expected


@pytest.mark.parametrize(
    ("limits", "what"), [({"requests_per_minute": 2}, "requests"), ({"tokens_per_minute": 12_000}, "tokens")]
)
def test_a_key_over_its_limit_hears_when_to_come_again(caller, place, limits, what):
    name = a_provider()
    one = caller(name, **limits)
    place.providers.behave(name, text="word " * 4_000)
    early_in_a_minute()

    answers = [one.post(a_chat()) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert problem(answers[2]) == (429, "rate-limited", "rate_limited")
    assert what in answers[2].json()["detail"]
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60


def test_large_header_values_are_refused_and_do_no_harm(one, place):
    large = "1" * 60_000
    answer = one.post(a_chat(), **{"x-earpiece-deadline-ms": large})
    assert problem(answer) == (400, "invalid-input", "invalid_input")

    one.key = large
    assert one.post(a_chat()).status_code == 401
    assert requests.get(f"{place.gateway.url}/healthz", timeout=5).ok


@pytest.mark.parametrize("deadline", ["soon", "-5", "nan", "1e3", "inf"])
def test_a_deadline_must_be_a_number_of_milliseconds(one, deadline):
    assert problem(one.post(a_chat(), **{"x-earpiece-deadline-ms": deadline}))[:2] == (400, "invalid-input")


@pytest.mark.parametrize("drips", [False, True])
def test_a_body_that_does_not_end_is_not_waited_for(one, drips):
    address = urlsplit(one.place.gateway.url)
    began_s = time.monotonic()
    with socket.create_connection((address.hostname, address.port), 10) as connection:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {one.key}\r\n"
        connection.sendall(f"{head}Content-Length: 1000\r\n\r\n{{".encode())
        connection.settimeout(0.1)
        told = b""
        while b"body-too-slow" not in told and elapsed_s(began_s) < 12:
            try:
                told += connection.recv(65_536)
            except TimeoutError:
                if drips:
                    connection.sendall(b" ")

    assert told.startswith(b"HTTP/1.1 400")
    assert b"body-too-slow" in told
    assert elapsed_s(began_s) < 8


def test_methods_and_paths_that_are_not_there_are_said_so(one):
    base = one.place.gateway.url
    for method, path in (("GET", "/v1/chat/completions"), ("POST", "/v1/models"), ("POST", "/v1/files"), ("PUT", "/")):
        answer = requests.request(method, base + path, headers={"Authorization": f"Bearer {one.key}"}, timeout=5)
        assert problem(answer)[:2] == (404, "not-found")


def test_neither_text_nor_keys_are_logged(one, place):
    one.post({**a_chat(), "messages": [{"role": "user", "content": "CANARY-7781"}]})
    one.post(b'{"model": "chat", CANARY-7781')

    said = place.gateway.log.read_text()

    assert "CANARY-7781" not in said
    assert one.key not in said
    assert "sk-provider" not in said
    assert all(json.loads(line) for line in said.splitlines() if line.startswith("{"))


def test_a_tool_on_a_host_that_the_account_does_not_name_is_refused_before_anything_is_sent(caller, place):
    name = a_provider()
    one = caller(name, tool_hosts=["mcp.acme.com"])
    tool = {"type": "mcp", "server_label": "x", "server_url": "https://169.254.169.254/"}
    allowed = {**tool, "server_url": "https://mcp.acme.com/sse"}

    refused = one.post({"model": "chat", "input": "Hello", "tools": [tool]}, "responses")
    answered = one.post({"model": "chat", "input": "Hello", "tools": [allowed]}, "responses")

    assert problem(refused) == (403, "tool-host-not-allowed", "tool_host_not_allowed")
    assert answered.status_code == 200
    assert len(place.provider(name).received) == 1
