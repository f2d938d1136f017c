"""The suggestion API through its own door: in time, whatever the stores do."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from tests.integration.services.conftest import ready
from tests.waiting import until

from earpiece.adapters.firestore_accounts import FirestoreSettings
from earpiece.adapters.firestore_conversations import FirestoreConversations
from earpiece.adapters.firestore_replies import FirestoreReplies
from earpiece.domain.api_keys import Scope
from earpiece.domain.errors import Unavailable
from earpiece.domain.events import Role
from earpiece.domain.replies import Reply, ReplyState, reply_id_of
from earpiece.engine.normal import text_key
from earpiece.web.authentication import Authentication
from suggestion_api.app import create_app
from suggestion_api.deps import Deps, connect
from suggestion_api.read_in_time import PromptAccounts, Reader
from suggestion_api.settings import Settings

BODY = {"draft": "", "deadline_ms": 2000}


class Stall:
    """Lets reads through until it is closed; then they hang, or fail, until the test ends."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.free.set()
        self.fails = False

    def guard(self, read: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if self.fails:
                raise Unavailable("the store is away")
            self.free.wait(30)
            return read(*args, **kwargs)

        return guarded


class Guarded:
    """A store behind a stall."""

    def __init__(self, store: Any, stall: Stall) -> None:
        self._store, self._stall = store, stall

    def __getattr__(self, name: str) -> Any:
        return self._stall.guard(getattr(self._store, name))


@pytest.fixture(scope="module")
def settings(place, tmp_path_factory) -> Settings:
    return Settings.model_validate({**place.environment, "MODELS_FOLDER": str(tmp_path_factory.mktemp("models"))})


@pytest.fixture(scope="module")
def deps(settings) -> Deps:
    return connect(settings)


@pytest.fixture(scope="module")
def client(settings, deps):
    return ready(create_app(settings, deps)).test_client()


@pytest.fixture
def stall():
    made = Stall()
    yield made
    made.free.set()


@pytest.fixture
def stalling(settings, place, stall):
    """A client whose every store hangs once the stall is closed."""
    deps = connect(settings)
    pool = ThreadPoolExecutor(8)
    clients = place.clients
    accounts = PromptAccounts(Guarded(place.registry, stall), pool, settings.account_wait_s)
    reader = Reader(
        pool,
        conversations=lambda account: Guarded(FirestoreConversations(account, clients.of(account)), stall),
        replies=lambda account: Guarded(FirestoreReplies(account, clients.of(account)), stall),
        versions=lambda account: Guarded(FirestoreSettings(account, clients.of(account)), stall),
    )
    authentication = Authentication(
        accounts=accounts,
        api_keys=Guarded(deps.authentication._api_keys, stall),
        verifier=place.signer.verifier(),
        now=deps.authentication._now,
    )
    guarded: Deps = replace(deps, accounts=accounts, reader=reader, authentication=authentication)
    yield ready(create_app(settings, guarded)).test_client()
    stall.free.set()
    pool.shutdown()


def ask(client, owner, conversation_id: str, what: str = "suggestions", **body: Any):
    url = f"/v1/conversations/{conversation_id}/{what}"
    return client.post(url, json={**BODY, **body}, headers=owner.bearer())


def known(client, owner, conversation_id: str, what: str = "suggestions", **body: Any):
    """What is answered once everything could be read in time."""
    return until(
        lambda: not (found := ask(client, owner, conversation_id, what, **body).get_json())["degraded"] and found
    )


def in_time(asks: Callable[[], Any], limit_s: float = 0.6) -> Any:
    """An answer that came within the limit: the first on a machine with nothing else to do."""

    def timed() -> Any:
        began_s = time.perf_counter()
        answer = asks()
        return answer if time.perf_counter() - began_s < limit_s else None

    return until(timed, what=f"no answer came within {limit_s} s")


def in_force(deps: Deps, place, owner) -> None:
    """Wait for the owner's settings; the default limits hold until they are read."""
    deps.reader.settings(place.registry.find(owner.account_id), wait_s=60)


def problem(answer) -> tuple[int, str]:
    assert answer.mimetype == "application/problem+json"
    return answer.status_code, answer.get_json()["type"].removeprefix("urn:earpiece:problem:")


def test_a_new_account_has_suggestions_from_its_first_message(client, somebody):
    owner = somebody()

    answer = known(client, owner, owner.says(Role.CUSTOMER, "Hallo, waar is mijn bestelling?"))

    assert len(answer["suggestions"]) == 3
    assert {one["source"] for one in answer["suggestions"]} == {"starter"}
    assert (answer["degraded"], answer["reasons"], answer["model_version"], answer["based_on"]) == (False, [], None, 1)
    dutch = ask(client, owner, owner.conversation(), "completions", draft="Goedemorgen, waarmee ").get_json()[
        "completion"
    ]
    assert (dutch["replace"], dutch["text"]) == ([21, 21], "kan ik u helpen?")


def test_the_pack_comes_once_a_turn(client, somebody):
    owner = somebody()
    conversation_id = owner.says(Role.CUSTOMER, "Where is my order?")

    first = known(client, owner, conversation_id)
    same_turn = ask(client, owner, conversation_id, pack_based_on=first["based_on"], draft="I").get_json()
    owner.says(Role.CUSTOMER, "Hello?")
    next_turn = ask(client, owner, conversation_id, pack_based_on=first["based_on"]).get_json()

    assert first["pack"]["version"] == 2
    assert same_turn["pack"] is None
    assert next_turn["pack"] is not None


@pytest.mark.parametrize("what", ["suggestions", "completions"])
def test_a_pack_that_is_wanted_says_what_follows_the_draft(client, somebody, what):
    owner = somebody()
    conversation_id = owner.says(Role.CUSTOMER, "Where is my order?")
    based_on = known(client, owner, conversation_id)["based_on"]
    seen = {"pack_based_on": based_on} if what == "suggestions" else {}

    unasked = ask(client, owner, conversation_id, what, draft="Good mor", **seen).get_json()
    wanted = ask(client, owner, conversation_id, what, draft="Good mor", wants_pack=True, **seen).get_json()

    assert unasked["pack"] is None
    assert wanted["pack"]["after"] == ["Good"]


@pytest.mark.parametrize("what", ["suggestions", "completions"])
def test_a_store_that_hangs_never_makes_an_agent_wait_longer_than_the_deadline(stalling, stall, somebody, what):
    owner = somebody()
    conversation_id = owner.says(Role.CUSTOMER, "Where is my order?")
    before = known(stalling, owner, conversation_id, what, draft="Thank")
    stall.free.clear()

    answer = in_time(lambda: ask(stalling, owner, conversation_id, what, draft="Thank", deadline_ms=300))

    assert answer.status_code == 200
    assert answer.get_json()["degraded"] is True
    assert "conversation_late" in answer.get_json()["reasons"]
    assert answer.get_json()["based_on"] == before["based_on"] == 1  # as it was last seen


def test_a_store_that_says_it_is_away_costs_no_5xx(stalling, stall, somebody):
    owner = somebody()
    conversation_id = owner.says(Role.CUSTOMER, "Where is my order?")
    before = known(stalling, owner, conversation_id)
    stall.fails = True

    answer = ask(stalling, owner, conversation_id)

    assert answer.status_code == 200
    assert answer.get_json()["suggestions"] == before["suggestions"]
    assert answer.get_json()["reasons"] == ["conversation_late"]


def test_an_account_never_seen_before_gets_an_empty_answer_while_the_store_hangs(stalling, stall, somebody):
    owner = somebody()
    conversation_id = owner.says(Role.CUSTOMER, "Where is my order?")
    stall.free.clear()

    answer = ask(stalling, owner, conversation_id, deadline_ms=200)

    assert answer.status_code == 200
    assert answer.get_json()["suggestions"] == []
    assert "account_late" in answer.get_json()["reasons"]  # and the deadline, after so long a wait


def test_a_key_that_cannot_be_looked_up_opens_nothing(stalling, stall, somebody):
    owner = somebody()
    conversation_id = owner.says(Role.CUSTOMER, "Where is my order?")
    stall.fails = True

    answer = stalling.post(f"/v1/conversations/{conversation_id}/suggestions", json=BODY, headers=owner.key_bearer())

    assert problem(answer) == (503, "unavailable")


def test_a_key_with_the_scope_may_ask_too_and_one_without_may_not(client, somebody):
    owner = somebody()
    url = f"/v1/conversations/{owner.says(Role.CUSTOMER, 'Where is my order?')}/suggestions"

    def status(scope: Scope) -> int:
        headers = {"Authorization": f"Bearer {owner.key_with(scope)}", "X-Agent-Id": "agent-1"}
        return client.post(url, json=BODY, headers=headers).status_code

    assert status(Scope.SUGGESTIONS_READ) == 200
    assert status(Scope.CONVERSATIONS_READ) == 403


def test_a_noisy_agent_and_a_noisy_account_are_slowed_and_others_are_not(client, deps, place, somebody):
    noisy, quiet = somebody(agent_requests_per_minute=5, account_requests_per_minute=8), somebody()
    in_force(deps, place, noisy)
    noisy_conversation, quiet_conversation = (one.says(Role.CUSTOMER, "Hello") for one in (noisy, quiet))

    def statuses(agent_id: str, count: int) -> list[int]:
        url = f"/v1/conversations/{noisy_conversation}/completions"
        sent = [client.post(url, json=BODY, headers=noisy.bearer(agent_id)) for _ in range(count)]
        assert all(int(one.headers["Retry-After"]) >= 1 for one in sent if one.status_code == 429)
        return [one.status_code for one in sent]

    assert statuses("agent-1", 7) == [200] * 5 + [429] * 2
    assert statuses("agent-2", 5) == [200] * 3 + [429] * 2  # the account's own limit
    assert ask(client, quiet, quiet_conversation).status_code == 200


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/draft"),
        ({"draft": 5}, "/draft"),
        ({"draft": "x" * 10_001}, "/draft"),
        ({"draft": "", "cursor": -1}, "/cursor"),
        ({"draft": "", "cursor": "1"}, "/cursor"),
        ({"draft": "", "deadline_ms": 49}, "/deadline_ms"),
        ({"draft": "", "deadline_ms": 2001}, "/deadline_ms"),
        ({"draft": "", "language": "Klingon, please"}, "/language"),
        ({"draft": "", "pack_based_on": -1}, "/pack_based_on"),
    ],
)
def test_what_is_wrong_with_a_body_is_pointed_at(client, somebody, body, pointer):
    answer = client.post(f"/v1/conversations/{'0' * 32}/suggestions", json=body, headers=somebody().bearer())

    assert problem(answer) == (400, "invalid-input")
    assert [error["pointer"] for error in answer.get_json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    "draft", ["\x00", "\ud800", "👋" * 4000, "\u202e\u200b", "a\u0301" * 4000, "1-" * 4000, "{" * 9000, " " * 10_000]
)
def test_no_draft_breaks_or_hangs_it(client, somebody, draft):
    owner = somebody()
    conversation_id = owner.says(Role.CUSTOMER, "Hello, where is my order?")

    began_s = time.process_time()  # what other programs take does not count
    answer = client.post(
        f"/v1/conversations/{conversation_id}/suggestions",
        data=json.dumps({**BODY, "draft": draft}),
        headers={**owner.bearer(), "Content-Type": "application/json"},
    )

    assert answer.status_code == 200
    assert time.process_time() - began_s < 2.5


