"""Whom Genesys says the bearer of a token is, and who is let in for it."""

from __future__ import annotations

import pytest

from earpiece.domain.errors import InvalidInput, InvalidToken
from earpiece.platforms.genesys_sign_in import REGIONS, agent_of, api_host, organisation

ORGANISATION = "5c0d3b1e-6f2a-4c57-9b1e-1f2d3c4b5a69"
AGENT = "7a1f0c22-9d3e-4b8a-8f66-0c2b4d6e8fa1"


def a_user(**changed: object) -> dict[str, object]:
    return {"id": AGENT, "state": "active", "organization": {"id": ORGANISATION, "name": "Acme"}, **changed}


def test_an_active_user_of_the_accounts_organisation_is_its_agent():
    assert agent_of(a_user(), ORGANISATION) == AGENT
    assert agent_of(a_user(), ORGANISATION.upper()) == AGENT


@pytest.mark.parametrize(
    "user",
    [
        {},
        a_user(organization={"id": AGENT}),
        a_user(organization=None),
        a_user(organization={}),
        a_user(organization={"id": None}),
        a_user(organization=ORGANISATION),
        a_user(organization=[ORGANISATION]),
        a_user(state="inactive"),
        a_user(state="deleted"),
        a_user(state=None),
        a_user(id=""),
        a_user(id=None),
        a_user(id=7),
        a_user(id=f"{AGENT}\n"),
    ],
)
def test_nobody_else_is(user):
    with pytest.raises(InvalidToken):
        agent_of(user, ORGANISATION)


def test_without_an_organisation_to_compare_nobody_is_let_in():
    for user in (a_user(), a_user(organization={"id": ""}), a_user(organization={"id": None})):
        with pytest.raises(InvalidToken):
            agent_of(user, "")


def test_a_token_goes_to_genesys_alone():
    assert {api_host(region) for region in REGIONS} >= {"api.mypurecloud.de", "api.usw2.pure.cloud"}
    for region in ("", "evil.example", "mypurecloud.de.evil.example", "mypurecloud.de/", "mypurecloud.de@evil.example"):
        with pytest.raises(InvalidInput):
            api_host(region)


def test_an_organisation_is_a_uuid():
    assert organisation(ORGANISATION.upper()) == ORGANISATION
    for text in ("", "acme", ORGANISATION[:-1], f"{ORGANISATION}\n"):
        with pytest.raises(InvalidInput):
            organisation(text)
