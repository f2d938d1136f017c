"""Budgets that hold over two instances, whatever is asked at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest
import requests
from tests.integration.llm_gateway.place import Caller, Instance, a_provider, now, running
from tests.integration.llm_gateway.test_bad_input import problem
from tests.integration.llm_gateway.test_failover import a_chat
from tests.waiting import until

from earpiece.adapters.firestore_budgets import FirestoreBudgets
from earpiece_emulators.model_behaviour import Behaviour, Fault

PRICE = {"model": "small", "since": "2026-01-01", "input_usd": 0.0, "output_usd": 100.0}
CALL_USD = 4 * 100 / 1e6  # four words


@pytest.fixture
def second(surroundings, tmp_path) -> Iterator[Instance]:
    with running(surroundings, tmp_path) as gateway:
        yield gateway


def stored(one: Caller) -> dict[str, dict]:
    """The account's budgets as they are kept, by period."""
    found = one.place.clients.registry().collection("accounts", one.account.account_id, "budgets").stream()
    return {document.id: document.to_dict() for document in found}


def leased_usd(one: Caller) -> float:
    bodies = stored(one)
    return sum(lease["amount"] for body in bodies.values() for lease in body["leases"].values()) / 1e6


def spent_usd(one: Caller) -> float:
    return stored(one)[f"{now():%Y-%m-%d}"]["spent"] / 1e6


def test_two_instances_under_sixty_four_calls_at_once_overspend_by_one_request_each_at_most(
    caller, place, second, records
):
    name = a_provider()
    cap_usd = 20 * CALL_USD
    one = caller(name, prices=[PRICE], daily_budget_usd=cap_usd)
    place.providers.behave(name, delay_s=0.05)
    clients = [one.client(), one.client(second)]

    def ask(number: int) -> str:
        try:
            clients[number % 2].chat.completions.create(**a_chat(max_tokens=4))
        except openai.RateLimitError as error:
            return str(error.code)
        return "answered"

    with ThreadPoolExecutor(64) as pool:
        outcomes = list(pool.map(ask, range(192)))

    answered = outcomes.count("answered")
    assert set(outcomes) == {"answered", "budget_exceeded"}
    assert 12 <= answered <= 22
    assert len(place.provider(name).received) == answered
    bills = records.of_account(one.account.account_id, answered)
    assert sum(bill["cost_usd"] for bill in bills) <= cap_usd + 2 * CALL_USD


def test_streams_that_break_at_two_instances_overspend_no_more_and_leave_nothing_reserved(
    caller, place, second, records
):
    name = a_provider()
    cap_usd = 40 * CALL_USD
    one = caller(name, prices=[PRICE], daily_budget_usd=cap_usd, upstreams=[place.upstream(name, quiet_s=0.3)])
    urls = [place.gateway.url, second.url]
    faults = itertools.cycle([Fault.RESET_WITHIN, Fault.TRUNCATED, Fault.STALL, Fault.ERROR_EVENT, Fault.NONE])

    def ask(number: int) -> str:
        # Whatever one call meets is another's fault too: which, is of no matter here.
        place.providers.profile(name).behaviour = Behaviour(next(faults), after=2, interval_s=0.01)
        answer = requests.post(
            f"{urls[number % 2]}/v1/chat/completions",
            json=a_chat(stream=True, max_tokens=4),
            headers={"Authorization": f"Bearer {one.key}"},
            timeout=40,
        )
        return answer.headers.get("x-earpiece-request-id", "")

    def billed_usd() -> float:
        return sum(bill["cost_usd"] or 0 for bill in records.of_account(one.account.account_id, served))

    with ThreadPoolExecutor(16) as pool:
        served = sum(bool(usage_id) for usage_id in pool.map(ask, range(160)))
    second.end()

    bills = records.of_account(one.account.account_id, served)
    assert {"interrupted", "answered"} <= {bill["outcome"] for bill in bills}
    assert billed_usd() <= cap_usd + 2 * CALL_USD
    # What broken streams had reserved can be spent to the last of it, and no more.
    place.providers.behave(name)
    until(lambda: "budget_exceeded" in one.post(a_chat(max_tokens=4)).text, 60, "the budget never ended")
    until(lambda: cap_usd <= billed_usd() + CALL_USD / 100, 30, "something stayed reserved")
    assert billed_usd() <= cap_usd + 2 * CALL_USD


