"""When what was delivered can be read: asked of the conversation API, as the widget asks."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass
from typing import Any

import requests

from earpiece.domain.errors import EarpieceError
from earpiece.domain.events import EventKind
from earpiece_emulators.desk.board import Board
from earpiece_emulators.desk.live import PLATFORM, LiveConversation, Step
from earpiece_emulators.desk.surroundings import Surroundings, direct

WATCHER = "desk-watcher"  # an agent of its own: its asking takes nothing of the visitor's limit
_PAUSE_S = 0.04
_PATIENCE_S = 30.0
_TIMEOUT_S = 5.0
_TOKEN_LIFE_S = 300.0


@dataclass(frozen=True, slots=True)
class _Wanted:
    conversation: LiveConversation
    step: Step
    sent_at: float


class Readable:
    """Looks for one fact after the other, on a thread of its own, and notes how long each took."""

    def __init__(self, account_id: str, surroundings: Surroundings, board: Board) -> None:
        self._account_id, self._surroundings, self._board = account_id, surroundings, board
        self._wanted: queue.SimpleQueue[_Wanted] = queue.SimpleQueue()
        self._http = direct()
        self._token, self._token_from_s = "", 0.0
        threading.Thread(target=self._look_for_all, name=f"readable in {account_id}", daemon=True).start()

    def look_for(self, conversation: LiveConversation, step: Step, sent_at: float) -> None:
        """Note in the step when it could be read; `sent_at` in Unix seconds."""
        self._wanted.put(_Wanted(conversation, step, sent_at))

    def _look_for_all(self) -> None:
        while True:
            wanted = self._wanted.get()
            give_up_s = time.monotonic() + _PATIENCE_S
            while time.monotonic() < give_up_s:
                if self._is_there(wanted):
                    elapsed_ms = round((time.time() - wanted.sent_at) * 1000, 1)
                    with self._board.changing(wanted.conversation):
                        wanted.step.readable_ms = elapsed_ms
                    break
                time.sleep(_PAUSE_S)

    def _is_there(self, wanted: _Wanted) -> bool:
        try:
            return _shows(self._read(wanted.conversation), wanted.step)
        except (requests.RequestException, EarpieceError, ValueError):
            return False  # a unit is being started again: later

    def _read(self, conversation: LiveConversation) -> dict[str, Any]:
        address = self._surroundings.address("conversation_api")
        url = f"{address}/v1/conversations/by-platform-id/{PLATFORM}/{conversation.platform_id}"
        answer = self._http.get(url, headers={"Authorization": f"Bearer {self._current()}"}, timeout=_TIMEOUT_S)
        if answer.status_code == 401:
            self._token = ""
        return dict(answer.json()) if answer.ok else {}

    def _current(self) -> str:
        if not self._token or time.monotonic() - self._token_from_s > _TOKEN_LIFE_S:
            self._token = self._surroundings.token(self._account_id, WATCHER).token
            self._token_from_s = time.monotonic()
        return self._token


def _shows(found: dict[str, Any], step: Step) -> bool:
    if step.what == EventKind.ENDED:
        return found.get("status") == "ended"
    return step.message_id in {message["message_id"] for message in found.get("messages", ())}
