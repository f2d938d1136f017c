"""After an outage the relay need not wait for the scheduler: the first delivery that gets through wakes it."""

from __future__ import annotations

import threading


class RelayKick:
    """Remembers that something was left in an outbox by this process, and calls the relay once Pub/Sub answers.

    The call goes out beside the request that notices; when it fails, the scheduler's next minute does the work.
    """

    def __init__(self, relay_url: str, timeout_s: float = 5.0) -> None:
        self._relay_url = relay_url
        self._timeout_s = timeout_s
        self._is_owed = threading.Event()

    def something_waits(self) -> None:
        self._is_owed.set()

    def publishing_works(self) -> None:
        if self._relay_url and self._is_owed.is_set():
            self._is_owed.clear()
            threading.Thread(target=self._call, name="relay-kick", daemon=True).start()

    def _call(self) -> None:
        from earpiece.adapters.service_calls import post

        post(self._relay_url, timeout_s=self._timeout_s)
