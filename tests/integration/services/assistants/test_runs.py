"""What assistants tell an agent: made once, grounded, and seen where the widget looks."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from tests.integration.services.assistants.conftest import Desk, now
from tests.integration.services.conftest import Somebody, ready
from tests.unit.assistants.made import a_summary
from tests.waiting import until

from assistant_runner.app import create_app as create_runner
from assistant_runner.deps import connect as connect_runner
from assistant_runner.settings import Settings as RunnerSettings
from earpiece.adapters.firestore_assistants import FirestoreArticles
from earpiece.assistants.shipped import shipped
from earpiece.domain.articles import Article, article_id_of
from earpiece.domain.events import Role


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
    who.ends()

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
    who.ends()

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


def test_what_came_after_the_summary_of_the_end_makes_another_unless_it_opened_the_conversation_again(
    desk: Desk, who: Somebody
):
    who.ends()
    assert desk.push(who, "ended") == 204
    who.says(Role.CUSTOMER, "One more thing: it is invoice LX-88412.")

    desk.place.registry.change_reopening(who.account_id, within_s=3600)
    assert desk.afresh().push(who, "ended") == 204
    is_passed_over = desk.shown(who)["summarizer"]["is_stale"]
    desk.place.registry.change_reopening(who.account_id, within_s=0)
    assert desk.afresh().push(who, "ended") == 204

    summary = desk.shown(who)["summarizer"]
    assert is_passed_over
    assert not summary["is_stale"]
    assert "LX-88412" in {one["value"] for one in summary["result"]["entities"]}
    assert len(desk.provider(who).received) == 2


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


def test_what_is_too_short_is_skipped_without_a_call(desk: Desk, who: Somebody):
    who.says(Role.CUSTOMER, "Hello?", platform_id="c-short")

    asked = desk.ask(who, platform_id="c-short").json

    assert (asked["state"], asked["reason"]) == ("skipped", "too_short")
    who.ends(platform_id="c-short")
    assert desk.push(who, "ended", "c-short") == 204
    assert desk.provider(who).received == []


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
