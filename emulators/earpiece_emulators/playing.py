"""A player sends conversations to the intake, as a company's CX platform would."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from earpiece.domain.errors import InvalidInput, NotAuthentic
from earpiece.platforms.standard_webhooks import sign
from earpiece_emulators.deliveries import deliveries
from earpiece_emulators.history import History, Progress, silently
from earpiece_emulators.misbehaviour import Misbehaviour
from earpiece_emulators.samples.conversation import SampleConversation
from earpiece_emulators.sending import Sender

_WELL_BEHAVED = Misbehaviour()
Told = SampleConversation | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Played:
    """`sent` counts deliveries (a repeated one each time), `attempts` requests; `refused` will never be taken."""

    conversations: int
    sent: int
    acknowledged: int
    refused: int
    attempts: int
    elapsed_s: float

    @property
    def per_s(self) -> float:
        """Acknowledged deliveries per second."""
        return self.acknowledged / self.elapsed_s if self.elapsed_s else 0.0


class Player:
    """POSTs deliveries to `{intake_url}/v1/deliveries/{account_id}/custom`, signed, until each is acknowledged.

    Conversations are spread over `workers` threads with a connection each; within a conversation the next delivery
    waits for the last one's acknowledgement. `rate_per_s` bounds all threads together. When a delivery is not taken
    within `deadline_s`, playing ends. `becomes_known_s` is how long a 401 may still mean that a door does not know a
    new account yet. `history` holds every attempt, also after an error. A player plays once.
    """

    def __init__(
        self,
        intake_url: str,
        account_id: str,
        secret: str,
        *,
        workers: int = 4,
        rate_per_s: float | None = None,
        deadline_s: float = 120.0,
        becomes_known_s: float = 0.0,
        misbehaviour: Misbehaviour = _WELL_BEHAVED,
        progress: Progress = silently,
    ) -> None:
        if workers < 1:
            raise InvalidInput(f"workers is {workers}; give 1 or more")
        _try_out(secret)
        url = f"{intake_url.rstrip('/')}/v1/deliveries/{account_id}/custom"
        self._stopped = threading.Event()
        self._senders = [
            Sender(url, secret, deadline_s=deadline_s, stopped=self._stopped, becomes_known_s=becomes_known_s)
            for _ in range(workers)
        ]
        self._pace = Pace(rate_per_s)
        self._misbehaviour = misbehaviour
        self._taking = threading.Lock()
        self._conversation_count = 0
        self._error: Exception | None = None
        self.history = History(progress)

    def play(self, conversations: Iterable[Told]) -> Played:
        """Send them all; returns when every delivery is acknowledged or refused.

        Raises Unavailable at a deadline; NotAuthentic, NotFound or AccountDeleted as soon as the intake says so;
        and whatever reading the conversations raises.
        """
        started_at = time.monotonic()
        try:
            self._send_all(iter(conversations))
        finally:
            self.history.close()
        if self._error:
            raise self._error
        sent, acknowledged, refused = self.history.counts
        elapsed_s = time.monotonic() - started_at
        attempt_count = len(self.history.attempts)
        return Played(self._conversation_count, sent, acknowledged, refused, attempt_count, elapsed_s)

    def _send_all(self, waiting: Iterator[Told]) -> None:
        # Not Thread.join: interrupted by Ctrl-C it takes the thread for ended (CPython 3.11), and what that one was
        # sending would be missing from the history.
        with ThreadPoolExecutor(len(self._senders)) as threads:
            try:
                wait([threads.submit(self._work, sender, waiting) for sender in self._senders])
            finally:  # Ctrl-C reaches this thread only
                self._stopped.set()

    def _work(self, sender: Sender, waiting: Iterator[Told]) -> None:
        try:
            while (conversation := self._take(waiting)) is not None:
                for delivery in self._misbehaviour.apply(deliveries(conversation)):
                    self._pace.wait(self._stopped)
                    sender.send(delivery, self.history.record)
        except Exception as error:  # raised again by `play`, in the caller's thread
            if not self._stopped.is_set():
                self._error = error
            self._stopped.set()
        finally:
            sender.close()

    def _take(self, waiting: Iterator[Told]) -> Told | None:
        with self._taking:
            conversation = None if self._stopped.is_set() else next(waiting, None)
            self._conversation_count += conversation is not None
            return conversation


def _try_out(secret: str) -> None:
    """Raises InvalidInput, before anything is sent, for what is no secret of Standard Webhooks."""
    try:
        sign(secret, "msg_1", 0, b"")
    except (NotAuthentic, ValueError):  # too short, or no base64
        raise InvalidInput("the secret must be whsec_ and the base64 of at least 16 bytes") from None


class Pace:
    """Lets `per_s` callers pass each second, evenly; all at once when it is None."""

    def __init__(self, per_s: float | None) -> None:
        if per_s is not None and per_s <= 0:
            raise InvalidInput(f"the rate is {per_s:g} per second; give a number above 0")
        self._gap_s = 1 / per_s if per_s else 0.0
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self, stopped: threading.Event) -> None:
        """Return when it is this caller's turn, or once stopped."""
        if not self._gap_s:
            return
        with self._lock:
            turn = max(self._next, time.monotonic())
            self._next = turn + self._gap_s
        stopped.wait(turn - time.monotonic())
