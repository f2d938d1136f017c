"""Azure OpenAI with client credentials of Microsoft Entra."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.integration.llm_gateway.place import Caller, Place, a_provider
from tests.integration.llm_gateway.test_failover import a_chat
from tests.waiting import until

from earpiece_emulators.model_behaviour import Fault


@pytest.fixture
def name(place) -> str:
    place.providers.behave("entra", delay_s=0.2)
    return a_provider()


def entra(place: Place, name: str) -> dict[str, Any]:
    return place.upstream(name, kind="azure", tenant_id="tenant-1", client_id=f"client-{name}")


def asked_for(place: Place, name: str) -> list[Any]:
    return [one for one in place.provider("entra").received if one.body["client_id"] == f"client-{name}"]


def with_secret(one: Caller, name: str, secret: str) -> None:
    one.keep_secret(name, secret)
    one.keep_secret(name, secret)  # the one before it has ended


def test_many_calls_at_once_share_one_token_and_no_key_is_sent(caller, place, name):
    one = caller(name, upstreams=[entra(place, name)], secrets=False)
    with_secret(one, name, "client-secret")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: one.post(a_chat()), range(16)))

    assert {answer.status_code for answer in answers} == {200}
    (asked,) = asked_for(place, name)
    assert asked.path == "/entra/tenant-1/oauth2/v2.0/token"
    assert asked.body["client_secret"] == "client-secret"
    assert asked.body["scope"] == "https://cognitiveservices.azure.com/.default"
    sent = {one.headers.get("Authorization") for one in place.provider(name).received}
    assert len(sent) == 1
    assert sent.pop().startswith("Bearer token-")
    assert not any("api-key" in one.headers for one in place.provider(name).received)
    assert "client-secret" not in place.gateway.log.read_text()


def test_a_token_that_is_refused_is_asked_for_again_not_kept_for_its_hour(caller, place, name):
    one = caller(name, upstreams=[entra(place, name)], secrets=False)
    with_secret(one, name, "client-secret")
    place.providers.behave(name, fault=Fault.UNAUTHORIZED, first=1)

    refused, answered = one.post(a_chat()), one.post(a_chat())

    assert (refused.status_code, answered.status_code) == (503, 200)
    first, second = (each.headers["Authorization"] for each in place.provider(name).received)
    assert first != second
    assert len(asked_for(place, name)) == 2


def test_wrong_credentials_pass_the_route_over_and_are_told(caller, place, name):
    other = a_provider()
    one = caller(name, other, upstreams=[entra(place, name), place.upstream(other)], secrets=False)
    with_secret(one, name, "wrong")
    one.keep_secret(other)

    answer = until(lambda: (found := one.post(a_chat())).status_code == 200 and [found], 30)[0]

    assert answer.headers["x-earpiece-upstream"] == other
    assert answer.headers["x-earpiece-failed"] == f"{name}=unauthorized"
    assert place.provider(name).received == []
    assert any(name in line and '"ERROR"' in line for line in place.gateway.logged("upstream_failed"))