def test_a_budget_that_is_used_up_refuses_and_says_until_when(caller, place):
    name = a_provider()
    one = caller(name, prices=[PRICE], monthly_budget_usd=CALL_USD)
    assert one.post(a_chat(max_tokens=4)).status_code == 200

    answer = one.post(a_chat(max_tokens=4))

    assert problem(answer) == (429, "budget-exceeded", "budget_exceeded")
    assert answer.json()["period"] == f"{now():%Y-%m}"
    assert int(answer.headers["retry-after"]) > 60
    assert len(place.provider(name).received) == 1


def test_one_call_may_have_the_last_of_a_budget_though_it_could_cost_more(caller):
    one = caller(a_provider(), prices=[PRICE], daily_budget_usd=2 * CALL_USD)

    answers = [one.post(a_chat(max_tokens=4_000)).status_code for _ in range(3)]

    assert answers == [200, 200, 429]


def test_calls_that_are_refused_or_fail_cost_the_budget_nothing(caller, place):
    name = a_provider()
    one = caller(name, prices=[PRICE], daily_budget_usd=CALL_USD)
    place.providers.behave(name, fault=Fault.CONTENT_FILTER)
    for _ in range(10):
        assert one.post(a_chat(max_tokens=4)).status_code == 400
    place.providers.behave(name)

    assert one.post(a_chat(max_tokens=4)).status_code == 200


def test_an_instance_that_ends_gives_back_what_it_did_not_spend(caller, place, second):
    one = caller(a_provider(), prices=[PRICE], daily_budget_usd=1.0)
    client = one.client(second)
    for _ in range(2):
        client.chat.completions.create(**a_chat(max_tokens=4))
    assert leased_usd(one) >= 0.01

    second.end()

    assert leased_usd(one) == 0
    assert spent_usd(one) == pytest.approx(2 * CALL_USD)


def test_what_others_hold_comes_back_when_their_lease_ends(caller, place):
    one = caller(a_provider(), prices=[PRICE], daily_budget_usd=CALL_USD)
    budgets = FirestoreBudgets(one.account, place.clients.registry(), now)
    day = f"{now():%Y-%m-%d}"
    budgets.lease("elsewhere", 400, 400, {day: 400})
    assert one.post(a_chat(max_tokens=4)).status_code == 429

    from earpiece.ports.budgets import Returned

    budgets.settle(Returned("elsewhere", {day: 0}))

    until(lambda: one.post(a_chat(max_tokens=4)).status_code == 200, 30, "the budget stayed closed")


def test_callers_that_insist_change_nothing_that_is_stored(caller, place):
    one = caller(a_provider(), prices=[PRICE], daily_budget_usd=CALL_USD)
    one.post(a_chat(max_tokens=4))
    assert one.post(a_chat(max_tokens=4)).status_code == 429
    written = place.clients.registry().document("accounts", one.account.account_id, "budgets", f"{now():%Y-%m-%d}")
    before = written.get().update_time

    for _ in range(20):
        assert one.post(a_chat(max_tokens=4)).status_code == 429

    assert written.get().update_time == before


def test_the_soft_alert_is_told_once_a_period(caller, place):
    one = caller(a_provider(), prices=[PRICE], daily_budget_usd=10 * CALL_USD)

    for _ in range(12):
        one.post(a_chat(max_tokens=4))

    told = [line for line in place.gateway.logged("budget_alert") if one.account.account_id in line]
    assert len(told) == 1


def test_an_unknown_price_is_no_reason_to_refuse(caller):
    one = caller(a_provider(), daily_budget_usd=CALL_USD)

    assert [one.post(a_chat()).status_code for _ in range(5)] == [200] * 5
