"""Assistants through the widget's door: gateway, stand-in provider and stores as they are everywhere."""

from __future__ import annotations

import itertools
import json
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.llm_gateway.place import running
from tests.integration.services.conftest import Place, Somebody, ready
from tests.integration.training.pushes import a_push
from tests.unit.assistants.made import a_summary
from tests.waiting import until
from werkzeug.serving import make_server

from assistant_runner.app import create_app as create_runner
from assistant_runner.deps import connect as connect_runner
from assistant_runner.settings import Settings as RunnerSettings
from conversation_api.app import create_app
from conversation_api.settings import Settings
from earpiece.adapters.firestore_accounts import FirestoreApiKeys
from earpiece.adapters.firestore_assistants import FirestoreArticles
from earpiece.adapters.firestore_dead_letters import FirestoreDeadLetters
from earpiece.adapters.firestore_integrations import FirestoreIntegrations
from earpiece.adapters.firestore_outbox import FirestoreOutboxes
from earpiece.assistants.shipped import shipped
from earpiece.domain.api_keys import GATEWAY, Scope, generate_key
from earpiece.domain.articles import Article, article_id_of
from earpiece.domain.dead_letters import Origin
from earpiece.domain.events import Role
from earpiece.domain.ids import digest
from earpiece.domain.llm import LlmSettings, secret_name
from earpiece.domain.settings import AccountSettings
from earpiece.ports.events import Waiting
from earpiece_emulators.extractive import extract
from earpiece_emulators.model_behaviour import Fault, Profile
from earpiece_emulators.model_provider import ModelProvider, running_provider
from earpiece_emulators.pubsub_setup import PubSub
from suggestion_api.app import create_app as create_suggestion_api
from suggestion_api.settings import Settings as SuggestionSettings


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """Both doors of assistants, and the provider behind the gateway."""

    place: Place
    api: FlaskClient
    runner: FlaskClient
    providers: ModelProvider
    providers_url: str
    engine_url: str
    environment: dict[str, str]

    def ask(self, who: Somebody, code: str = "summarizer", platform_id: str = "c-1", **body: Any) -> Any:
        path = f"/v1/conversations/{who.conversation(platform_id)}/assistants/{code}"
        return self.api.post(path, json=body, headers=who.bearer())

    def shown(self, who: Somebody, platform_id: str = "c-1") -> dict[str, Any]:
        answer = self.api.get(f"/v1/conversations/{who.conversation(platform_id)}", headers=who.bearer())
        return {one["code"]: one for one in answer.json["assistants"]}

    def push(self, who: Somebody, kind: str, platform_id: str = "c-1", at: datetime | None = None, **body: Any) -> int:
        notice = {"account_id": who.account_id, "conversation_id": who.conversation(platform_id), **body}
        pushed = a_push(notice)
        pushed["message"]["attributes"]["kind"] = kind
        if at:
            pushed["message"]["publishTime"] = at.isoformat().replace("+00:00", "Z")
        return int(self.runner.post("/runs", json=pushed).status_code)

    def afresh(self, **variables: str) -> Desk:
        """The same with doors that have been through nothing yet."""
        known = {**self.environment, **variables}
        api, runner = create_app(Settings.model_validate(known)), create_runner(RunnerSettings.model_validate(known))
        return replace(self, api=ready(api).test_client(), runner=ready(runner).test_client())

    def provider(self, who: Somebody) -> Profile:
        return self.providers.profile(who.account_id)

    def behave(self, who: Somebody, **behaviour: Any) -> None:
        self.providers.behave(who.account_id, **behaviour)

    def connect(self, who: Somebody) -> Somebody:
        """Give the account a provider of its own and the key that our units call the gateway with."""
        integrations = FirestoreIntegrations(who.account, self.place.clients.registry(), self.place.secrets, now)
        text, key = generate_key(who.account_id, frozenset({Scope.LLM_CALL}), now(), holder=GATEWAY)
        FirestoreApiKeys(self.place.clients.registry()).add(key)
        integrations.rotate(GATEWAY, text, keep_old_until=now())
        integrations.rotate(secret_name("stand-in"), "sk-test", keep_old_until=now())
        upstream = {"name": "stand-in", "kind": "openai", "base_url": f"{self.providers_url}/{who.account_id}/v1"}
        routes = [{"upstream": "stand-in", "model": "extractive"}]
        price = {"model": "extractive", "since": "2026-01-01", "input_usd": 1.0, "output_usd": 2.0}
        llm = LlmSettings.from_json(
            {"upstreams": [upstream], "models": [{"name": "assistants", "routes": routes}], "prices": [price]}
        )
        who.change_settings(replace(AccountSettings(), llm=llm, default_language="nl"))
        return who


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The unit at an address of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def desk(place: Place, stores: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    pubsub = PubSub(stores.need("pubsub")["PUBSUB_EMULATOR_HOST"], place.environment["PROJECT_ID"])
    pubsub.create_topics(["warehouse-assistant-runs", "warehouse-llm-usage", "assistant-run-requested"])
    pubsub.close()
    environment = {**place.environment, "CALLER_FRESH_S": "0.2", "SECRET_FRESH_S": "0.2"}
    folder = tmp_path_factory.mktemp("gateway")
    with (
        running_provider(extract) as (providers, url),
        running(environment, folder) as gateway,
        serving(ready(create_suggestion_api(SuggestionSettings.model_validate(place.environment)))) as engine,
    ):
        known = {
            **place.environment, "LLM_GATEWAY_URL": gateway.url, "MODEL_TIMEOUT_S": "20", "SUGGESTION_API_URL": engine,
        }  # fmt: skip
        api = ready(create_app(Settings.model_validate(known))).test_client()
        runner = ready(create_runner(RunnerSettings.model_validate(known))).test_client()
        yield Desk(place, api, runner, providers, url, engine, known)


@pytest.fixture(scope="module")
def connections() -> list[int]:
    """Ports that this process connects to, as long as somebody listens: what Python's own audit tells."""
    ports: list[int] = []

    def note(event: str, told: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(told[1], tuple):
            ports.append(told[1][1])

    sys.addaudithook(note)
    return ports


@pytest.fixture
def reached(connections: list[int]) -> Callable[[], set[int]]:
    before = len(connections)
    return lambda: set(connections[before:])


@pytest.fixture
def who(desk: Desk, somebody: Callable[..., Somebody]) -> Somebody:
    """An account with a provider, and a conversation that is worth a summary."""
    made = desk.connect(somebody())
    made.says(Role.CUSTOMER, "Where is my order LX-20417? It should have come on 2026-11-30.")
    made.says(Role.AGENT, "I am sorry. I will send it again today, it costs you nothing.")
    made.says(Role.CUSTOMER, "Thank you, great!")
    return made


def test_a_summary_is_made_once_and_stands_in_the_conversation(desk: Desk, who: Somebody):
    asked = desk.ask(who)
    again = desk.ask(who)

    assert asked.status_code == 200, asked.json
    assert asked.json["state"] == "done", asked.json
    assert asked.json["result"]["language"] == "nl"
    assert {one["value"] for one in asked.json["result"]["entities"]} == {"LX-20417", "2026-11-30"}
    assert asked.json["result"]["situation"]["sources"] == ["m-1"]
    assert again.json == asked.json
    assert desk.shown(who)["summarizer"] == asked.json
    assert len(desk.provider(who).received) == 1


def test_the_provider_sees_no_participant_and_the_result_names_them(desk: Desk, who: Somebody):
    who.says(Role.AGENT, "I wrote it down, sevenhoek; you hear from us.")  # no list holds it, and no phrase tells

    asked = desk.ask(who).json

    (call,) = desk.provider(who).received
    assert "sevenhoek" not in json.dumps(dict(call.body)).lower()
    assert asked["state"] == "done", asked
    assert "sevenhoek" in asked["text"].lower()


def test_a_drafted_reply_rests_on_what_the_engine_suggests_to_this_agent(desk: Desk, who: Somebody):
    url = f"{desk.engine_url}/v1/conversations/{who.conversation()}/suggestions"
    offered = lambda: requests.post(url, json={"draft": ""}, headers=who.bearer(), timeout=60).json()["suggestions"]  # noqa: E731
    until(offered, 20, "the agent's widget has no suggestions")

    answer = desk.ask(who, "reply-draft")

    assert answer.status_code == 200, answer.json
    (call,) = desk.provider(who).received
    # The account has no replies of its own: these are the starter set, which suggestion_api alone offers.
    assert '"id": "r1", "title": "a reply"' in str(call.body["messages"][-1]["content"])


def test_the_same_state_is_paid_once_however_many_ask_at_the_same_time(desk: Desk, who: Somebody):
    desk.behave(who, delay_s=0.3)

    with ThreadPoolExecutor(6) as pool:
        pushes = list(pool.map(lambda _: desk.push(who, "ended"), range(4)))
        answers = list(pool.map(lambda _: desk.ask(who).json["state"], range(2)))
    settled = [desk.push(who, "ended") for _ in range(2)]

    assert set(pushes) <= {204, 503}
    assert set(answers) <= {"done", "running"}
    assert settled == [204, 204]
    assert desk.shown(who)["summarizer"]["trigger"] == "ended"
    assert len(desk.provider(who).received) == 1


def test_a_later_message_makes_it_stale_and_another_run_worth_paying(desk: Desk, who: Somebody):
    first = desk.ask(who).json
    who.says(Role.CUSTOMER, "One more thing: it is invoice 88412.")

    stale = desk.shown(who)["summarizer"]
    second = desk.ask(who).json

    assert (first["is_stale"], stale["is_stale"], second["is_stale"]) == (False, True, False)
    assert second["run_id"] != first["run_id"]
    assert len(desk.provider(who).received) == 2


def test_what_was_said_just_before_the_end_is_in_the_one_summary_though_the_notice_came_first(
    desk: Desk, who: Somebody
):
    waited_s: list[float] = []

    def pause(duration_s: float) -> None:
        waited_s.append(duration_s)
        if duration_s:
            who.says(Role.CUSTOMER, "One more thing: it is invoice LX-88412.")

    settings = RunnerSettings.model_validate(desk.environment)
    runner = ready(create_runner(settings, replace(connect_runner(settings), pause=pause))).test_client()
    new = replace(desk, runner=runner)

    assert new.push(who, "ended", at=now()) == 204
    assert new.push(who, "ended", at=now() - timedelta(minutes=1)) == 204
    assert new.push(who, "asked", at=now(), code="summarizer") == 204

    summary = desk.shown(who)["summarizer"]
    assert "LX-88412" in {one["value"] for one in summary["result"]["entities"]}
    assert not summary["is_stale"]
    assert len(desk.provider(who).received) == 1
    first_s, *later_s = waited_s
    assert 0 < first_s <= settings.settle_s
    assert not any(later_s)


@pytest.mark.parametrize("kind", ["transferred", "participant_left"])
def test_who_takes_over_finds_a_note_and_nobody_does_after_the_end(desk: Desk, who: Somebody, kind: str):
    assert desk.push(who, kind) == 204
    assert desk.push(who, kind) == 204

    shown = desk.shown(who)
    assert set(shown) == {"handover-note"}
    assert (shown["handover-note"]["state"], shown["handover-note"]["is_stale"]) == ("done", False)
    assert len(desk.provider(who).received) == 1
    who.says(Role.CUSTOMER, "One more thing: it is invoice 88412.")
    who.ends()
    assert desk.push(who, kind) == 204
    assert len(desk.provider(who).received) == 1


def test_a_disposition_is_one_of_its_labels_or_none(desk: Desk, who: Somebody):
    labels = shipped()["disposition"].schema["properties"]["label"]["enum"]
    made = {"label": labels[0], "sources": ["m1"], "language": "nl"}
    told = {name: made[name] for name in shipped()["disposition"].schema["properties"] if name in made}
    desk.behave(who, text=json.dumps(told))
    right = desk.ask(who, "disposition").json
    who.says(Role.CUSTOMER, "One more thing.")
    desk.behave(who, text=json.dumps({**told, "label": "give them a refund"}))
    wrong = desk.ask(who, "disposition").json

    assert (right["state"], right["result"]["label"]) == ("done", labels[0]), right
    assert (wrong["state"], wrong["reason"], wrong["result"]) == ("failed", "invalid_answer", None)


def test_nothing_but_the_gateway_is_reached_for_a_model(desk: Desk, who: Somebody, reached: Callable[[], set[int]]):
    new = desk.afresh()  # without a connection that was made before

    assert new.ask(who).json["state"] == "done"
    assert new.ask(who, "reply-draft").status_code == 200
    who.says(Role.CUSTOMER, "One more thing: it is invoice 88412.")
    assert new.push(who, "ended") == 204

    gateway, engine, provider = (
        int(url.rpartition(":")[2])
        for url in (desk.environment["LLM_GATEWAY_URL"], desk.engine_url, desk.providers_url)
    )
    assert len(desk.provider(who).received) == 3
    assert provider not in reached()
    assert gateway in reached() <= {gateway, engine}


def test_while_the_gateway_is_away_no_provider_is_asked_in_its_place(desk: Desk, who: Somebody):
    cut_off = desk.afresh(LLM_GATEWAY_URL="http://127.0.0.1:9")

    asked, pushed = cut_off.ask(who).json, cut_off.push(who, "ended")

    assert (asked["state"], asked["reason"], pushed) == ("waiting", "gateway_away", 503)
    assert desk.provider(who).received == []


def test_a_budget_that_is_used_up_stops_summaries_and_no_suggestion(desk: Desk, who: Somebody):
    who.change_settings(replace(who.settings(), llm=replace(who.settings().llm, daily_budget_usd=0.000001)))
    spend = lambda number: desk.ask(who, "rewrite", text=f"we  send it {number}", option="shorter").json  # noqa: E731
    numbers = itertools.count()
    until(lambda: spend(next(numbers))["reason"] == "budget_exceeded", 30, "the budget was never used up")
    paid = len(desk.provider(who).received)

    asked, pushed = desk.ask(who).json, desk.push(who, "ended")
    url = f"{desk.engine_url}/v1/conversations/{who.conversation()}/suggestions"

    assert (asked["state"], asked["reason"], pushed) == ("waiting", "budget_exceeded", 503)
    assert len(desk.provider(who).received) == paid
    until(
        lambda: requests.post(url, json={"draft": ""}, headers=who.bearer(), timeout=60).json()["suggestions"],
        20,
        "suggestions stopped with the budget",
    )


def test_what_is_too_short_is_skipped_without_a_call(desk: Desk, who: Somebody):
    who.says(Role.CUSTOMER, "Hello?", platform_id="c-short")

    asked = desk.ask(who, platform_id="c-short").json

    assert (asked["state"], asked["reason"]) == ("skipped", "too_short")
    assert desk.push(who, "ended", "c-short") == 204
    assert desk.provider(who).received == []


def test_while_no_provider_answers_the_agent_may_write_and_the_run_is_made_later(desk: Desk, who: Somebody):
    desk.behave(who, fault=Fault.UNAVAILABLE)

    asked = desk.ask(who).json
    written = desk.api.put(
        f"/v1/conversations/{who.conversation()}/assistants/summarizer",
        json={"text": "By hand: sent again."},
        headers=who.bearer(),
    )
    refused = desk.push(who, "ended")
    desk.behave(who)
    accepted = _until_taken(lambda: desk.push(who, "asked", code="summarizer"))

    assert (asked["state"], refused, accepted) == ("waiting", 503, 204)
    assert written.status_code == 200
    shown = desk.shown(who)["summarizer"]
    assert (shown["state"], shown["final_text"]) == ("done", "By hand: sent again.")


def test_while_a_row_cannot_be_published_the_agent_has_the_summary_and_the_row_waits_in_the_outbox(
    desk: Desk, who: Somebody
):
    cut_off = desk.afresh(ASSISTANT_RUNS_TOPIC="there-is-none")

    asked = cut_off.ask(who)
    path = f"/v1/conversations/{who.conversation()}/assistants/summarizer"
    written = cut_off.api.put(path, json={"text": "By hand: sent again."}, headers=who.bearer())

    assert (asked.status_code, asked.json["state"], written.status_code) == (200, "done", 200)
    waiting = _outbox_emptied(desk, who)
    rows = [json.loads(message.data) for one in waiting for message in one.messages]
    assert [one.topic for one in waiting] == ["there-is-none"] * 2
    assert [(row["run_id"], row["edited_word_count"] is None) for row in rows] == [
        (rows[0]["run_id"], True),
        (rows[0]["run_id"], False),
    ]
    row = rows[0]
    assert (row["model_name"], row["upstream_model"], row["call_count"]) == ("assistants", "extractive", 1)
    assert row["settings_version"] == desk.place.registry.find(who.account_id).settings_version
    assert row["input_tokens"] > 0
    assert row["cost_usd"] == pytest.approx((row["input_tokens"] + 2 * row["output_tokens"]) / 1e6)
    assert row["latency_ms"] > 0
    assert "LX-20417" not in json.dumps(row)


def _outbox_emptied(desk: Desk, who: Somebody) -> list[Waiting]:
    """What waited in the account's outbox, taken out of it: other tests look at all outboxes of these stores."""
    found = [
        (waiting, remove)
        for waiting, remove in FirestoreOutboxes(desk.place.clients).oldest(10_000)
        if waiting.messages[0].attributes["account_id"] == who.account_id
    ]
    for _, remove in found:
        remove()
    return [waiting for waiting, _ in found]


def _until_taken(push: Callable[[], int]) -> int:
    from tests.waiting import until

    # The gateway rests a provider that failed.
    return 204 if until(lambda: push() == 204, 60, "the run was not made") else 0


def test_an_invalid_answer_fails_after_one_repair_and_is_not_paid_again(desk: Desk, who: Somebody):
    desk.behave(who, text="As an AI model, I would rather talk.")

    failed, again = desk.ask(who).json, desk.ask(who).json

    assert (failed["state"], failed["reason"], failed["result"]) == ("failed", "invalid_answer", None)
    assert again["run_id"] == failed["run_id"]
    assert len(desk.provider(who).received) == 2


def test_a_value_that_nobody_said_does_not_reach_the_agent(desk: Desk, who: Somebody):
    invented = {"kind": "order", "value": "LX-99999", "sources": ["m1"]}
    said = {"kind": "order", "value": "LX-20417", "sources": ["m1"]}
    desk.behave(who, text=json.dumps(a_summary(entities=[invented, said])))

    asked = desk.ask(who).json

    assert [one["value"] for one in asked["result"]["entities"]] == ["LX-20417"]


def test_an_answer_rests_on_articles_or_says_that_there_is_none(desk: Desk, who: Somebody):
    articles = FirestoreArticles(who.account, desk.place.clients.of(who.account))
    returns = Article(article_id_of("returns.md"), "Returns", "Parcels may be returned within thirty days.")
    articles.put([returns, Article(article_id_of("gears.md"), "Gears", "Bicycles have gears and a chain.")])

    found = desk.ask(who, "knowledge-answer", text="Within how many days may parcels be returned?").json
    nothing = desk.ask(who, "knowledge-answer", text="Who painted the ceiling?").json

    assert found["result"]["answer"]["sources"] == [returns.article_id]
    assert "thirty days" in found["text"]
    assert (nothing["state"], nothing["reason"]) == ("skipped", "no_sources")


def test_trying_out_stores_nothing(desk: Desk, who: Somebody):
    tried = desk.ask(who, is_try_out=True).json

    assert tried["state"] == "done"
    assert desk.shown(who) == {}


def test_a_text_is_rewritten_only_in_a_way_that_is_offered(desk: Desk, who: Somebody):
    fine = desk.ask(who, "rewrite", text="we  send it", option="shorter")
    wrong = desk.ask(who, "rewrite", text="we send it", option="as a pirate")

    assert fine.json["text"] == "we send it"
    assert wrong.status_code == 400


def test_without_a_model_nothing_is_asked_and_it_works_once_there_is_one(desk: Desk, somebody: Callable[..., Somebody]):
    bare = somebody()
    for text in ("Hello, I wait for parcel AB-12345", "Are you there?"):
        bare.says(Role.CUSTOMER, text)

    before = desk.ask(bare).json
    desk.connect(bare)

    assert (before["state"], before["reason"]) == ("skipped", "no_model")
    assert desk.push(bare, "ended") == 204


@pytest.mark.parametrize(
    ("code", "path"), [("summarizer", "f" * 32), ("nothing-such", None), ("summarizer", "not-an-id")]
)
def test_what_is_not_there_is_not_found(desk: Desk, who: Somebody, code: str, path: str | None):
    conversation = path or who.conversation()

    answer = desk.api.post(f"/v1/conversations/{conversation}/assistants/{code}", json={}, headers=who.bearer())

    assert answer.status_code == 404


def test_another_account_s_conversation_is_unknown(desk: Desk, who: Somebody, somebody: Callable[..., Somebody]):
    other = desk.connect(somebody())
    path = f"/v1/conversations/{who.conversation()}/assistants/summarizer"

    assert desk.api.post(path, json={}, headers=other.bearer()).status_code == 404
    assert desk.api.put(path, json={"text": "x"}, headers=other.bearer()).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"conversation_id": "no"},
        {"conversation_id": "f" * 32, "account_id": "another"},
        {"conversation_id": digest("nobody", "knows")},
    ],
)
def test_what_can_never_be_run_becomes_a_dead_letter_at_once(desk: Desk, who: Somebody, body: dict[str, str]):
    pushed = a_push({"account_id": who.account_id, **body}, who.account_id)
    pushed["message"]["attributes"]["kind"] = "ended"

    assert desk.runner.post("/runs", json=pushed).status_code == 204
    kept = FirestoreDeadLetters(who.account, desk.place.clients.of(who.account)).all()
    assert [one.origin for one in kept] == [Origin.ASSISTANT_RUN]
