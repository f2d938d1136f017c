"""Prices by date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earpiece.domain.errors import InvalidInput
from earpiece.domain.prices import Price, price_on, valid_prices

START = date(2026, 1, 1)
DAYS = st.integers(0, 60)
SPANS = st.lists(st.tuples(DAYS, st.none() | st.integers(1, 30)), max_size=5)


def a_price(since: int, length: int | None, **more) -> Price:
    until = None if length is None else START + timedelta(days=since + length)
    return Price("gpt", START + timedelta(days=since), 1.0, 2.0, until=until, **more)


@given(SPANS)
def test_two_prices_of_a_day_are_refused_and_only_they(spans):
    prices = [a_price(*span) for span in spans]
    overlap = any(sum(price.holds_on(START + timedelta(days=day)) for price in prices) > 1 for day in range(62))

    try:
        valid_prices(prices)
        is_refused = False
    except InvalidInput:
        is_refused = True

    assert is_refused == overlap


@given(SPANS, DAYS)
def test_the_price_of_a_day_is_one_that_holds_then(spans, day):
    prices, on = [a_price(*span) for span in spans], START + timedelta(days=day)

    found = price_on(prices, "azure", "gpt", on)

    assert (found is None) == (not any(price.holds_on(on) for price in prices))
    assert found is None or found.holds_on(on)


def test_an_upstreams_own_price_comes_first_and_a_model_without_one_is_unknown():
    general, own = a_price(0, None), a_price(0, None, upstream="azure")

    assert price_on([general, own], "azure", "gpt", START) is own
    assert price_on([general, own], "openai", "gpt", START) is general
    assert price_on([own], "openai", "gpt", START) is None
    assert price_on([general], "azure", "other", START) is None
    valid_prices([general, own])


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_cost_is_never_negative_and_cached_input_costs_less(fresh, output, cached):
    price = Price("gpt", START, 1.0, 2.0, cached_input_usd=0.25)

    cost = price.cost_usd(fresh + cached, output, cached)

    assert cost == pytest.approx((fresh + 2 * output + cached / 4) / 1e6)


@pytest.mark.parametrize("change", [{"input_usd": -1.0}, {"cached_input_usd": -0.1}, {"until": START}])
def test_a_price_that_cannot_be_meant_is_refused(change):
    from dataclasses import replace

    with pytest.raises(InvalidInput):
        valid_prices([replace(a_price(0, None), **change)])


@given(SPANS)
def test_prices_survive_their_json(spans):
    prices = [a_price(*span) for span in spans]

    assert [Price.from_json(price.to_json()) for price in prices] == prices
