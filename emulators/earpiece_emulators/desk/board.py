"""What the page shows, and who waits for it to change. One lock: all of it happens at the pace of people."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from earpiece.domain.errors import NotFound
from earpiece_emulators.desk.live import LiveConversation

KEPT_ENDED = 4  # of the visitor's, and of colleagues'


class Board:
    """The conversations of the desk. `changing` guards every change, and tells whoever waits."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._conversations: dict[str, LiveConversation] = {}
        self._version = 0
        self._audience = 0

    @contextmanager
    def changing(self, conversation: LiveConversation) -> Iterator[LiveConversation]:
        with self._changed:
            yield conversation
            self._version += 1
            conversation.version = self._version
            self._changed.notify_all()

    def add(self, conversation: LiveConversation) -> None:
        """Show one more; of those that ended, whichever did so first goes.

        The visitor's own stay until they have ended as many again: somebody reads their summaries.
        """
        with self.changing(conversation):
            self._conversations[conversation.platform_id] = conversation
            ended = sorted((one for one in self._conversations.values() if one.is_ended), key=lambda one: one.ended_at)
            for whose in (True, False):
                for one in [one for one in ended if one.is_visitors is whose][:-KEPT_ENDED]:
                    del self._conversations[one.platform_id]

    def find(self, platform_id: str) -> LiveConversation:
        """Raises NotFound."""
        with self._changed:
            found = self._conversations.get(platform_id)
        if found is None:
            raise NotFound("there is no such conversation at this desk")
        return found

    def all(self) -> Sequence[LiveConversation]:
        with self._changed:
            return tuple(self._conversations.values())

    def wait(self, is_so: Callable[[], bool], timeout_s: float | None = None) -> bool:
        """Whether it has become so in that time; looked at after every change."""
        with self._changed:
            return self._changed.wait_for(is_so, timeout_s)

    def changes(self, since: int, timeout_s: float) -> tuple[int, list[dict[str, Any]], list[str]]:
        """The version now, what changed after that one, and the ids of all that there is. Waits for a change."""
        with self._changed:
            self._changed.wait_for(lambda: self._version > since, timeout_s)
            changed = [one.to_json() for one in self._conversations.values() if one.version > since]
            return self._version, changed, list(self._conversations)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Somebody looks, for as long as this lasts."""
        self._look(1)
        try:
            yield
        finally:
            self._look(-1)

    def wait_for_audience(self) -> None:
        """Return while somebody looks: nobody's customers need not be kept waiting, and a night fills no database."""
        self.wait(lambda: self._audience > 0)

    def _look(self, more: int) -> None:
        with self._changed:
            self._audience += more
            self._changed.notify_all()
