"""Assistants reach a model through the gateway alone, and are bound by its budgets."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import requests
from tests.integration.services.assistants.conftest import Desk
from tests.integration.services.conftest import Somebody
from tests.waiting import until

from earpiece.domain.events import Role


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


def test_nothing_but_the_gateway_is_reached_for_a_model(desk: Desk, who: Somebody, reached: Callable[[], set[int]]):
    new = desk.afresh()  # without a connection that was made before

    assert new.ask(who).json["state"] == "done"
    assert new.ask(who, "reply-draft").status_code == 200
    who.says(Role.CUSTOMER, "One more thing: it is invoice 88412.")
    who.ends()
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
    who.ends()

    asked, pushed = cut_off.ask(who).json, cut_off.push(who, "ended")

    assert (asked["state"], asked["reason"], pushed) == ("waiting", "gateway_away", 503)
    assert desk.provider(who).received == []


def test_a_budget_that_is_used_up_stops_summaries_and_no_suggestion(desk: Desk, who: Somebody):
    who.change_settings(replace(who.settings(), llm=replace(who.settings().llm, daily_budget_usd=0.000001)))
    spend = lambda number: desk.ask(who, "rewrite", text=f"we  send it {number}", option="shorter").json  # noqa: E731
    numbers = itertools.count()
    until(lambda: spend(next(numbers))["reason"] == "budget_exceeded", 30, "the budget was never used up")
    paid = len(desk.provider(who).received)
    who.ends()

    asked, pushed = desk.ask(who).json, desk.push(who, "ended")
    url = f"{desk.engine_url}/v1/conversations/{who.conversation()}/suggestions"

    assert (asked["state"], asked["reason"], pushed) == ("waiting", "budget_exceeded", 503)
    assert len(desk.provider(who).received) == paid
    until(
        lambda: requests.post(url, json={"draft": ""}, headers=who.bearer(), timeout=60).json()["suggestions"],
        20,
        "suggestions stopped with the budget",
    )
