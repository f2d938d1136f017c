"""Tokens of Microsoft Entra for Azure OpenAI: client credentials, kept until a minute before they expire.

learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from earpiece.domain.llm import Upstream
from llm_gateway.attempts import FAILURES, AttemptFailed, Failure

if TYPE_CHECKING:
    import aiohttp

SCOPE = "https://cognitiveservices.azure.com/.default"
BEFORE_EXPIRY_S = 60.0
TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    until_s: float


class EntraTokens:
    """For one event loop. Those that want the same token at once wait for one request."""

    def __init__(
        self, session: aiohttp.ClientSession, authority: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._session, self._authority, self._clock = session, authority, clock
        self._tokens: dict[tuple[str, str, str], _Token] = {}
        self._waiting: dict[tuple[str, str, str], asyncio.Task[str]] = {}

    async def __call__(self, upstream: Upstream, secret: str) -> str:
        """Raises AttemptFailed: a route whose identity provider does not answer cannot be taken."""
        key = (upstream.tenant_id, upstream.client_id, hashlib.sha256(secret.encode()).hexdigest())
        known = self._tokens.get(key)
        if known and known.until_s > self._clock():
            return known.text
        if key not in self._waiting:
            self._waiting[key] = asyncio.ensure_future(self._fetch(key, upstream, secret))
        return await asyncio.shield(self._waiting[key])

    def forget(self, token: str) -> None:
        """An upstream refused it: what it may do has changed, or it was withdrawn. The next attempt gets another."""
        self._tokens = {key: one for key, one in self._tokens.items() if one.text != token}

    async def _fetch(self, key: tuple[str, str, str], upstream: Upstream, secret: str) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": upstream.client_id,
            "client_secret": secret,
            "scope": SCOPE,
        }
        url = f"{self._authority}/{upstream.tenant_id}/oauth2/v2.0/token"
        try:
            async with (
                asyncio.timeout(TIMEOUT_S),
                self._session.post(url, data=form, allow_redirects=False) as response,
            ):
                if response.status in (400, 401, 403):
                    raise AttemptFailed(Failure.UNAUTHORIZED, status=response.status)
                response.raise_for_status()
                body = await response.json(content_type=None)
                token = _Token(body["access_token"], self._clock() + float(body["expires_in"]) - BEFORE_EXPIRY_S)
        except (*FAILURES, KeyError, TypeError) as error:
            raise AttemptFailed(Failure.BROKEN) from error
        finally:
            del self._waiting[key]
        self._tokens[key] = token
        return token.text
