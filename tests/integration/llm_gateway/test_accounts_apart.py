"""Accounts that call one gateway at the same time have nothing of each other's."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.integration.llm_gateway.place import Caller, a_provider, events_of

CALLS = 30


def an_account(caller: Any, place: Any, number: int) -> tuple[Caller, str, str]:
    """With its own provider, a cache, and a person that only it knows."""
    name, mail = a_provider(), f"canary{number}@account{number}.example"
    models = [{"name": "chat", "cache_s": 60, "routes": [{"upstream": name, "model": f"model-{number}"}]}]
    one = caller(name, models=models, masks_personal_data=True)
    one.keep_secret(name, f"sk-of-account-{number}")
    place.providers.behave(name, interval_s=0.002, text=f"Of account {number}: [EMAIL_1]", delay_s=0.01)
    return one, name, mail


def said(one: Caller, mail: str, number: int) -> str:
    # Every other call is the same for both accounts but for who writes: one's kept answer must not be the other's.
    asked = {"model": "chat", "messages": [{"role": "user", "content": f"question {number % 3} of {mail}"}]}
    answer = one.post({**asked, "stream": bool(number % 2)})
    assert answer.status_code == 200, answer.text
    if not number % 2:
        return str(answer.json()["choices"][0]["message"]["content"])
    *events, _ = events_of(answer)
    return "".join(choice["delta"].get("content") or "" for each in events for choice in each["choices"])


@pytest.fixture
def both(caller, place):
    return [an_account(caller, place, number) for number in (1, 2)]


def test_calls_of_two_accounts_at_the_same_time_never_mix(both, place, records):
    calls = [(one, mail, number) for number in range(CALLS) for one, _, mail in both]

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda call: said(*call), calls))

    for (_, mail, _), answer in zip(calls, answers, strict=True):
        assert answer == f"Of account {mail[6]}: {mail}"
    for (one, name, mail), number in zip(both, (1, 2), strict=True):
        seen = json.dumps([[dict(each.body), dict(each.headers)] for each in place.provider(name).received])
        assert "[EMAIL_1]" in seen
        assert f"sk-of-account-{3 - number}" not in seen
        assert "canary" not in seen
        bills = records.of_account(one.account.account_id, CALLS)
        assert {bill["upstream_model"] for bill in bills} <= {f"model-{number}", ""}
        assert mail not in json.dumps(bills)
