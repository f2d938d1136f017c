"""The agent's desk is a platform like any other: it delivers, signed and in order, and guards the API key it holds."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from unittest.mock import patch

import pytest
import requests
from tests.integration.emulators.desk_watcher import DeskWatcher, Told, waits_for_visitor
from tests.waiting import until

from earpiece_emulators.desk.__main__ import PACE_VARIABLE
from earpiece_emulators.desk.scenes import VISITOR
from earpiece_emulators.desk.surroundings import direct
from earpiece_emulators.local_system import LocalSystem
from earpiece_emulators.runtime import Runtime

UNITS = ["webhook_intake", "conversation_writer", "conversation_api", "suggestion_api", "widget"]
ACCOUNTS = ("lumen", "fietsplein")


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    # LocalSystem leaves the addresses of its stores in the environment, where the next module must not find them.
    with (
        patch.dict(os.environ, {PACE_VARIABLE: "20"}),
        Runtime(tmp_path_factory.mktemp("desk"), UNITS) as running,
    ):
        for account_id in ACCOUNTS:
            LocalSystem(running.state, account_id).create_account()
        yield running


@pytest.fixture(scope="module")
def desk(runtime: Runtime) -> Iterator[DeskWatcher]:
    with DeskWatcher(runtime.address("desk")) as watcher:
        yield watcher


@pytest.fixture(scope="module")
def read(runtime: Runtime):
    """A conversation as the API gives it to an agent of its account."""
    api = runtime.address("conversation_api")
    accounts = json.loads(runtime.state.credentials.read_bytes())["accounts"]

    def read(one: Told) -> Told:
        key = accounts[one["account"]]["api_key"]
        token = _post(f"{api}/v1/token", {"agent_id": "reader"}, Authorization=f"Bearer {key}").json()["token"]
        url = f"{api}/v1/conversations/by-platform-id/custom/{one['id']}"
        return dict(direct().get(url, headers={"Authorization": f"Bearer {token}"}, timeout=60).json())

    return read


def test_conversations_of_both_accounts_are_played_at_once(desk):
    def are_played() -> bool:
        found = [one for one in list(desk.conversations.values()) if one["messages"] and not one["is_ended"]]
        spoken = {(one["account"], one["locale"][:2]) for one in found}
        whose = {one["is_yours"] for one in found}
        return len(found) >= 4 and spoken == {("lumen", "en"), ("fietsplein", "nl")} and whose == {True, False}

    until(are_played, 60, "four at once, of both accounts, the visitor's and colleagues'")


def test_what_the_visitor_sends_goes_through_the_webhook_door_and_the_customer_answers(desk, read):
    waiting = desk.wait_for(lambda one: waits_for_visitor(one) and not one["is_finished"], "nobody waits")
    before = [message["message_id"] for message in waiting["messages"]]

    said = desk.act(waiting, "messages", text="That is not what you expected me to say.")

    message_id = said.json()["message_id"]
    step = desk.wait_until(waiting, lambda one: _readable(one, message_id), "not readable")
    answered = desk.wait_until(waiting, lambda one: _customer_after(one, message_id) or one["is_finished"], "no answer")
    assert said.status_code == 200
    assert message_id not in before
    assert next(one for one in step["steps"] if one["message_id"] == message_id)["ack_ms"] > 0
    stored = [m for m in read(answered)["messages"] if m["message_id"] == message_id]
    assert [(m["role"], m["text"]) for m in stored] == [("agent", "That is not what you expected me to say.")]


def test_all_of_a_conversation_is_delivered_in_the_order_in_which_it_happened(desk, read):
    ended = desk.wait_for(lambda one: one["is_ended"] and not one["is_yours"] and _is_delivered(one), "none has ended")

    stored = until(
        lambda: (found := read(ended)).get("status") == "ended" and found, 60, "it has not ended in the store"
    )
    said = [m["message_id"] for m in ended["messages"]]
    assert [m["message_id"] for m in stored["messages"]] == said
    assert [step["number"] for step in ended["steps"]] == list(range(1, len(ended["steps"]) + 1))
    assert [step["at"] for step in ended["steps"]] == sorted(step["at"] for step in ended["steps"])
    assert (ended["steps"][0]["what"], ended["steps"][-1]["what"]) == ("started", "ended")


def test_a_conversation_taken_over_and_given_away_has_that_agent_in_the_store(desk, read):
    colleagues = desk.wait_for(
        lambda one: not one["is_yours"] and one["messages"] and not one["is_finished"], "no colleague"
    )

    desk.act(colleagues, "take-over").raise_for_status()
    until(lambda: read(colleagues).get("agent_id") == VISITOR.participant_id, 60, "not taken over")
    given = desk.act(colleagues, "hand-over").json()["to"]
    until(lambda: read(colleagues).get("agent_id") != VISITOR.participant_id, 60, "not given away")

    told = desk.wait_until(colleagues, lambda one: one["notes"] and one["notes"][-1]["to"] == given, "no note of it")
    assert {"from": VISITOR.name, "to": given} in [{"from": n["from"], "to": n["to"]} for n in told["notes"]]


def test_a_conversation_that_the_visitor_ends_is_ended_in_the_store(desk, read):
    mine = desk.wait_for(
        lambda one: one["is_yours"] and one["messages"] and not one["is_ended"], "none is the visitor's"
    )

    desk.act(mine, "end").raise_for_status()

    until(lambda: read(mine).get("status") == "ended", 60, "it has not ended in the store")
    assert desk.act(mine, "messages", text="Too late").status_code == 404


def test_the_page_gets_a_token_of_the_visitor(desk, runtime):
    answer = desk.post(f"{desk.address}/api/token", desk.address, {"account": "lumen"})

    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    url = f"{runtime.address('conversation_api')}/v1/capabilities"
    assert direct().get(url, headers=headers, timeout=60).status_code == 200


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1:1", "http://localhost"])
def test_a_page_of_another_origin_gets_no_token(desk, origin):
    answer = desk.post(f"{desk.address}/api/token", origin, {"account": "lumen"})

    assert answer.status_code == 403
    assert "token" not in answer.text


def test_a_page_that_calls_this_address_by_a_name_of_its_own_gets_nothing(desk):
    port = desk.address.rpartition(":")[2]
    name = f"evil.example:{port}"

    answers = [
        desk.post(f"{desk.address}/api/token", f"http://{name}", {"account": "lumen"}, Host=name),
        direct().get(f"{desk.address}/api/place", headers={"Host": name}, timeout=60),
    ]

    assert [answer.status_code for answer in answers] == [421, 421]


def test_no_secret_of_the_account_is_in_what_the_page_gets(desk, runtime):
    kept = json.loads(runtime.state.credentials.read_bytes())["accounts"]
    secrets = [str(value) for account in kept.values() for name, value in account.items() if name != "account_id"]
    paths = ("/", "/api/place", "/static/desk.js", "/static/assist.js")

    given = "".join(direct().get(f"{desk.address}{path}", timeout=60).text for path in paths)

    assert len(secrets) >= 4
    assert not [secret for secret in secrets if secret in given + json.dumps(desk.conversations)]


def test_the_page_may_run_its_own_scripts_and_the_widget_and_nothing_else(desk, runtime):
    page = direct().get(f"{desk.address}/", timeout=60)

    policy = dict(part.split(" ", 1) for part in page.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == f"'self' {runtime.address('widget')}"
    assert policy["style-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert direct().get(f"{runtime.address('widget')}/v1/loader.js", timeout=60).ok


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": "  "}, {"text": 7}, {"text": "x" * 4001}, []])
def test_a_message_that_is_none_is_refused(desk, body):
    one = desk.wait_for(lambda one: _is_open(one) and one["is_yours"], "none is the visitor's")

    answer = desk.post(f"{desk.address}/api/conversations/{one['id']}/messages", desk.address, body)

    assert answer.status_code == 400


def _is_open(one: Told) -> bool:
    return bool(one["messages"] and not one["is_ended"])


def _readable(one: Told, message_id: str) -> bool:
    return any(step["message_id"] == message_id and step["readable_ms"] is not None for step in one["steps"])


def _customer_after(one: Told, message_id: str) -> bool:
    ids = [message["message_id"] for message in one["messages"]]
    return any(message["role"] == "customer" for message in one["messages"][ids.index(message_id) + 1 :])


def _is_delivered(one: Told) -> bool:
    return all(step["ack_ms"] is not None for step in one["steps"])


def _post(url: str, body: object, **headers: str) -> requests.Response:
    answer = direct().post(url, json=body, headers=headers, timeout=60)
    answer.raise_for_status()
    return answer


def test_the_next_run_of_a_state_has_the_desk_where_accounts_allow_it(tmp_path):
    addresses = []
    for _ in range(2):
        with Runtime(tmp_path, UNITS) as running:
            addresses.append(running.address("desk"))

    assert addresses[0] == addresses[1]
