"""Platforms' pages about the bearer of a token, over HTTPS: short waits, no redirects, few at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import structlog

from earpiece.domain.errors import InvalidToken, MalformedBody, Unavailable
from earpiece.domain.json_body import read_object

if TYPE_CHECKING:
    import requests

log = structlog.get_logger()

CONNECT_S, READ_S, WHOLE_S = 2.0, 3.0, 5.0
MOST_BYTES = 256 * 1024
MOST_AT_ONCE = 4  # of a service's threads: a platform that hangs must not hold them all


class HttpPlatformUsers:
    """`address_of` gives a host's address; tests give that of a server of theirs."""

    def __init__(self, address_of: Callable[[str], str] = "https://{}".format) -> None:
        import requests

        self._address_of = address_of
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._session = requests.Session()
        self._session.trust_env = False  # a netrc file would put another's password in the token's place

    def ask(self, host: str, path: str, token: str) -> Mapping[str, Any]:
        if not self._places.acquire(blocking=False):
            raise Unavailable("too many agents sign in at once", retry_after_s=2)
        try:
            return self._ask(f"{self._address_of(host)}{path}", token)
        finally:
            self._places.release()

    def _ask(self, url: str, token: str) -> Mapping[str, Any]:
        import requests

        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        try:
            with self._session.get(
                url, headers=headers, timeout=(CONNECT_S, READ_S), allow_redirects=False, stream=True
            ) as answer:
                if answer.status_code != 200:
                    raise _refusal(f"status_{answer.status_code}")
                return read_object(_body(answer))
        except (requests.RequestException, OSError, ValueError) as error:
            raise _refusal(type(error).__name__) from error
        except MalformedBody as error:
            raise _refusal(error.slug) from error


def _body(answer: requests.Response) -> bytes:
    """At most so many bytes in so much time; raises ValueError."""
    ends_s = time.monotonic() + WHOLE_S
    body = b""
    while piece := answer.raw.read1(64 * 1024, decode_content=True):
        body += piece
        if len(body) > MOST_BYTES or time.monotonic() > ends_s:
            raise ValueError("the answer is too large or too slow")
    return body


def _refusal(reason: str) -> InvalidToken:
    log.warning("sign_in_refused", reason=reason)
    return InvalidToken()
