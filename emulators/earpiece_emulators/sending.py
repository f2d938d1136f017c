"""One thread's connection to the intake: it sends a delivery until that is acknowledged, refused, or too late."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from earpiece.domain.errors import AccountDeleted, EarpieceError, InvalidInput, NotAuthentic, NotFound, Unavailable
from earpiece_emulators.deliveries import Delivery

CONNECTION_FAILED = 0
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 5.0
# Answers that concern every delivery alike: going on would only repeat them.
_HOPELESS = {401: NotAuthentic, 403: NotAuthentic, 404: NotFound, 410: AccountDeleted}
_REFUSED = frozenset({400, 413, 415, 422})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request. `status` is the answer's, 0 where none came; `started_at` and `ended_at` are Unix seconds."""

    delivery: Delivery
    number: int
    status: int
    started_at: float
    ended_at: float

    @property
    def is_acknowledged(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_refused(self) -> bool:
        """Whether the intake will never take this delivery."""
        return self.status in _REFUSED


class Sender:
    """Keeps one connection alive. Not for more than one thread."""

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        deadline_s: float,
        stopped: threading.Event,
        becomes_known_s: float = 0.0,
        timeout_s: float = 30.0,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidInput(f"{url} is no address; give one like http://127.0.0.1:8080")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=timeout_s)
        self._url, self._path, self._secret = url, parts.path, secret
        self._deadline_s, self._stopped = deadline_s, stopped
        self._known_at = time.monotonic() + becomes_known_s

    def send(self, delivery: Delivery, record: Callable[[Attempt], None]) -> Attempt:
        """Send until there is a 2xx or a refusal; every attempt is recorded.

        Raises Unavailable after `deadline_s` or once stopped; NotFound or AccountDeleted at once, NotAuthentic too,
        but not before the account can have become known.
        """
        give_up_at = time.monotonic() + self._deadline_s
        number = 0
        while not self._stopped.is_set():
            number += 1
            attempt, retry_after_s = self._attempt(delivery, number)
            record(attempt)
            if attempt.is_acknowledged or attempt.is_refused:
                return attempt
            if (error := _HOPELESS.get(attempt.status)) and not self._is_perhaps_new(attempt):
                raise error(f"{self._url} answered {attempt.status}")
            pause_s = max(_pause_s(number), retry_after_s)
            if time.monotonic() + pause_s > give_up_at:
                raise _late(self._url, attempt, self._deadline_s)
            self._stopped.wait(pause_s)
        raise Unavailable("playing was stopped")

    def close(self) -> None:
        self._connection.close()

    def _is_perhaps_new(self, attempt: Attempt) -> bool:
        return attempt.status == 401 and time.monotonic() < self._known_at

    def _attempt(self, delivery: Delivery, number: int) -> tuple[Attempt, float]:
        started_at = time.time()
        try:
            self._connection.request("POST", self._path, delivery.body, delivery.headers(self._secret))
            answer = self._connection.getresponse()
            answer.read()
            status, retry_after = answer.status, answer.headers.get("retry-after")
        except (OSError, http.client.HTTPException):
            self._connection.close()  # it opens again by itself at the next request
            status, retry_after = CONNECTION_FAILED, None
        return Attempt(delivery, number, status, started_at, time.time()), _seconds(retry_after)


def _late(url: str, attempt: Attempt, deadline_s: float) -> EarpieceError:
    told = f"answers {attempt.status}" if attempt.status else "cannot be reached"
    return Unavailable(f"{url} {told}; gave up after {deadline_s:g} s and {attempt.number} attempts")


def _pause_s(number: int) -> float:
    # With jitter, so that threads that failed together do not come back together.
    longest = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**number)
    return random.uniform(longest / 2, longest)  # noqa: S311 (nothing secret)


def _seconds(retry_after: str | None) -> float:
    """Retry-After as seconds from now: a number or an HTTP date (RFC 9110, 10.2.3); 0 if it is neither."""
    if not retry_after:
        return 0.0
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0
