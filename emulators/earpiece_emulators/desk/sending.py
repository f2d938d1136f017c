"""The desk's own platform: each fact of a conversation goes out as a signed delivery, one after the other."""

from __future__ import annotations

import contextlib
import queue
import threading
from dataclasses import dataclass, replace

from earpiece.domain.errors import EarpieceError
from earpiece.domain.events import EventKind
from earpiece_emulators.deliveries import deliveries
from earpiece_emulators.desk.board import Board
from earpiece_emulators.desk.live import PLATFORM, LiveConversation, Step, now_ms
from earpiece_emulators.desk.readable import Readable
from earpiece_emulators.desk.surroundings import Surroundings
from earpiece_emulators.samples.conversation import Happening
from earpiece_emulators.sending import Attempt, Sender

DEADLINE_S = 60.0
BECOMES_KNOWN_S = 10.0
_SEEN = {EventKind.MESSAGE_ADDED, EventKind.ENDED}  # what a reader of the conversation can tell apart


@dataclass(frozen=True, slots=True)
class _Waiting:
    conversation: LiveConversation
    happening: Happening
    step: Step


class Outbox:
    """Deliveries of one account, in the order in which they happened, on a thread of its own."""

    def __init__(self, account_id: str, surroundings: Surroundings, board: Board) -> None:
        self._account_id, self._surroundings, self._board = account_id, surroundings, board
        self._waiting: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        self._readable = Readable(account_id, surroundings, board)
        threading.Thread(target=self._send_all, name=f"deliveries of {account_id}", daemon=True).start()

    def deliver(self, conversation: LiveConversation, happening: Happening) -> None:
        """Send it soon; the conversation's steps tell what became of it."""
        who = (happening.actor.name or happening.actor.role) if happening.actor else ""
        message_id = happening.message.message_id if happening.message else ""
        step = Step(len(conversation.steps) + 1, happening.kind, who, now_ms(), message_id)
        with self._board.changing(conversation):
            conversation.steps.append(step)
        self._waiting.put(_Waiting(conversation, happening, step))

    def _send_all(self) -> None:
        sender: Sender | None = None
        while True:
            waiting = self._waiting.get()
            try:
                sender = sender or self._sender()
                self._send(sender, waiting)
            except EarpieceError:  # the intake is gone, or knows this account no more: the next one tries anew
                sender = None
                self._refused(waiting)

    def _sender(self) -> Sender:
        url = f"{self._surroundings.address('webhook_intake')}/v1/deliveries/{self._account_id}/{PLATFORM}"
        secret = self._surroundings.webhook_secret(self._account_id)
        return Sender(url, secret, deadline_s=DEADLINE_S, stopped=threading.Event(), becomes_known_s=BECOMES_KNOWN_S)

    def _send(self, sender: Sender, waiting: _Waiting) -> None:
        conversation, step = waiting.conversation, waiting.step
        one = replace(conversation.scene.told, happenings=(waiting.happening,))
        (delivery,) = deliveries(one)
        attempt = sender.send(delivery, _unrecorded)
        if attempt.is_refused:
            return self._refused(waiting)
        with self._board.changing(conversation):
            step.at = int(attempt.started_at * 1000)
            step.ack_ms = round((attempt.ended_at - attempt.started_at) * 1000, 1)
        if waiting.happening.kind in _SEEN:
            self._readable.look_for(conversation, step, attempt.started_at)
        return None

    def _refused(self, waiting: _Waiting) -> None:
        with contextlib.suppress(EarpieceError), self._board.changing(waiting.conversation):
            waiting.step.is_refused = True


def _unrecorded(_attempt: Attempt) -> None:
    """The last one is enough."""
