"""Whom a signed request of Salesforce is of, and which ones are refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

from earpiece.domain.errors import InvalidInput, InvalidToken
from earpiece.platforms.salesforce_sign_in import check_userinfo, my_domain, organisation, verify_signed_request

NOW = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)
SECRET = "canvas-consumer-secret-3b9e"
ORGANISATION, AGENT = "00DHs0000000001EAA", "005Hs0000000001IAA"
# Made as developer.salesforce.com says ("Verifying and Decoding a Signed Request"); `issuedAt` is 1795169700.
GIVEN = (
    "e1UeE+LArQavNfbeiSYjTByxmfg6uSmK9S0TitNjLvA=.eyJhbGdvcml0aG0iOiJITUFDU0hBMjU2IiwiaXNzdWVkQXQiOjE3OTUxNjk3MDAsInVz"
    "ZXJJZCI6IjAwNUhzMDAwMDAwMDAwMUlBQSIsImNsaWVudCI6eyJpbnN0YW5jZVVybCI6Imh0dHBzOi8vYWNtZS5teS5zYWxlc2ZvcmNlLmV4YW1w"
    "bGUiLCJvYXV0aFRva2VuIjoiMDBESHMhU0FNUExFIn0sImNvbnRleHQiOnsidXNlciI6eyJ1c2VySWQiOiIwMDVIczAwMDAwMDAwMDFJQUEiLCJm"
    "dWxsTmFtZSI6IlNhbSBBZ2VudCJ9LCJvcmdhbml6YXRpb24iOnsib3JnYW5pemF0aW9uSWQiOiIwMERIczAwMDAwMDAwMDFFQUEifSwiZW52aXJv"
    "bm1lbnQiOnsicGFyYW1ldGVycyI6eyJyZWNvcmRJZCI6IjBNd0hzMDAwMDBTQU1QTEUxQSJ9fX19"
)


def a_context(at: datetime | None = NOW, **changed: object) -> dict[str, object]:
    return {
        "algorithm": "HMACSHA256",
        "issuedAt": at.timestamp() if at else None,
        "userId": AGENT,
        "client": {"oauthToken": "00DHs!TOKEN", "instanceUrl": "https://evil.example"},
        "context": {"user": {"userId": AGENT}, "organization": {"organizationId": ORGANISATION}},
        **changed,
    }


def signed(context: object, secret: str = SECRET) -> str:
    encoded = base64.b64encode(json.dumps(context).encode())
    signature = hmac.new(secret.encode(), encoded, hashlib.sha256).digest()
    return f"{base64.b64encode(signature).decode()}.{encoded.decode()}"


def verify(text: str, *secrets: str, organization_id: str = ORGANISATION, now: datetime = NOW):
    return verify_signed_request(text, secrets or (SECRET,), organization_id, now)


def test_a_request_as_salesforce_makes_it_says_who_the_agent_is():
    issued_at = datetime.fromtimestamp(1795169700, UTC)

    found = verify(GIVEN, now=issued_at + timedelta(seconds=30))

    assert (found.agent_id, found.access_token) == (AGENT, "")
    assert found.useless_at > issued_at + timedelta(minutes=6)


def test_either_valid_secret_will_do_and_milliseconds_too():
    context = a_context(issuedAt=int(NOW.timestamp() * 1000))

    assert verify(signed(context, "old"), SECRET, "old").agent_id == AGENT


def test_an_organisation_is_the_same_with_and_without_its_last_three_characters():
    assert verify(signed(a_context()), organization_id=ORGANISATION[:15]).agent_id == AGENT


def test_the_same_request_is_the_same_use_and_another_another():
    contexts = (a_context(), a_context(), a_context(NOW - timedelta(seconds=1)))

    uses = [verify(signed(context)).use_id for context in contexts]

    assert uses[0] == uses[1] != uses[2]


def test_without_a_time_salesforce_must_be_asked():
    found = verify(signed(a_context(None)))

    assert found.access_token == "00DHs!TOKEN"
    assert found.useless_at > NOW + timedelta(days=1)


HEAD, TAIL = GIVEN.split(".")
REFUSED = {
    "another secret": signed(a_context(), "other"),
    "an empty secret": signed(a_context(), ""),
    "tampered": f"{HEAD}.{TAIL[:-12]}AxAAAAA=",
    "no dot": HEAD,
    "no signature": f".{TAIL}",
    "no context": f"{HEAD}.",
    "nothing": "",
    "not base64": "é.é",
    "signed in hex": f"{hmac.new(SECRET.encode(), TAIL.encode(), hashlib.sha256).hexdigest()}.{TAIL}",
    "no JSON": signed("text"),
    "a list": signed([]),
    "another algorithm": signed(a_context(algorithm="none")),
    "another organisation": signed(
        a_context(context={"user": {"userId": AGENT}, "organization": {"organizationId": "00DHs0000000002EAA"}})
    ),
    "no organisation": signed(a_context(context={"user": {"userId": AGENT}})),
    "no user": signed(a_context(context={"organization": {"organizationId": ORGANISATION}})),
    "two users": signed(a_context(userId="005Hs0000000002IAA")),
    "a user that is no id": signed(
        a_context(userId="x", context={"user": {"userId": "x"}, "organization": {"organizationId": ORGANISATION}})
    ),
    "six minutes old": signed(a_context(NOW - timedelta(minutes=6))),
    "from the future": signed(a_context(NOW + timedelta(minutes=2))),
    "a time that is a text": signed(a_context(issuedAt="1795169700")),
    "a time that is a truth": signed(a_context(issuedAt=True)),
    "no time and no token": signed(a_context(None, client={})),
    "a context that is a text": signed(a_context(context="x")),
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_anything_else_is_refused(text):
    with pytest.raises(InvalidToken):
        verify(text, SECRET, "")


@pytest.mark.parametrize("issued", ["1e999", "-1e999", "1e300", "-1e300"])
def test_a_time_beyond_all_calendars_is_refused(issued):
    context = json.dumps(a_context()).replace(json.dumps(NOW.timestamp()), issued)
    encoded = base64.b64encode(context.encode())
    signature = base64.b64encode(hmac.new(SECRET.encode(), encoded, hashlib.sha256).digest())

    with pytest.raises(InvalidToken):
        verify(f"{signature.decode()}.{encoded.decode()}")


def test_without_a_secret_or_an_organisation_nobody_is_let_in():
    with pytest.raises(InvalidToken):
        verify_signed_request(signed(a_context()), (), ORGANISATION, NOW)
    with pytest.raises(InvalidToken):
        verify(signed(a_context()), organization_id="")


def test_what_salesforce_says_of_the_token_must_be_of_the_same_agent():
    check_userinfo({"user_id": AGENT, "organization_id": ORGANISATION}, AGENT, ORGANISATION)
    for told in (
        {},
        {"user_id": AGENT},
        {"user_id": "005Hs0000000002IAA", "organization_id": ORGANISATION},
        {"user_id": AGENT, "organization_id": "00DHs0000000002EAA"},
        {"user_id": None, "organization_id": None},
    ):
        with pytest.raises(InvalidToken):
            check_userinfo(told, AGENT, ORGANISATION)


def test_a_token_goes_to_a_my_domain_alone():
    for text in ("acme.my.salesforce.com", "acme--test.sandbox.my.salesforce.com"):
        assert my_domain(text) == text
    for text in (
        "",
        "evil.example",
        "my.salesforce.com",
        "a.my.salesforce.com.evil.example",
        "a/b.my.salesforce.com",
    ):
        with pytest.raises(InvalidInput):
            my_domain(text)
    with pytest.raises(InvalidInput):
        organisation("005Hs0000000001IAA")