def put(place, owner, *replies: Reply) -> None:
    FirestoreReplies(owner.account, place.clients.of(owner.account)).put(replies)


def a_reply(text: str, state: ReplyState = ReplyState.APPROVED) -> Reply:
    return Reply(reply_id_of(text_key(text)), text, state)


def find(client, owner, query: str, **body: Any):
    wanted = {"query": query, "deadline_ms": 2000, **body}
    return client.post("/v1/replies/search", json=wanted, headers=owner.bearer())


def test_an_agent_finds_a_reply_by_words_in_it_and_never_a_blocked_one(client, place, somebody):
    owner = somebody()
    shown, hidden = a_reply("Our workshop in {CITY} is open."), a_reply("Our workshop is on fire.", ReplyState.BLOCKED)
    put(place, owner, shown, hidden)

    answer = until(lambda: not (found := find(client, owner, "WORKSHPO")).get_json()["degraded"] and found)

    body = answer.get_json()
    assert body["replies"] == [
        {
            "id": shown.reply_id,
            "text": shown.text,
            "score": body["replies"][0]["score"],
            "source": "canned",
            "slots": ["CITY"],
        }
    ]
    assert (body["degraded"], body["reasons"], body["model_version"]) == (False, [], None)
    assert len(find(client, owner, "help", count=1).get_json()["replies"]) == 1


