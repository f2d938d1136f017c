"""Where agents sign in: Genesys' login with PKCE as RFC 7636 has it, and a page of the account's own."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Request
from tests.browser.hosts.web import SERVICE, Answer

CORS = {"Access-Control-Allow-Origin": SERVICE}


@dataclass
class GenesysLogin:
    """Sends an agent who is signed in to Genesys straight back; one who is not, with an error."""

    is_signed_in: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)
    redeemed: list[dict[str, str]] = field(default_factory=list)
    changed_state: str | None = None  # an answer that belongs to somebody else's question

    def __call__(self, request: Request) -> Answer:
        parts = urlsplit(request.url)
        if parts.path == "/oauth/token":
            return self._redeem(_flat(request.post_data or ""))
        wanted = _flat(parts.query)
        self.asked.append(wanted)
        answer = {"code": f"code-{len(self.asked)}"} if self.is_signed_in else {"error": "access_denied"}
        back = f"{wanted['redirect_uri']}?{urlencode(answer | {'state': self.changed_state or wanted['state']})}"
        return Answer(f"<!doctype html><script>location.replace({json.dumps(back)})</script>")

    def _redeem(self, form: dict[str, str]) -> Answer:
        self.redeemed.append(form)
        wanted = self.asked[int(form["code"].removeprefix("code-")) - 1]
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if challenge.decode() != wanted["code_challenge"] or form["redirect_uri"] != wanted["redirect_uri"]:
            return Answer('{"error":"invalid_grant"}', "application/json", 400, CORS)
        return Answer('{"access_token":"platform-token","expires_in":86400}', "application/json", headers=CORS)


@dataclass
class AccountPage:
    """Behind the account's own sign-in: posts a new embed token to the origin that asked, or closes."""

    is_signed_in: bool = True
    opened: int = 0
    uses: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __call__(self, request: Request) -> Answer:
        self.opened += 1
        origin = _flat(urlsplit(request.url).query)["origin"]
        message = {"type": "earpiece:embed-token", "token": f"embed-{next(self.uses)}"}
        script = f"opener.postMessage({json.dumps(message)}, {json.dumps(origin)})" if self.is_signed_in else "close()"
        return Answer(f"<!doctype html><script>{script}</script>")


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
