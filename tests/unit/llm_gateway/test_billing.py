"""What a call is recorded with, whenever it ends."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from earpiece.domain.accounts import Account
from earpiece.domain.llm import LlmSettings, Route
from earpiece.domain.prices import Price
from llm_gateway.answering import CALLER_LEFT, Bill
from llm_gateway.calls import read_call
from llm_gateway.usage import Tokens

NEW_YEAR = date(2027, 1, 1)
CHEAP = Price("m", date(2026, 1, 1), 1.0, 2.0, until=NEW_YEAR)
DEAR = Price("m", NEW_YEAR, 100.0, 200.0)
MIDNIGHT = datetime(2027, 1, 1, tzinfo=UTC)
ROUTE, OTHER = Route("openai", "m"), Route("azure", "m")


def a_bill(at: datetime, *prices: Price, asked: str = "Hello") -> Bill:
    profile = SimpleNamespace(
        account=Account("acme"), key=SimpleNamespace(key_id="k"), llm=LlmSettings(prices=prices), settings_version="v"
    )
    call = read_call("chat/completions", f'{{"model": "chat", "messages": [{{"content": "{asked}"}}]}}'.encode())
    return Bill(profile, call, time.monotonic(), at)


@pytest.mark.parametrize(
    ("at", "cost_usd"),
    [(MIDNIGHT - timedelta(microseconds=1), 1_000 * 1e-6 + 500 * 2e-6), (MIDNIGHT, 1_000 * 1e-4 + 500 * 2e-4)],
)
def test_a_call_costs_what_held_when_it_came_however_late_it_ends(at, cost_usd):
    bill = a_bill(at, CHEAP, DEAR)
    bill.route, bill.tokens, bill.outcome = ROUTE, Tokens(1_000, 500), "answered"

    assert bill.record(()).cost_usd == pytest.approx(cost_usd)


def test_between_two_prices_there_is_none():
    bill = a_bill(MIDNIGHT, CHEAP, Price("m", date(2027, 1, 2), 1.0, 1.0))
    bill.route, bill.tokens = ROUTE, Tokens(1, 1)

    assert bill.record(()).cost_usd is None


def test_an_upstream_that_was_asked_in_vain_costs_nothing_and_one_that_the_caller_left_what_it_was_sent():
    bill = a_bill(MIDNIGHT, DEAR, asked="word " * 100)
    bill.asked = OTHER
    assert bill.record(()).cost_usd == 0

    bill.outcome = CALLER_LEFT
    record = bill.record(())

    assert (record.upstream, record.output_tokens, record.is_estimate) == ("azure", 0, True)
    assert record.cost_usd == pytest.approx(bill.call.input_tokens * 1e-4)