def test_one_accounts_replies_are_never_found_by_another(client, place, somebody):
    mine, theirs = somebody(), somebody()
    put(place, theirs, a_reply("A zanzibar of theirs."))

    assert find(client, mine, "zanzibar").get_json()["replies"] == []
    assert len(find(client, theirs, "zanzibar").get_json()["replies"]) == 1


def test_while_it_is_not_known_what_is_blocked_nothing_is_found(stalling, stall, place, somebody):
    owner = somebody()
    put(place, owner, a_reply("Our workshop is in Utrecht."))
    assert stalling.post("/v1/replies/search", json={}, headers=owner.bearer()).status_code == 400
    stall.free.clear()  # from here on the account is known, and its replies are not

    answer = in_time(lambda: find(stalling, owner, "workshop", deadline_ms=300))

    assert answer.status_code == 200
    assert answer.get_json()["replies"] == []
    assert answer.get_json()["degraded"] is True
    assert answer.get_json()["reasons"] == ["replies_late"]


def test_a_search_for_an_account_never_seen_before_gets_an_empty_answer_while_the_store_hangs(
    stalling, stall, somebody
):
    owner = somebody()
    stall.free.clear()

    answer = find(stalling, owner, "help")

    assert (answer.status_code, answer.get_json()["reasons"]) == (200, ["account_late"])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/query"),
        ({"query": "x" * 201}, "/query"),
        ({"query": "x", "count": 0}, "/count"),
        ({"query": "x", "count": 51}, "/count"),
        ({"query": "x", "language": "Klingon, please"}, "/language"),
        ({"query": "x", "deadline_ms": 49}, "/deadline_ms"),
    ],
)
def test_what_is_wrong_with_a_search_is_pointed_at(client, somebody, body, pointer):
    answer = client.post("/v1/replies/search", json=body, headers=somebody().bearer())

    assert problem(answer) == (400, "invalid-input")
    assert [error["pointer"] for error in answer.get_json()["errors"]] == [pointer]


