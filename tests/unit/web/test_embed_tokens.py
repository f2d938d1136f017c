"""Embed tokens: signed by an account's own system, for at most five minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from earpiece.domain.errors import InvalidToken
from earpiece.web.embed_tokens import claimed_account, verify_embed_token

SECRET = "s" * 43
OLD_SECRET = "o" * 43


def at(seconds: float = 0) -> int:
    return int((datetime.now(UTC) + timedelta(seconds=seconds)).timestamp())


def signed(secret: str = SECRET, algorithm: str = "HS256", **changed: object) -> str:
    base = {"iss": "acme", "aud": "earpiece", "sub": "agent-1", "jti": "j-1", "iat": at(), "exp": at(300)}
    body = {name: value for name, value in {**base, **changed}.items() if value is not None}
    return jwt.encode(body, secret, algorithm=algorithm)


def test_a_token_under_either_valid_secret_says_who_the_agent_is():
    for secret in (SECRET, OLD_SECRET):
        assert verify_embed_token(signed(secret), "acme", (SECRET, OLD_SECRET)).agent_id == "agent-1"


def test_the_same_token_id_is_the_same_use_whatever_else_changed():
    first, again = (verify_embed_token(signed(sub=sub), "acme", (SECRET,)) for sub in ("agent-1", "agent-2"))

    assert first.use_id == again.use_id
    assert first.use_id != verify_embed_token(signed(jti="j-2"), "acme", (SECRET,)).use_id


def test_a_use_is_remembered_for_as_long_as_the_token_could_be_accepted():
    claims = verify_embed_token(signed(), "acme", (SECRET,))

    assert claims.useless_at.timestamp() > at(300) + 60


REFUSED = {
    "another secret": lambda: signed("x" * 43),
    "another account's name": lambda: signed(iss="other"),
    "another audience": lambda: signed(aud="earpiece-widget"),
    "several audiences": lambda: signed(aud=["earpiece", "x"]),
    "another algorithm": lambda: signed(algorithm="HS512"),
    "no signature": lambda: jwt.encode({"iss": "acme"}, None, algorithm="none"),
    "six minutes": lambda: signed(exp=at(361)),
    "an hour, issued in the future": lambda: signed(iat=at(3300), exp=at(3600)),
    "expired": lambda: signed(iat=at(-400), exp=at(-100)),
    "ends before it begins": lambda: signed(iat=at(10), exp=at(5)),
    "no end": lambda: signed(exp=None),
    "no begin": lambda: signed(iat=None),
    "no id": lambda: signed(jti=None),
    "empty id": lambda: signed(jti=""),
    "no agent": lambda: signed(sub=None),
    "empty agent": lambda: signed(sub=""),
}


@pytest.mark.parametrize("attack", REFUSED.values(), ids=REFUSED.keys())
def test_anything_else_is_refused(attack):
    with pytest.raises(InvalidToken):
        verify_embed_token(attack(), "acme", (SECRET,))


def test_without_a_secret_nothing_is_accepted():
    with pytest.raises(InvalidToken):
        verify_embed_token(signed(), "acme", ())


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "e30.e30.e30", "x" * 5000], ids=len)
def test_a_text_that_names_no_account_is_refused(text):
    with pytest.raises(InvalidToken):
        claimed_account(text)
