"""Widget tokens, and everything that is none."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from earpiece.domain.api_keys import Scope
from earpiece.domain.errors import InvalidToken
from earpiece.web.tokens import TokenSigner, WidgetClaims


def a_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


KEY = a_key()
SIGNER = TokenSigner(pem_of(KEY), "key-1")
VERIFIER = SIGNER.verifier()
PUBLIC_PEM = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def now() -> datetime:
    return datetime.now(UTC)


def claims(**changed: object) -> dict[str, object]:
    at = int(now().timestamp())
    base = {"iss": "earpiece", "aud": "earpiece-widget", "acct": "acme", "sub": "agent-1", "scope": "suggestions:read"}
    times = {"jti": "j-1", "iat": at, "nbf": at, "exp": at + 600}
    return {name: value for name, value in {**base, **times, **changed}.items() if value is not None}


def signed(body: dict[str, object], key: object = KEY, algorithm: str = "ES256", **header: object) -> str:
    return jwt.encode(body, key, algorithm=algorithm, headers={"kid": "key-1", "typ": "at+jwt", **header})


def b64(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def forged(header: dict[str, object], signature: bytes = b"") -> str:
    return f"{b64(header)}.{b64(claims())}.{b64(signature)}"


def hs256_with_the_public_key() -> str:
    text = f"{b64({'alg': 'HS256', 'typ': 'at+jwt', 'kid': 'key-1'})}.{b64(claims())}"
    return f"{text}.{b64(hmac.digest(PUBLIC_PEM, text.encode(), hashlib.sha256))}"


def altered_account() -> str:
    header, _, signature = signed(claims()).split(".")
    return f"{header}.{b64(claims(acct='other'))}.{signature}"


def at(seconds: float) -> int:
    return int((now() + timedelta(seconds=seconds)).timestamp())


def test_a_token_says_who_its_agent_is():
    issued = SIGNER.issue("acme", "agent-1", now())

    assert VERIFIER.verify(issued.text) == WidgetClaims(
        "acme",
        "agent-1",
        frozenset({Scope.CONVERSATIONS_READ, Scope.SUGGESTIONS_READ, Scope.FEEDBACK_WRITE, Scope.ASSISTANTS_RUN}),
    )


def test_a_token_carries_what_the_contract_lists_and_lives_ten_minutes():
    issued = SIGNER.issue("acme", "agent-1", now())

    header = jwt.get_unverified_header(issued.text)
    body = jwt.decode(issued.text, options={"verify_signature": False})
    assert header == {"alg": "ES256", "kid": "key-1", "typ": "at+jwt"}
    assert body.keys() == {"iss", "aud", "acct", "sub", "scope", "jti", "iat", "nbf", "exp"}
    assert body["exp"] - body["iat"] == 600
    assert issued.expires_at.timestamp() == body["exp"]


def test_what_these_tests_sign_themselves_is_accepted():
    """Else every refusal below could be for another reason than the one it names."""
    assert VERIFIER.verify(signed(claims())).account_id == "acme"


REFUSED = {
    "D01 alg none": lambda: forged({"alg": "none", "typ": "at+jwt", "kid": "key-1"}),
    "D01 alg None": lambda: forged({"alg": "None", "typ": "at+jwt", "kid": "key-1"}),
    "D01 no signature": lambda: signed(claims()).rpartition(".")[0] + ".",
    "D02 HS256 with our public key": hs256_with_the_public_key,
    "D03 kid is a path": lambda: signed(claims(), kid="../../dev/null"),
    "D03 kid is SQL": lambda: signed(claims(), kid="' OR 1=1 --"),
    "D03 kid unknown": lambda: signed(claims(), kid="key-2"),
    "D03 kid of another type": lambda: forged({"alg": "ES256", "typ": "at+jwt", "kid": ["key-1"]}),
    "D03 no kid": lambda: jwt.encode(claims(), KEY, algorithm="ES256", headers={"typ": "at+jwt"}),
    "D04 jku": lambda: signed(claims(), jku="http://127.0.0.1:9/keys"),
    "D04 x5u": lambda: signed(claims(), x5u="http://127.0.0.1:9/chain"),
    "D04 jwk": lambda: signed(claims(), a_key(), jwk={"kty": "EC"}),
    "crit": lambda: signed(claims(), crit=["exp"]),
    "other typ": lambda: signed(claims(), typ="JWT"),
    "D05 expired beyond the leeway": lambda: signed(claims(exp=at(-61))),
    "D05 not yet": lambda: signed(claims(nbf=at(62))),
    "issued in the future": lambda: signed(claims(iat=at(62))),
    "D05 no exp": lambda: signed(claims(exp=None)),
    "exp is a text": lambda: signed({**claims(), "exp": "never"}),
    "no iat": lambda: signed(claims(iat=None)),
    "no jti": lambda: signed(claims(jti=None)),
    "D06 aud of another service": lambda: signed(claims(aud="earpiece-admin")),
    "aud among others": lambda: signed(claims(aud=["earpiece-widget", "earpiece-admin"])),
    "other issuer": lambda: signed(claims(iss="evil")),
    "D08 account altered": altered_account,
    "D08 signed by somebody else": lambda: signed(claims(acct="other"), a_key()),
    "account is no text": lambda: signed(claims(acct=["acme"])),
    "account is empty": lambda: signed(claims(acct="")),
    "no account": lambda: signed(claims(acct=None)),
    "no scope": lambda: signed(claims(scope=None)),
    "sub is no text": lambda: signed({**claims(), "sub": 7}),
    "D13 64 KB": lambda: signed(claims(padding="x" * 64_000)),
    "D13 10,000 nested claims": lambda: forged({"alg": "ES256", "kid": "key-1"}) + "[" * 10_000,
    "nested header": lambda: b64(b"[" * 1400) + ".e30.e30",
    "empty": lambda: "",
    "dots": lambda: "..",
    "not base64": lambda: "é.é.é",
}


@pytest.mark.parametrize("attack", REFUSED.values(), ids=REFUSED.keys())
def test_anything_else_is_refused(attack):
    with pytest.raises(InvalidToken):
        VERIFIER.verify(attack())


def test_an_expired_token_is_good_within_the_leeway():
    assert VERIFIER.verify(signed(claims(exp=at(-50)))).account_id == "acme"


@given(st.text(max_size=300))
def test_no_text_makes_the_verifier_fail_otherwise(text):
    with pytest.raises(InvalidToken):
        VERIFIER.verify(text)


@given(st.integers(0, 10_000), st.characters(min_codepoint=33, max_codepoint=126))
def test_one_changed_character_is_enough(place, character):
    token = signed(claims())
    place %= len(token) - 1  # the last character holds spare bits, which base64 lets be anything
    changed = token[:place] + character + token[place + 1 :]

    if changed == token:
        assert VERIFIER.verify(changed).account_id == "acme"
    else:
        with pytest.raises(InvalidToken):
            VERIFIER.verify(changed)
