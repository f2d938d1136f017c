"""What the widget's service gives to browsers: the loader, built files, and the frame page of an account, to whom."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from tests.integration.services.conftest import Place, Somebody, now, ready
from werkzeug.test import TestResponse

from earpiece.adapters.firestore_integrations import FirestoreIntegrations
from earpiece.domain.accounts import AccountStatus
from earpiece.domain.errors import Unavailable
from widget.app import create_app
from widget.settings import Settings

ROOT = Path(__file__).parents[3]
ASSETS = ROOT / "run/widget/assets"
CONVERSATIONS, SUGGESTIONS = "https://conversations.example.com", "https://suggestions.example.com"
DESK = "https://desk.acme.example"
GENESYS = "https://apps.mypurecloud.de"


@pytest.fixture(scope="module")
def app(place: Place) -> Flask:
    return an_app(place)


def an_app(place: Place, **settings: str) -> Flask:
    apis = {"CONVERSATION_API_URL": CONVERSATIONS, "SUGGESTION_API_URL": SUGGESTIONS}
    return ready(create_app(Settings.model_validate({**place.environment, **apis, **settings})))


@pytest.fixture
def get(app: Flask) -> Callable[..., TestResponse]:
    """From an address that nobody else asks from."""
    client = app.test_client()
    return lambda path, **headers: client.get(path, headers={name.replace("_", "-"): v for name, v in headers.items()})


def policy(answer: TestResponse) -> dict[str, list[str]]:
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";")]
    return {name: sources for name, *sources in parts}


def told(answer: TestResponse) -> dict[str, Any]:
    found = re.search(r'id="earpiece-frame">(.*?)</script>', answer.text)
    assert found
    settings: dict[str, Any] = json.loads(found[1])
    return settings


def names() -> dict[str, str]:
    found: dict[str, str] = json.loads((ASSETS / "manifest.json").read_text())
    return found


def test_the_loader_brings_the_newest_element_and_says_where_the_apis_are(get):
    answer = get("/v1/loader.js")

    assert answer.mimetype == "text/javascript"
    for text in (f"/assets/{names()['element']}", CONVERSATIONS, SUGGESTIONS):
        assert text in answer.text
    assert len(gzip.compress(answer.data)) <= 1_500


def test_the_loader_is_asked_for_again_after_five_minutes_and_not_sent_again(get):
    first = get("/v1/loader.js")

    again = get("/v1/loader.js", If_None_Match=first.headers["ETag"])

    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Access-Control-Allow-Origin"] == "*"


def test_a_changed_address_of_an_api_is_a_changed_loader(get, place: Place):
    other = an_app(place, SUGGESTION_API_URL="https://elsewhere.example.com").test_client().get("/v1/loader.js")

    assert get("/v1/loader.js").headers["ETag"] != other.headers["ETag"]


def test_any_page_may_load_a_built_file_and_keeps_it_for_a_year(get):
    answer = get(f"/assets/{names()['element']}")

    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.data == (ASSETS / names()["element"]).read_bytes()


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", None), ("", None)],
)
def test_a_built_file_comes_in_the_smallest_form_that_the_browser_takes(get, accepted: str, sent: str | None):
    answer = get(f"/assets/{names()['frame']}", Accept_Encoding=accepted)

    assert answer.headers.get("Content-Encoding") == sent
    assert "Accept-Encoding" in answer.headers["Vary"]
    whole = (ASSETS / names()["frame"]).read_bytes()
    assert sent == "br" or (gzip.decompress(answer.data) if sent else answer.data) == whole
    assert sent is None or len(answer.data) < len(whole) / 2


def test_the_bridge_leads_to_its_file_beside_which_its_parts_lie(get):
    answer = get("/v1/bridge.js")

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/assets/{names()['bridge']}")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"  # a module's redirects are checked too
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_files_of_an_earlier_build_are_served_as_long_as_they_lie_there(place: Place, tmp_path: Path):
    folder = shutil.copytree(ASSETS, tmp_path / "assets")
    (folder / "element-0ldBui1d.js").write_text("export {}")
    client = an_app(place, ASSETS_FOLDER=str(folder)).test_client()

    answer = client.get("/assets/element-0ldBui1d.js", headers={"Accept-Encoding": "br, gzip"})

    assert (answer.status_code, answer.text) == (200, "export {}")


@pytest.mark.parametrize(
    "name",
    ["manifest.json", "platforms.json", "element-00000000.js", "..%2Fmain.py", "%2e%2e/main.py", "element.js",
     "loader-Ds84QfrZ.js%00", "%2Fetc%2Fpasswd", "element-nuKs4KZZ.js.gz"],
)  # fmt: skip
def test_nothing_else_can_be_had_of_the_folder_or_around_it(get, name: str):
    answer = get(f"/assets/{name}")

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_a_service_without_built_files_does_not_start(place: Place, tmp_path: Path):
    with pytest.raises(Unavailable, match="make widget"):
        an_app(place, ASSETS_FOLDER=str(tmp_path))


def test_the_frame_page_may_be_framed_by_whom_the_account_names_and_nobody_else(get, somebody: Callable[..., Somebody]):
    acme = somebody(allowed_origins=(DESK,), frame_ancestors=(GENESYS, "https://*.acme.example"))

    answer = get(f"/v1/frame/{acme.account_id}")

    assert answer.status_code == 200
    assert policy(answer) == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "connect-src": [CONVERSATIONS, SUGGESTIONS],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": [GENESYS, "https://*.acme.example", DESK],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["lit-html"],
    }
    assert told(answer) == {
        "account": acme.account_id,
        "platform": None,
        "conversationApi": CONVERSATIONS,
        "suggestionApi": SUGGESTIONS,
        "frameAncestors": [GENESYS, "https://*.acme.example", DESK],
        "signIn": None,
    }
    assert f'src="/assets/{names()["frame"]}"' in answer.text


def test_every_answer_has_the_headers_that_keep_browsers_careful(get, somebody: Callable[..., Somebody]):
    paths = ["/v1/loader.js", f"/v1/frame/{somebody(allowed_origins=(DESK,)).account_id}", "/v1/frame/nobody", "/x"]
    for answer in map(get, paths):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert "frame-ancestors" in policy(answer)


def test_a_platforms_page_may_load_that_platforms_sdk_and_reach_its_login(get, place, somebody):
    acme = somebody(frame_ancestors=(GENESYS,))
    describe(place, acme, "genesys", region="mypurecloud.de", client_id="client-1", organization_id="o-1")

    answer = get(f"/w/{acme.account_id}/genesys?conversationId=0a1b2c3d-0000-4000-8000-000000000001")

    assert policy(answer)["script-src"] == ["'self'", "https://sdk-cdn.mypurecloud.com"]
    assert policy(answer)["connect-src"] == [CONVERSATIONS, SUGGESTIONS, "https://login.mypurecloud.de"]
    assert policy(answer)["trusted-types"] == ["lit-html", "earpiece-sdk"]
    assert told(answer)["platform"] == "genesys"
    assert told(answer)["signIn"] == {
        "kind": "platform",
        "authorizeUrl": "https://login.mypurecloud.de/oauth/authorize",
        "tokenUrl": "https://login.mypurecloud.de/oauth/token",
        "clientId": "client-1",
    }


def test_the_same_page_is_found_by_its_query(get, somebody):
    acme = somebody(frame_ancestors=(GENESYS,))

    by_path, by_query = get(f"/w/{acme.account_id}/liveperson"), get(f"/v1/frame/{acme.account_id}?platform=liveperson")

    assert by_path.data == by_query.data
    assert policy(by_path)["script-src"] == ["'self'", "https://lpcdn.lpsnmedia.net"]


def test_agents_of_other_platforms_sign_in_at_the_accounts_own_page(get, place, somebody):
    acme = somebody(frame_ancestors=("https://acme.digital.ringcentral.com",))
    describe(place, acme, "embed", sign_in_url="https://sso.acme.example/earpiece")

    answer = get(f"/w/{acme.account_id}/ringcentral")

    assert told(answer)["signIn"] == {"kind": "embed", "url": "https://sso.acme.example/earpiece"}


@pytest.mark.parametrize("region", ["evil.example; script-src *", "evil.example", ""])
def test_a_region_that_is_none_comes_into_no_header(get, place, somebody, region: str):
    acme = somebody(frame_ancestors=(GENESYS,))
    describe(place, acme, "genesys", region=region, client_id="client-1")

    answer = get(f"/w/{acme.account_id}/genesys")

    assert policy(answer)["connect-src"] == [CONVERSATIONS, SUGGESTIONS]
    assert told(answer)["signIn"] is None


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://sso.acme.example", "https://a.example/</script>", ""])
def test_a_page_to_sign_in_that_is_no_https_address_is_none(get, place, somebody, url: str):
    acme = somebody(frame_ancestors=(GENESYS,))
    describe(place, acme, "embed", sign_in_url=url)

    assert told(get(f"/w/{acme.account_id}/liveperson"))["signIn"] is None


def test_no_text_can_end_the_element_that_holds_the_settings(get, place, somebody):
    acme = somebody(frame_ancestors=(GENESYS,))
    describe(place, acme, "genesys", region="mypurecloud.de", client_id="</script><script>alert(1)</script>")

    answer = get(f"/w/{acme.account_id}/genesys")

    assert "<script>alert" not in answer.text
    assert told(answer)["signIn"]["clientId"] == "</script><script>alert(1)</script>"


def test_accounts_without_a_frame_cannot_be_told_from_accounts_that_are_not_there(get, somebody):
    active = {"allowed_origins": (DESK,)}
    silent, suspended, deleted = somebody(), somebody(**active), somebody(**active)
    suspended.become(AccountStatus.SUSPENDED)
    deleted.become(AccountStatus.DELETED)
    ids = ["nosuchaccount", silent.account_id, suspended.account_id, deleted.account_id, "No-Account", "a" * 300]

    answers = [get(f"/v1/frame/{account_id}") for account_id in ids]

    assert {answer.status_code for answer in answers} == {404}
    assert {(answer.json["type"], answer.json["detail"]) for answer in answers} == {
        ("urn:earpiece:problem:not-found", "There is no such thing")
    }
    assert {tuple(sorted(set(answer.headers.keys()) - {"Date"})) for answer in answers} == {
        tuple(sorted(set(answers[0].headers.keys()) - {"Date"}))
    }
    assert all(policy(answer)["frame-ancestors"] == ["'none'"] for answer in answers)


def test_who_asks_for_many_accounts_that_are_not_there_is_asked_to_wait(app: Flask, somebody):
    acme = somebody(allowed_origins=(DESK,))
    guessing, other = {"REMOTE_ADDR": "203.0.113.9"}, {"REMOTE_ADDR": "203.0.113.10"}
    client = app.test_client()

    answers = [client.get(f"/v1/frame/guess{number}", environ_base=guessing).status_code for number in range(61)]

    assert answers[:60] == [404] * 60
    refused = client.get(f"/v1/frame/{acme.account_id}", environ_base=guessing)
    assert (refused.status_code, int(refused.headers["Retry-After"]) >= 1) == (429, True)
    assert client.get(f"/v1/frame/{acme.account_id}", environ_base=other).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["platform=evil", "platform=", "platform=genesys&conversationId={{gcConversationId}}",
     "conversation=%7B%7Bid%7D%7D", "platform-conversation=%00", "conversation=" + "x" * 1025],
)  # fmt: skip
def test_a_query_that_cannot_be_meant_is_refused_whoever_the_account_is(get, somebody, query: str):
    for account_id in (somebody(allowed_origins=(DESK,)).account_id, "nosuchaccount"):
        answer = get(f"/v1/frame/{account_id}?{query}")

        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_health_and_readiness_answer(get):
    assert [get("/healthz").text, get("/readyz").text] == ["ok\n", "ready\n"]


def describe(place: Place, who: Somebody, platform: str, **details: str) -> None:
    client = place.clients.registry()
    FirestoreIntegrations(who.account, client, place.secrets, now).describe(platform, details)
