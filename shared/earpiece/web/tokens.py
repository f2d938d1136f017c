"""Widget tokens: JSON Web Tokens (RFC 7519, typed as RFC 9068), ES256, ten minutes, for one agent of one account.

The algorithm and the keys are ours alone: nothing in a token chooses either (RFC 8725, sections 3.1 and 3.5).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from earpiece.domain.api_keys import Scope
from earpiece.domain.errors import InvalidToken

if TYPE_CHECKING:
    from jwt import PyJWK

ALGORITHM = "ES256"
ISSUER = "earpiece"
AUDIENCE = "earpiece-widget"
TYPE = "at+jwt"
LIFE = timedelta(minutes=10)
LEEWAY = timedelta(seconds=60)
MAX_TOKEN_CHARS = 4096  # ours have about 500; a larger one is not read at all
WIDGET_SCOPES = (Scope.CONVERSATIONS_READ, Scope.SUGGESTIONS_READ, Scope.FEEDBACK_WRITE, Scope.ASSISTANTS_RUN)
_CLAIMS = ("iss", "aud", "acct", "sub", "scope", "jti", "iat", "nbf", "exp")
_FOREIGN_KEYS = frozenset({"jku", "jwk", "x5u", "x5c", "crit"})


@dataclass(frozen=True, slots=True)
class IssuedToken:
    text: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class WidgetClaims:
    """What a verified token says: `agent_id` is the platform's id of the agent."""

    account_id: str
    agent_id: str
    scopes: frozenset[Scope]


class TokenSigner:
    """The private key that signs, named by `key_id` among the public ones."""

    def __init__(self, private_pem: bytes, key_id: str) -> None:
        from jwt.algorithms import ECAlgorithm

        self._key: Any = ECAlgorithm(ECAlgorithm.SHA256).prepare_key(private_pem)
        self._key_id = key_id

    def issue(self, account_id: str, agent_id: str, now: datetime) -> IssuedToken:
        import jwt

        expires_at = now.replace(microsecond=0) + LIFE
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "acct": account_id,
            "sub": agent_id,
            "scope": " ".join(WIDGET_SCOPES),
            "jti": secrets.token_hex(16),
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int(expires_at.timestamp()),
        }
        headers = {"kid": self._key_id, "typ": TYPE}
        return IssuedToken(jwt.encode(claims, self._key, algorithm=ALGORITHM, headers=headers), expires_at)

    def verifier(self) -> TokenVerifier:
        """For the service that signs: it needs no other file to check what it signed itself."""
        from jwt.algorithms import ECAlgorithm

        jwk = json.loads(ECAlgorithm.to_jwk(self._key.public_key()))
        return TokenVerifier.from_jwks({"keys": [{**jwk, "kid": self._key_id, "alg": ALGORITHM}]})


class TokenVerifier:
    """The public keys that may have signed a token, by `kid`. They are all there is: no key is ever fetched."""

    def __init__(self, keys: Mapping[str, PyJWK]) -> None:
        self._keys = keys

    @classmethod
    def from_jwks(cls, jwks: Mapping[str, Any]) -> Self:
        """From a JSON Web Key Set (RFC 7517); keys for other algorithms are passed over."""
        from jwt import PyJWK

        own = [key for key in jwks["keys"] if key.get("kty") == "EC" and key.get("crv") == "P-256" and key.get("kid")]
        return cls({key["kid"]: PyJWK(key, algorithm=ALGORITHM) for key in own})

    def verify(self, token: str) -> WidgetClaims:
        """What the token says, if one of our keys signed it and it is in force; raises InvalidToken, always alike."""
        import jwt

        if len(token) > MAX_TOKEN_CHARS:
            raise InvalidToken
        try:
            header = jwt.get_unverified_header(token)
            claims = jwt.decode(
                token,
                self._key(header),
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=LEEWAY,
                options={"require": list(_CLAIMS), "strict_aud": True},
            )
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise InvalidToken from error
        return _claims(claims)

    def _key(self, header: Mapping[str, Any]) -> PyJWK:
        key_id = header.get("kid")
        is_ours = header.get("typ") == TYPE and header.get("alg") == ALGORITHM and not _FOREIGN_KEYS & header.keys()
        if not is_ours or not isinstance(key_id, str) or key_id not in self._keys:
            raise InvalidToken
        return self._keys[key_id]


def _claims(claims: Mapping[str, Any]) -> WidgetClaims:
    account_id, agent_id, scope = claims["acct"], claims["sub"], claims["scope"]
    if not all(isinstance(text, str) and text for text in (account_id, agent_id, scope)):
        raise InvalidToken
    known = frozenset(Scope)
    return WidgetClaims(account_id, agent_id, frozenset(Scope(name) for name in scope.split() if name in known))


def issued_at_most(claims: Mapping[str, Any], life: timedelta) -> bool:
    """Whether a token's own life, from `iat` to `exp`, is positive and at most that long."""
    try:
        issued, expires = (datetime.fromtimestamp(claims[name], UTC) for name in ("iat", "exp"))
    except (TypeError, ValueError, OverflowError, OSError):
        return False
    return timedelta() < expires - issued <= life
