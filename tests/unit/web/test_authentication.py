"""Who may come in, told by what they show."""

from __future__ import annotations

from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask, request
from tests.mistyped import mistyped

from earpiece.domain.accounts import Account
from earpiece.domain.api_keys import ApiKey, Scope, generate_key
from earpiece.domain.errors import InsufficientScope, InvalidCredentials, InvalidId, InvalidToken, Unavailable
from earpiece.web.authentication import Authentication, Caller
from earpiece.web.tokens import TokenSigner

NOW = datetime.now(UTC)
ACCOUNT = Account("acme")
PEM = ec.generate_private_key(ec.SECP256R1()).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
SIGNER = TokenSigner(PEM, "key-1")
KEY_TEXT, KEY = generate_key("acme", frozenset({Scope.CONVERSATIONS_READ}), NOW)


class Accounts:
    def find(self, account_id: str) -> Account | None:
        return ACCOUNT if account_id == "acme" else None


class Keys:
    """Holds one key; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def find(self, key_id: str) -> ApiKey | None:
        self.asked += 1
        return KEY if key_id == KEY.key_id else None


class KeysAway:
    def find(self, key_id: str) -> ApiKey | None:
        raise Unavailable


def caller(authorization: str, scope: Scope = Scope.CONVERSATIONS_READ, keys=None, **headers: str) -> Caller:
    authentication = Authentication(
        accounts=Accounts(), api_keys=keys or Keys(), verifier=SIGNER.verifier(), now=lambda: NOW
    )
    with Flask("test").test_request_context("/", headers={"Authorization": authorization, **headers}):
        return authentication.caller(request, scope)


def token_with(scope: str, account_id: str = "acme") -> str:
    claims = jwt.decode(
        SIGNER.issue(account_id, "agent-1", datetime.now(UTC)).text, options={"verify_signature": False}
    )
    return jwt.encode({**claims, "scope": scope}, PEM, algorithm="ES256", headers={"kid": "key-1", "typ": "at+jwt"})


def test_a_token_speaks_for_its_agent_whatever_a_header_says():
    token = SIGNER.issue("acme", "agent-1", datetime.now(UTC)).text

    assert caller(f"Bearer {token}", **{"X-Agent-Id": "somebody"}) == Caller(ACCOUNT, "agent-1")


def test_a_token_opens_only_what_its_scope_names():
    token = token_with("suggestions:read unheard:of")

    assert caller(f"Bearer {token}", Scope.SUGGESTIONS_READ).agent_id == "agent-1"
    with pytest.raises(InsufficientScope):
        caller(f"Bearer {token}", Scope.FEEDBACK_WRITE)


def test_no_widget_token_may_make_another():
    with pytest.raises(InsufficientScope):
        caller(f"Bearer {SIGNER.issue('acme', 'agent-1', datetime.now(UTC)).text}", Scope.TOKENS_CREATE)


def test_a_token_of_an_account_that_is_not_there_is_no_token():
    with pytest.raises(InvalidToken):
        caller(f"Bearer {SIGNER.issue('neverwas', 'agent-1', datetime.now(UTC)).text}")


def test_a_key_speaks_for_the_agent_that_it_names():
    assert caller(f"Bearer {KEY_TEXT}", **{"X-Agent-Id": "agent-7"}) == Caller(ACCOUNT, "agent-7", KEY.key_id)
    assert caller(f"bearer {KEY_TEXT}") == Caller(ACCOUNT, None, KEY.key_id)


def test_a_key_opens_only_what_its_scope_names():
    with pytest.raises(InsufficientScope):
        caller(f"Bearer {KEY_TEXT}", Scope.SUGGESTIONS_READ)


def test_a_mistyped_key_is_refused_without_asking_the_store():
    keys = Keys()
    with pytest.raises(InvalidCredentials):
        caller(f"Bearer {mistyped(KEY_TEXT)}", keys=keys)

    assert keys.asked == 0


def test_an_agent_whose_name_cannot_be_one_is_refused():
    with pytest.raises(InvalidId):
        caller(f"Bearer {KEY_TEXT}", **{"X-Agent-Id": "x" * 1025})


def test_a_key_that_cannot_be_looked_up_opens_nothing():
    with pytest.raises(Unavailable):
        caller(f"Bearer {KEY_TEXT}", keys=KeysAway())
