"""Budgets and limits of keys and purposes, over two instances."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.integration.llm_gateway.place import Caller, Instance, a_provider, early_in_a_minute, now, running
from tests.integration.llm_gateway.test_bad_input import problem
from tests.integration.llm_gateway.test_budget import CALL_USD, PRICE
from tests.integration.llm_gateway.test_failover import a_chat

from earpiece.domain.api_keys import Scope

CALL = a_chat(max_tokens=4)


@pytest.fixture
def second(surroundings, tmp_path) -> Iterator[Instance]:
    with running(surroundings, tmp_path) as gateway:
        yield gateway


def statuses(one: Caller, urls: list[str], count: int, **headers: str) -> list[int]:
    import requests

    sent = {"Authorization": f"Bearer {one.key}", **headers}

    def ask(number: int) -> int:
        url = f"{urls[number % len(urls)]}/v1/chat/completions"
        return requests.post(url, json=CALL, headers=sent, timeout=30).status_code

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(ask, range(count)))


def taken(one: Caller) -> int:
    """Requests of this minute that the account's instances hold or have used."""
    found = one.place.clients.registry().collection("accounts", one.account.account_id, "limits").get()
    return sum(
        minutes[f"{now():%Y-%m-%dT%H:%M}"]["requests"] for one in found for minutes in [one.to_dict()["minutes"]]
    )


def test_two_instances_together_keep_to_a_keys_limit(caller, place, second):
    one = caller(a_provider(), requests_per_minute=20)
    early_in_a_minute()

    answered = statuses(one, [place.gateway.url, second.url], 60)

    assert answered.count(200) == 20
    assert answered.count(429) == 40


def test_an_instance_that_ends_gives_back_its_part_of_the_minute(caller, place, second):
    one = caller(a_provider(), requests_per_minute=40)
    early_in_a_minute()
    assert statuses(one, [second.url], 1) == [200]
    assert taken(one) > 1

    second.end()

    assert taken(one) == 1
    assert statuses(one, [place.gateway.url], 45).count(200) == 39


def test_a_key_with_a_budget_of_its_own_stops_alone(caller, place):
    one = caller(a_provider(), prices=[PRICE], daily_budget_usd=1.0)
    text, key_id = one.add_key(Scope.LLM_CALL)
    quotas = [{"key_id": key_id, "daily_budget_usd": 2 * CALL_USD}]
    one.change(**{**one.llm.to_json(), "quotas": quotas})
    whole, one.key = one.key, text

    answers = [one.post(CALL) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert problem(answers[2]) == (429, "budget-exceeded", "budget_exceeded")
    assert answers[2].json()["period"] == f"{now():%Y-%m-%d}.key.{key_id}"
    one.key = whole
    assert one.post(CALL).status_code == 200


def test_a_purpose_with_a_budget_of_its_own_stops_alone_over_two_instances(caller, place, second, records):
    quotas = [{"purpose": "summarizer", "monthly_budget_usd": 10 * CALL_USD}]
    one = caller(a_provider(), prices=[PRICE], daily_budget_usd=1.0, quotas=quotas)
    urls = [place.gateway.url, second.url]

    answered = statuses(one, urls, 60, **{"x-earpiece-purpose": "summarizer"})

    count = answered.count(200)
    assert 6 <= count <= 12
    assert statuses(one, urls, 2, **{"x-earpiece-purpose": "rewrite"}) == [200, 200]
    bills = records.of_account(one.account.account_id, count + 2)
    assert [bill["purpose"] for bill in bills].count("summarizer") == count


def test_a_purpose_that_is_no_name_is_refused(caller):
    answer = caller(a_provider()).post(CALL, **{"x-earpiece-purpose": "Write to Zoe!"})

    assert answer.status_code == 400
    assert "Zoe" not in answer.text
