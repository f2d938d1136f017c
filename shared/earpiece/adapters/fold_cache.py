"""The events that a process already read of the conversations it was lately asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from earpiece.domain.conversations import Conversation
from earpiece.domain.events import ConversationEvent


@dataclass(frozen=True, slots=True)
class KnownEvents:
    """All events of a conversation up to `newest_stored_at`, and their fold with this `reopen_within`."""

    events: dict[str, ConversationEvent]
    newest_stored_at: datetime
    conversation: Conversation
    reopen_within: timedelta


class FoldCache:
    """At most `most` conversations; the one that was not asked for longest goes first. For all accounts of a process:
    a key holds the database and the account as well as the conversation.
    """

    def __init__(self, most: int = 2000) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str, str], KnownEvents] = OrderedDict()

    def get(self, key: tuple[str, str, str]) -> KnownEvents | None:
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def put(self, key: tuple[str, str, str], known: KnownEvents) -> None:
        with self._lock:
            self._known[key] = known
            self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
