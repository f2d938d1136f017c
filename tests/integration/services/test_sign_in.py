"""Signing in with a platform's own proof, against a server that answers as the platform does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from tests.integration.services.conftest import Somebody, now, ready

from conversation_api.app import create_app
from conversation_api.deps import connect
from conversation_api.settings import Settings
from earpiece.adapters import platform_users
from earpiece.adapters.firestore_integrations import FirestoreIntegrations
from earpiece.adapters.platform_users import HttpPlatformUsers
from earpiece.domain.accounts import AccountStatus
from earpiece.domain.errors import InvalidToken, Unavailable

ORGANISATION = "5c0d3b1e-6f2a-4c57-9b1e-1f2d3c4b5a69"
AGENT = "7a1f0c22-9d3e-4b8a-8f66-0c2b4d6e8fa1"
USER = {"id": AGENT, "state": "active", "organization": {"id": ORGANISATION}}
GENESYS = {"region": "mypurecloud.de", "organization_id": ORGANISATION}
TOKEN = "genesys-token-zanzibar"
SALES_ORGANISATION = "00DHs0000000001EAA"
SALESFORCE = {"organization_id": SALES_ORGANISATION, "my_domain": "acme.my.salesforce.com"}
SALES_AGENT = "005Hs0000000001IAA"
CANVAS_SECRET = "canvas-consumer-secret"


@dataclass
class Platform:
    """What the server answers next, and what it was asked: host, path and token."""

    status: int = 200
    body: bytes = json.dumps(USER).encode()
    headers: dict[str, str] = field(default_factory=dict)
    gate: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    url: str = ""

    def says(self, **changed: Any) -> None:
        self.body = json.dumps({**USER, **changed}).encode()

    def address_of(self, host: str) -> str:
        return f"{self.url}/{host}"


@pytest.fixture
def platform() -> Iterator[Platform]:
    made = Platform()
    made.gate.set()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host, _, path = self.path[1:].partition("/")
            made.asked.append((host, f"/{path}", self.headers.get("Authorization")))
            made.gate.wait(20)
            self.send_response(made.status)
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(made.body)))
            self.end_headers()
            self.wfile.write(made.body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.handle_error = lambda *_: None  # a client that gave up is no news
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    yield made
    made.gate.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def connected(place):
    return connect(Settings.model_validate(place.environment))


@pytest.fixture
def app(place, connected, platform):
    deps = replace(connected, platform_users=HttpPlatformUsers(platform.address_of))
    return ready(create_app(Settings.model_validate(place.environment), deps))


@pytest.fixture
def client(app):
    return app.test_client()


def describe(owner: Somebody, platform: str, details: dict[str, str], secret: str = "") -> Somebody:
    integrations = FirestoreIntegrations(owner.account, owner.place.clients.registry(), owner.place.secrets, now)
    integrations.describe(platform, details)
    if secret:
        integrations.rotate("salesforce-canvas", secret, keep_old_until=now())
    return owner


@pytest.fixture
def owner(somebody) -> Somebody:
    return describe(describe(somebody(), "genesys", GENESYS), "salesforce", SALESFORCE, CANVAS_SECRET)


def sign_in(client, owner: Somebody | None, **body: Any):
    wanted = {"platform": "genesys", "platform_token": TOKEN, **body}
    return client.post(f"/v1/token?account={owner.account_id if owner else 'neverwas'}", json=wanted)


def signed_request(
    issued_at: float | None, organization_id: str = SALES_ORGANISATION, secret: str = CANVAS_SECRET
) -> str:
    context = {
        "algorithm": "HMACSHA256",
        "issuedAt": issued_at,
        "userId": SALES_AGENT,
        "client": {"oauthToken": "00DHs!TOKEN", "instanceUrl": "https://evil.example"},
        "context": {"user": {"userId": SALES_AGENT}, "organization": {"organizationId": organization_id}},
    }
    encoded = base64.b64encode(json.dumps(context).encode())
    signature = base64.b64encode(hmac.new(secret.encode(), encoded, hashlib.sha256).digest())
    return f"{signature.decode()}.{encoded.decode()}"


def canvas(client, owner: Somebody, signed: str):
    body = {"platform": "salesforce", "signed_request": signed}
    return client.post(f"/v1/token?account={owner.account_id}", json=body)


def problem(answer) -> tuple[int, str]:
    assert answer.mimetype == "application/problem+json"
    return answer.status_code, answer.get_json()["type"].removeprefix("urn:earpiece:problem:")


def test_an_agent_of_genesys_gets_a_token_that_opens_the_account(client, platform, owner):
    issued = sign_in(client, owner)

    token = issued.get_json()["token"]
    assert jwt.decode(token, options={"verify_signature": False})["sub"] == AGENT
    opened = client.get("/v1/capabilities", headers={"Authorization": f"Bearer {token}"})
    assert opened.status_code == 200
    assert platform.asked == [
        ("api.mypurecloud.de", "/api/v2/users/me?expand=organization", f"Bearer {TOKEN}"),
    ]


def test_who_is_not_an_active_user_of_the_organisation_reads_like_a_wrong_token(client, platform, owner, somebody):
    def refusals() -> Iterator[Any]:
        platform.says(organization={"id": AGENT})
        yield sign_in(client, owner)
        platform.says(state="inactive")
        yield sign_in(client, owner)
        platform.body = b"<html>"
        yield sign_in(client, owner)
        platform.body, platform.status = json.dumps(USER).encode(), 401
        yield sign_in(client, owner)
        platform.status, platform.headers = 302, {"Location": f"{platform.url}/elsewhere"}
        yield sign_in(client, owner)
        platform.status, platform.headers = 500, {}
        yield sign_in(client, owner)
        platform.status = 200
        yield sign_in(client, None)
        yield sign_in(client, somebody())
        yield sign_in(client, describe(somebody(), "genesys", {**GENESYS, "region": "evil.example"}))
        yield sign_in(client, describe(somebody(), "genesys", {**GENESYS, "organization_id": ""}))

    answers = list(refusals())

    assert {problem(answer) for answer in answers} == {(401, "invalid-token")}
    assert len({answer.get_json()["detail"] for answer in answers}) == 1
    assert {host for host, _, _ in platform.asked} == {"api.mypurecloud.de"}, "no redirect is followed"
    assert sign_in(client, owner).status_code == 200


def test_an_answer_that_never_ends_is_not_read(client, platform, owner):
    platform.body = json.dumps({**USER, "padding": "x" * platform_users.MOST_BYTES}).encode()

    assert problem(sign_in(client, owner)) == (401, "invalid-token")


def test_a_platform_that_is_silent_or_away_reads_like_a_wrong_token_and_soon(client, platform, owner, monkeypatch):
    monkeypatch.setattr(platform_users, "READ_S", 0.2)
    platform.gate.clear()

    began_s = time.perf_counter()
    silent = sign_in(client, owner)
    took_s = time.perf_counter() - began_s
    platform.url = "http://127.0.0.1:9"  # nobody listens at the discard port
    away = sign_in(client, owner)

    assert problem(silent) == problem(away) == (401, "invalid-token")
    assert took_s < 10  # it is silent for twice as long


def test_a_platform_that_hangs_holds_few_of_our_threads(platform):
    users = HttpPlatformUsers(platform.address_of)
    platform.gate.clear()

    def ask(_: int) -> str:
        try:
            users.ask("h", "/", "t")
            return "answered"
        except Unavailable:
            platform.gate.set()  # once one was turned away, the others may go on
            return "busy"
        except InvalidToken:
            return "refused"

    with ThreadPoolExecutor(platform_users.MOST_AT_ONCE + 1) as pool:
        ends = sorted(pool.map(ask, range(platform_users.MOST_AT_ONCE + 1)))

    assert ends == ["answered"] * platform_users.MOST_AT_ONCE + ["busy"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [(AccountStatus.SUSPENDED, (403, "account-suspended")), (AccountStatus.DELETED, (410, "account-deleted"))],
)
def test_who_proved_who_they_are_is_told_that_the_account_is_out_of_service(
    place, connected, platform, owner, status, expected
):
    owner.become(status)
    registry = replace(connected, accounts=place.registry, platform_users=HttpPlatformUsers(platform.address_of))
    client = create_app(Settings.model_validate(place.environment), registry).test_client()

    assert problem(sign_in(client, owner)) == expected
    platform.status = 401
    assert problem(sign_in(client, owner)) == (401, "invalid-token")


def test_wrong_tokens_are_slowed_before_the_platform_is_asked_again(place, platform, owner):
    deps = replace(
        connect(Settings.model_validate(place.environment)), platform_users=HttpPlatformUsers(platform.address_of)
    )
    client = create_app(Settings.model_validate(place.environment), deps).test_client()
    platform.status = 401

    answers = [sign_in(client, owner) for _ in range(70)]

    assert problem(answers[-1]) == (429, "rate-limited")
    assert int(answers[-1].headers["Retry-After"]) >= 1
    refused = sum(answer.status_code == 401 for answer in answers)
    assert len(platform.asked) == refused < 70


def test_a_signed_request_of_salesforce_works_once_and_asks_nobody(client, platform, owner):
    signed = signed_request(now().timestamp())

    first, second = canvas(client, owner, signed), canvas(client, owner, signed)

    assert jwt.decode(first.get_json()["token"], options={"verify_signature": False})["sub"] == SALES_AGENT
    assert problem(second) == (401, "invalid-token")
    assert platform.asked == []


def test_without_a_time_in_it_salesforce_says_whether_a_signed_request_is_still_good(client, platform, owner):
    platform.body = json.dumps({"user_id": SALES_AGENT, "organization_id": SALES_ORGANISATION}).encode()
    signed = signed_request(None)

    first, second = canvas(client, owner, signed), canvas(client, owner, signed)

    assert first.status_code == 200
    assert problem(second) == (401, "invalid-token")
    assert platform.asked[0] == ("acme.my.salesforce.com", "/services/oauth2/userinfo", "Bearer 00DHs!TOKEN")


def test_a_signed_request_that_does_not_prove_it_reads_like_a_wrong_token(client, platform, owner, somebody):
    fresh = now().timestamp()
    without_domain = describe(somebody(), "salesforce", {"organization_id": SALES_ORGANISATION}, CANVAS_SECRET)
    platform.status = 401

    answers = [
        canvas(client, owner, signed_request(fresh, secret="other")),
        canvas(client, owner, signed_request(fresh, organization_id="00DHs0000000002EAA")),
        canvas(client, owner, signed_request(fresh - 600)),
        canvas(client, owner, signed_request(None)),
        canvas(client, without_domain, signed_request(None)),
        canvas(client, somebody(), signed_request(fresh)),
    ]

    assert {problem(answer) for answer in answers} == {(401, "invalid-token")}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"platform": "zendesk", "platform_token": "x"}, "/platform"),
        ({"platform": "genesys"}, "/platform_token"),
        ({"platform": "genesys", "platform_token": "a\r\nb"}, "/platform_token"),
        ({"platform": "genesys", "platform_token": "é"}, "/platform_token"),
        ({"platform": "genesys", "platform_token": "x" * 4097}, "/platform_token"),
        ({"platform": "salesforce", "platform_token": "x"}, "/signed_request"),
        ({"platform": "salesforce", "signed_request": "no dot"}, "/signed_request"),
        ({"platform": None}, "/platform"),
    ],
)
def test_what_is_wrong_with_a_proof_is_pointed_at(client, owner, body, pointer):
    answer = client.post(f"/v1/token?account={owner.account_id}", json=body)

    assert problem(answer) == (400, "invalid-input")
    assert pointer in [error["pointer"] for error in answer.get_json()["errors"]]


def test_no_proof_is_ever_logged(client, platform, owner, capsys):
    sign_in(client, owner)
    platform.status = 401
    sign_in(client, owner)
    canvas(client, owner, signed_request(now().timestamp()))

    logged = "".join(capsys.readouterr())

    assert "sign_in_refused" in logged
    for secret in (TOKEN, AGENT, SALES_AGENT, "00DHs!TOKEN", CANVAS_SECRET, "eyJ"):
        assert secret not in logged
