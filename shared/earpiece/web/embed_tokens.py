"""Embed tokens: what an account's own system signs (HS256, its `embed` secret) to let one agent in, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from earpiece.domain.errors import InvalidToken
from earpiece.domain.ids import digest
from earpiece.web.tokens import LEEWAY, MAX_TOKEN_CHARS, issued_at_most

ALGORITHM = "HS256"
AUDIENCE = "earpiece"
LIFE = timedelta(minutes=5)
PLATFORM = "embed"  # the integration that holds the secrets
_CLAIMS = ("iss", "aud", "sub", "jti", "iat", "exp")


@dataclass(frozen=True, slots=True)
class EmbedClaims:
    """`use_id` names this token among the account's: whoever uses it first has it. Useless after `useless_at`."""

    agent_id: str
    use_id: str
    useless_at: datetime


def claimed_account(token: str) -> str:
    """The account that the token says it is of; nothing is verified yet. Raises InvalidToken."""
    import jwt

    if len(token) > MAX_TOKEN_CHARS:
        raise InvalidToken
    try:
        claimed = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise InvalidToken from error
    if not isinstance(claimed, str):
        raise InvalidToken
    return claimed


def verify_embed_token(token: str, account_id: str, secrets: Sequence[str]) -> EmbedClaims:
    """What the token says, if one of the account's secrets signed it; raises InvalidToken, always alike."""
    for secret in secrets:
        claims = _decode(token, account_id, secret)
        if claims is not None:
            return _claims(claims)
    raise InvalidToken


def _decode(token: str, account_id: str, secret: str) -> dict[str, Any] | None:
    import jwt

    try:
        return jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=account_id,
            leeway=LEEWAY,
            options={"require": list(_CLAIMS), "strict_aud": True},
        )
    except (jwt.PyJWTError, ValueError, RecursionError):
        return None


def _claims(claims: dict[str, Any]) -> EmbedClaims:
    agent_id, token_id = claims["sub"], claims["jti"]
    if not issued_at_most(claims, LIFE) or not isinstance(agent_id, str) or not isinstance(token_id, str):
        raise InvalidToken
    if not agent_id or not token_id:
        raise InvalidToken
    return EmbedClaims(agent_id, digest("embed", token_id), datetime.fromtimestamp(claims["exp"], UTC) + 2 * LEEWAY)