def test_who_may_not_read_suggestions_may_not_search_them(client, deps, place, somebody):
    owner = somebody(agent_requests_per_minute=3)
    in_force(deps, place, owner)
    headers = {"Authorization": f"Bearer {owner.key_with(Scope.CONVERSATIONS_READ)}"}

    assert problem(client.post("/v1/replies/search", json={"query": "x"}, headers=headers))[0] == 403
    assert problem(client.post("/v1/replies/search", json={"query": "x"}))[0] == 401
    assert [find(client, owner, "x").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_the_widgets_own_pages_may_ask_for_every_account(settings):
    origin = "https://widget.example"
    client = create_app(settings.model_copy(update={"widget_origin": origin})).test_client()
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}

    assert client.options("/v1/replies/search", headers=asked).headers["Access-Control-Allow-Origin"] == origin
    stranger = client.options("/v1/replies/search", headers={**asked, "Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in stranger.headers


def test_what_is_searched_for_is_never_logged(client, place, somebody, capsys):
    owner = somebody()
    put(place, owner, a_reply("Your zanzibar is on its way."))
    assert find(client, owner, "zanzibar").get_json()["replies"]

    logged = "".join(capsys.readouterr())

    assert "replies_searched" in logged
    assert "zanzibar" not in logged


def test_drafts_and_replies_are_never_logged(client, somebody, capsys):
    owner = somebody()
    ask(client, owner, owner.says(Role.CUSTOMER, "my canary is zanzibar"), draft="dear zanzibar")

    logged = "".join(capsys.readouterr())

    assert "suggestions_served" in logged
    assert "zanzibar" not in logged
