"""The conversation API through its own door, on the emulators."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import jwt
import pytest
from tests.integration.services.conftest import now, ready
from tests.mistyped import mistyped

from conversation_api.app import create_app
from conversation_api.settings import Settings
from earpiece.domain.accounts import AccountStatus
from earpiece.domain.api_keys import Scope
from earpiece.domain.events import Role

EVENT = {"event_id": "e-1", "conversation_id": "0" * 32, "kind": "shown", "occurred_at": "2026-11-20T10:00:00Z"}


@pytest.fixture(scope="module")
def app(place):
    return ready(create_app(Settings.model_validate(place.environment)))


@pytest.fixture
def client(app):
    return app.test_client()


def problem(answer) -> tuple[int, str]:
    assert answer.mimetype == "application/problem+json"
    return answer.status_code, answer.get_json()["type"].removeprefix("urn:earpiece:problem:")


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def test_an_api_key_gets_a_token_for_one_agent_that_opens_the_accounts_conversations(client, somebody):
    owner = somebody()
    conversation_id = owner.says(Role.CUSTOMER, "Hello")

    issued = client.post("/v1/token", json={"agent_id": "agent-7"}, headers=owner.key_bearer())
    opened = client.get(f"/v1/conversations/{conversation_id}", headers=bearer(issued.get_json()["token"]))

    assert issued.get_json()["expires_in_s"] == 600
    assert issued.headers["Cache-Control"] == "no-store"
    assert jwt.decode(issued.get_json()["token"], options={"verify_signature": False})["sub"] == "agent-7"
    assert opened.status_code == 200


def test_an_embed_token_gets_a_token_once(client, somebody):
    embed_token = somebody().embed_token()

    first, second = (client.post("/v1/token", json={"embed_token": embed_token}) for _ in range(2))

    assert first.status_code == 200
    assert problem(second) == (401, "invalid-token")


def test_of_many_who_use_an_embed_token_at_once_one_gets_in(app, somebody):
    embed_token = somebody().embed_token()

    def use(_: int) -> int:
        return app.test_client().post("/v1/token", json={"embed_token": embed_token}).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(use, range(8)))

    assert statuses == [200] + [401] * 7


def test_an_embed_token_of_another_account_or_of_none_reads_like_a_wrong_one(client, somebody):
    owner, other = somebody(), somebody()
    answers = [
        client.post("/v1/token", json={"embed_token": token})
        for token in (owner.embed_token(iss=other.account_id), owner.embed_token(iss="neverwas"), "x.y.z")
    ]

    assert {problem(answer) for answer in answers} == {(401, "invalid-token")}
    assert len({answer.get_json()["detail"] for answer in answers}) == 1


WRONG_KEYS = {
    "none": lambda _: {},
    "no scheme": lambda owner: {"Authorization": owner.api_key},
    "basic": lambda owner: {"Authorization": f"Basic {owner.api_key}"},
    "malformed": lambda _: bearer("ep_live_x"),
    "wrong checksum": lambda owner: bearer(mistyped(owner.api_key)),
    "expired": lambda owner: bearer(owner.key_with(Scope.TOKENS_CREATE, expires_at=now() - timedelta(seconds=1))),
    "in the query": lambda _: {},
}


@pytest.mark.parametrize("headers", WRONG_KEYS.values(), ids=WRONG_KEYS.keys())
def test_a_wrong_key_is_refused_always_alike(client, somebody, headers):
    owner = somebody()
    answer = client.post(f"/v1/token?key={owner.api_key}", json={"agent_id": "a"}, headers=headers(owner))

    assert problem(answer) == (401, "invalid-credentials")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.get_json()["detail"] == "The API key is not valid"


def test_a_key_without_the_scope_is_told_so(client, somebody):
    owner = somebody()
    reader = bearer(owner.key_with(Scope.CONVERSATIONS_READ))
    conversation_id = owner.says(Role.CUSTOMER, "Hello")

    assert problem(client.post("/v1/token", json={"agent_id": "a"}, headers=reader)) == (403, "insufficient-scope")
    assert problem(client.post("/v1/feedback", json={"events": [EVENT]}, headers=reader)) == (
        403,
        "insufficient-scope",
    )
    assert client.get(f"/v1/conversations/{conversation_id}", headers=reader).status_code == 200


def test_too_many_wrong_keys_are_slowed_and_the_right_one_is_not(place, somebody):
    client = create_app(Settings.model_validate(place.environment)).test_client()
    owner = somebody()

    wrong = [client.post("/v1/token", json={"agent_id": "a"}, headers=bearer("ep_live_x")) for _ in range(100)]

    assert wrong[0].status_code == 401
    assert problem(wrong[-1]) == (429, "rate-limited")
    assert int(wrong[-1].headers["Retry-After"]) >= 1
    assert client.post("/v1/token", json={"agent_id": "a"}, headers=owner.key_bearer()).status_code == 200


@pytest.mark.parametrize(
    ("status", "expected"),
    [(AccountStatus.SUSPENDED, (403, "account-suspended")), (AccountStatus.DELETED, (410, "account-deleted"))],
)
def test_an_account_out_of_service_is_told_so_by_every_door(place, somebody, status, expected):
    owner = somebody()
    owner.become(status)
    client = create_app(Settings.model_validate(place.environment)).test_client()  # knows no copy from before

    answers = [
        client.post("/v1/token", json={"agent_id": "a"}, headers=owner.key_bearer()),
        client.post("/v1/token", json={"embed_token": owner.embed_token()}),
        client.get(f"/v1/conversations/{owner.conversation()}", headers=owner.bearer()),
        client.post("/v1/feedback", json={"events": [EVENT]}, headers=owner.bearer()),
    ]

    assert {problem(answer) for answer in answers} == {expected}


PLATFORM_IDS = ["c-1", "a/b/c", "https://desk.example//42", "with space", "é👋", "a?b#c", "%2F", "x" * 1000, ".hidden"]


@pytest.mark.parametrize("platform_id", PLATFORM_IDS, ids=lambda text: text[:12])
def test_a_conversation_is_found_by_whatever_its_platform_calls_it(client, somebody, platform_id):
    from urllib.parse import quote

    owner = somebody()
    url = f"/v1/conversations/by-platform-id/custom/{quote(platform_id, safe='')}"
    before = client.get(url, headers=owner.bearer())
    owner.says(Role.CUSTOMER, "Hello", platform_id)
    after = client.get(url, headers=owner.bearer())

    assert problem(before) == (404, "not-found")
    assert (after.status_code, after.get_json()["platform_conversation_id"]) == (200, platform_id)
    assert after.get_json()["conversation_id"] == owner.conversation(platform_id)


@pytest.mark.parametrize("platform_id", ["%0A", "a%00b", "x" * 1025, "%E2%80%A8"], ids=["newline", "NUL", "long", "LS"])
def test_a_platforms_id_that_cannot_be_one_is_refused(client, somebody, platform_id):
    answer = client.get(f"/v1/conversations/by-platform-id/custom/{platform_id}", headers=somebody().bearer())

    assert problem(answer) == (400, "invalid-id")


@pytest.mark.parametrize("name", ["__id__", "..", ".", "A" * 32, "0" * 31, "x" * 2000, "%2e%2e"], ids=lambda n: n[:8])
def test_what_cannot_be_an_id_of_ours_is_not_found(client, somebody, name):
    assert problem(client.get(f"/v1/conversations/{name}", headers=somebody().bearer())) == (404, "not-found")


def test_contact_details_stay_on_the_platforms_page(client, somebody):
    owner = somebody()
    conversation_id = owner.says(Role.CUSTOMER, "Hello")

    answer = client.get(f"/v1/conversations/{conversation_id}", headers=owner.bearer())

    assert answer.get_json()["participants"] == [
        {"participant_id": "customer-1", "role": "customer", "name": "Zoë Sevenhoek"}
    ]
    assert "z@example.com" not in answer.text


def test_polling_an_unchanged_conversation_costs_one_document_read(client, somebody, monkeypatch):
    from google.cloud.firestore import DocumentReference, Query

    owner = somebody()
    url = f"/v1/conversations/{owner.says(Role.CUSTOMER, 'Hello')}"
    headers = owner.bearer()
    etag = client.get(url, headers=headers).headers["ETag"]
    reads: list[str] = []
    get, stream = DocumentReference.get, Query.stream
    monkeypatch.setattr(DocumentReference, "get", lambda ref, *a, **k: (reads.append(ref.path), get(ref, *a, **k))[1])
    monkeypatch.setattr(Query, "stream", lambda query, *a, **k: (reads.append("query"), stream(query, *a, **k))[1])

    answer = client.get(url, headers={**headers, "If-None-Match": etag})

    assert (answer.status_code, answer.data) == (304, b"")
    assert reads == [f"accounts/{owner.account_id}{url.removeprefix('/v1')}"]


def test_the_same_conversation_has_the_same_etag_and_is_for_its_caller_alone(client, somebody):
    owner = somebody()
    url = f"/v1/conversations/{owner.says(Role.CUSTOMER, 'Hello')}"

    first, again = (client.get(url, headers=owner.bearer(agent)) for agent in ("agent-1", "agent-2"))
    owner.says(Role.AGENT, "Hi")
    changed = client.get(url, headers=owner.bearer())

    assert first.headers["ETag"] == again.headers["ETag"] != changed.headers["ETag"]
    assert not first.headers["ETag"].startswith("W/")
    assert first.headers["Cache-Control"] == "private, no-cache"


def test_feedback_with_a_key_needs_to_say_whose_it_is(client, somebody):
    owner = somebody()
    body = {"events": [EVENT]}

    assert problem(client.post("/v1/feedback", json=body, headers=owner.key_bearer())) == (400, "invalid-input")
    named = {**owner.key_bearer(), "X-Agent-Id": "agent-1"}
    accepted = client.post("/v1/feedback", json=body, headers=named)
    assert (accepted.status_code, accepted.get_json()) == (202, {"accepted": 1})


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/events"),
        ({"events": []}, "/events"),
        ({"events": [EVENT] * 101}, "/events"),
        ({"events": [EVENT, {**EVENT, "kind": "liked"}]}, "/events/1/kind"),
        ({"events": [{**EVENT, "conversation_id": "../x"}]}, "/events/0/conversation_id"),
    ],
)
def test_a_batch_that_does_not_fit_is_refused_whole(client, somebody, body, pointer):
    answer = client.post("/v1/feedback", json=body, headers=somebody().bearer())

    assert problem(answer) == (400, "invalid-input")
    assert [error["pointer"] for error in answer.get_json()["errors"]] == [pointer]


def test_feedback_that_pubsub_did_not_acknowledge_is_not_accepted(place, somebody):
    settings = Settings.model_validate({**place.environment, "SUGGESTION_EVENTS_TOPIC": "no-such-topic"})
    client = create_app(settings).test_client()

    answer = client.post("/v1/feedback", json={"events": [EVENT]}, headers=somebody().bearer())

    assert problem(answer) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


def test_only_pages_that_the_account_lists_may_call_from_a_browser(client, somebody):
    owner = somebody(allowed_origins=("https://desk.example",))
    url = f"/v1/conversations/{owner.says(Role.CUSTOMER, 'Hello')}?account={owner.account_id}"

    def allowed(origin: str, method: str) -> str | None:
        asked = (
            {"Origin": origin, "Access-Control-Request-Method": "GET"} if method == "OPTIONS" else {"Origin": origin}
        )
        answer = client.open(url, method=method, headers={**asked, **({} if method == "OPTIONS" else owner.bearer())})
        assert "Origin" in answer.headers["Vary"]
        return answer.headers.get("Access-Control-Allow-Origin")

    for method in ("OPTIONS", "GET"):
        assert allowed("https://desk.example", method) == "https://desk.example"
        for stranger in ("https://evil.example", "null", "http://desk.example", "https://desk.example.evil.example"):
            assert allowed(stranger, method) is None


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/v1/token", "POST"),
        ("/v1/capabilities", "GET"),
        ("/v1/feedback", "POST"),
        (f"/v1/conversations/{'0' * 32}", "GET"),
        (f"/v1/conversations/{'0' * 32}/assistants/summarizer", "PUT"),
    ],
)
def test_a_preflight_allows_all_that_the_widget_sends(client, somebody, path, method):
    owner = somebody(allowed_origins=("https://desk.example",))
    wanted = {"authorization", "content-type", "if-none-match", "traceparent"}
    asked = {"Origin": "https://desk.example", "Access-Control-Request-Method": method}

    answer = client.options(
        f"{path}?account={owner.account_id}", headers={**asked, "Access-Control-Request-Headers": ",".join(wanted)}
    )

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "https://desk.example"
    assert method in answer.headers["Access-Control-Allow-Methods"].split(", ")
    assert wanted <= set(answer.headers["Access-Control-Allow-Headers"].split(", "))
    assert int(answer.headers["Access-Control-Max-Age"]) >= 600  # a request at unload has no time for a preflight


def test_the_widgets_own_pages_may_call_for_every_account_and_for_none(place, somebody):
    origin = "https://widget.example"
    settings = Settings.model_validate({**place.environment, "WIDGET_ORIGIN": origin})
    client = ready(create_app(settings)).test_client()
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}

    for query in ("", "?account=neverwas", f"?account={somebody().account_id}"):
        assert client.options(f"/v1/feedback{query}", headers=asked).headers["Access-Control-Allow-Origin"] == origin
    for stranger in ("https://evil.example", "https://widget.example.evil.example", "null", ""):
        answer = client.options("/v1/feedback", headers={**asked, "Origin": stranger})
        assert "Access-Control-Allow-Origin" not in answer.headers
    refused = client.get("/v1/capabilities", headers={"Origin": origin})
    assert refused.headers["Access-Control-Allow-Origin"] == origin, "the page must be able to read why"


def test_without_a_widget_origin_no_page_is_allowed_for_having_none(client):
    answer = client.get("/v1/capabilities", headers={"Origin": ""})

    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    "origin", ["*", "https://widget.example/", "widget.example", "https://a.example https://b.example"]
)
def test_a_widget_origin_that_no_browser_sends_does_not_start(place, origin):
    with pytest.raises(ValueError, match="WIDGET_ORIGIN"):
        Settings.model_validate({**place.environment, "WIDGET_ORIGIN": origin})


def test_what_the_widget_can_do_is_asked_by_agents_and_keys_alike(client, somebody):
    owner = somebody(widget_features=("suggestions", "search", "summary"), link_hosts=("shop.example",))
    few = bearer(owner.key_with(Scope.FEEDBACK_WRITE))

    answers = [client.get("/v1/capabilities", headers=headers) for headers in (owner.bearer(), few)]

    assert answers[0].get_json() == {
        "features": ["suggestions", "search"],  # it has no language model, so nothing sums up
        "assistants": [],
        "default_language": "en",
        "link_hosts": ["shop.example"],
    }
    assert answers[1].data == answers[0].data
    assert problem(client.get("/v1/capabilities")) == (401, "invalid-credentials")


def test_what_the_widget_can_do_is_cheap_to_ask_again_and_kept_for_its_caller_alone(client, somebody):
    owner = somebody()
    first = client.get("/v1/capabilities", headers=owner.bearer())

    again = client.get("/v1/capabilities", headers={**owner.bearer(), "If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert "private" in first.headers["Cache-Control"]
    assert {"Authorization", "Origin"} <= set(first.headers["Vary"].split(", "))


def test_an_account_that_lists_no_page_allows_none(client, somebody):
    owner = somebody()
    asked = {"Origin": "https://desk.example", "Access-Control-Request-Method": "POST"}

    answer = client.options(f"/v1/feedback?account={owner.account_id}", headers=asked)

    assert "Access-Control-Allow-Origin" not in answer.headers


def test_no_token_and_no_key_is_ever_logged(client, somebody, capsys):
    owner = somebody()
    issued = client.post("/v1/token", json={"agent_id": "agent-7"}, headers=owner.key_bearer()).get_json()["token"]
    client.get(f"/v1/conversations/{owner.conversation()}", headers=bearer(issued))
    client.post("/v1/token", json={"embed_token": owner.embed_token()})

    logged = "".join(capsys.readouterr())

    assert "token_issued" in logged
    for secret in (issued, owner.api_key, owner.embed_secret, "agent-7", "eyJ", "ep_live_"):
        assert secret not in logged


def test_the_clock_of_a_token_is_kept(client, somebody):
    owner = somebody()
    owner.says(Role.CUSTOMER, "Hello")
    long_ago = owner.token(at=now() - timedelta(minutes=12))

    answer = client.get(f"/v1/conversations/{owner.conversation()}", headers=bearer(long_ago))

    assert problem(answer) == (401, "invalid-token")
