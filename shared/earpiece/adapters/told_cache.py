"""What the conversations that a process appends to have told so far, without reading it back after every event."""

from __future__ import annotations

import threading
from collections import OrderedDict

from earpiece.domain.conversations import ToldSoFar

Key = tuple[str, str, str]  # database, account, conversation


class ToldCache:
    """At most `most` conversations; the one that was not touched longest goes first. For all accounts of a process.

    An entry is what the first n events kept have told. Firestore counts the events of a conversation in the write
    that keeps one, and says the count in its answer: who knows the entry of n - 1 and kept the n-th event knows that
    of n. Whenever somebody else came between, the entry is unknown until it is read.
    """

    def __init__(self, most: int = 2000) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._entries: OrderedDict[Key, tuple[int, ToldSoFar | None]] = OrderedDict()

    def get(self, key: Key) -> ToldSoFar | None:
        """What the events up to this process's last one have told; None when that must be read."""
        with self._lock:
            return self._entries.get(key, (0, None))[1]

    def appended(self, key: Key, count: int, told: ToldSoFar) -> None:
        """The `count`-th event was kept by this process, and told this."""
        with self._lock:
            before, known = self._entries.get(key, (0, ToldSoFar()))
            if count == before + 1 and known is not None:
                self._put(key, count, known.and_then(told))
            else:  # as low as `before` or lower, be it the first: another thread was faster, or it was begun again
                self._put(key, max(before, count), None)

    def read(self, key: Key, count: int, told: ToldSoFar) -> None:
        """Firestore said that the first `count` events have told this."""
        with self._lock:
            if count >= self._entries.get(key, (0, None))[0]:
                self._put(key, count, told)

    def doubt(self, key: Key) -> None:
        """An event came again, and which one it was in the count is not known."""
        with self._lock:
            if key in self._entries:
                self._put(key, self._entries[key][0], None)

    def _put(self, key: Key, count: int, told: ToldSoFar | None) -> None:
        self._entries[key] = (count, told)
        self._entries.move_to_end(key)
        while len(self._entries) > self._most:
            self._entries.popitem(last=False)
