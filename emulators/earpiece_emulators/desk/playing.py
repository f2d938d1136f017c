"""A conversation played live: the customer writes at a person's pace, and waits for whoever has the conversation."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from earpiece.domain.events import EventKind, MessageContent, Participant, Role, Visibility
from earpiece_emulators.desk.board import Board
from earpiece_emulators.desk.live import LiveConversation, LiveMessage, now_ms
from earpiece_emulators.desk.scenes import VISITOR, spoken_by
from earpiece_emulators.samples.conversation import Happening

Deliver = Callable[[LiveConversation, Happening], None]
_STAYS_TYPING_S = 2.5  # after the visitor's last key
_LONGEST_TYPING_S = 40.0
_WAITS_FOR_END_S = 90.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast people are; 1 is a calm real pace, 20 is for tests."""

    times: float = 1.0

    def typing_s(self, text: str, role: Role) -> float:
        characters_per_s = 11 if role is Role.CUSTOMER else 14
        return min(max(len(text) / characters_per_s, 1.2), 6.0) / self.times

    def pause_s(self, low: float, high: float) -> float:
        return random.uniform(low, high) / self.times  # noqa: S311 (nothing secret)


class Playing:
    """One conversation, from its start to its end; `play` returns when it has ended."""

    def __init__(self, conversation: LiveConversation, board: Board, deliver: Deliver, pace: Pace) -> None:
        self.conversation, self._board, self._deliver, self._pace = conversation, board, deliver, pace
        self._told = conversation.scene.told

    def play(self) -> None:
        with self._board.changing(self.conversation) as one:
            one.holder = self.conversation.scene.first_agent
            one.is_started = True
        happenings = list(self._told.happenings)
        for place, happening in enumerate(happenings):
            if self.conversation.is_asked_to_end or self.conversation.is_ended:
                break
            self._board.wait_for_audience()
            self._act(happening, happenings[place:])
        self._finish()

    def _act(self, happening: Happening, rest: list[Happening]) -> None:
        is_agents = bool(happening.actor and happening.actor.role is Role.AGENT)
        match happening.kind:
            case EventKind.STARTED:
                self.tell(happening)
            case EventKind.MESSAGE_ADDED if is_agents:
                self._agents_message(happening, rest)
            case EventKind.MESSAGE_ADDED:
                self._say(happening)
            case EventKind.MESSAGE_EDITED | EventKind.MESSAGE_REMOVED:
                self._correct(happening)
            case EventKind.TRANSFERRED | EventKind.PARTICIPANT_LEFT | EventKind.PARTICIPANT_JOINED:
                self._move(happening)
            case _:
                pass  # the end is told by `_finish`

    # ── who says what ──
    def _agents_message(self, happening: Happening, rest: list[Happening]) -> None:
        """The visitor's own words stand for what the sample's agent says in this turn; a colleague says it."""
        if self.conversation.is_visitors:
            self._await_visitor(_of_this_turn(rest))
        holder = self.conversation.holder
        if holder and not self.conversation.is_visitors and not self._stopped():
            self._say(happening, as_holder=holder)

    def _await_visitor(self, intended: tuple[str, ...]) -> None:
        one = self.conversation
        if one.waiting_since is None:
            return  # answered before: this is the second message of the same turn
        with self._board.changing(one):
            one.intended = intended
        self._board.wait(lambda: one.waiting_since is None or not one.is_visitors or self._stopped())
        self._let_finish_typing()
        with self._board.changing(one):
            one.intended = ()

    def _let_finish_typing(self) -> None:
        """The customer sees that more is coming, and waits for it."""
        until_s = time.monotonic() + _LONGEST_TYPING_S
        quiet_s = _STAYS_TYPING_S / self._pace.times
        while time.monotonic() < until_s and not self._stopped():
            left_s = self.conversation.visitor_typed_s + quiet_s - time.monotonic()
            if left_s <= 0:
                return
            self._board.wait(self._stopped, left_s)

    def _say(self, happening: Happening, *, as_holder: Participant | None = None) -> None:
        assert happening.actor
        assert happening.message
        actor, content = as_holder or happening.actor, happening.message
        content = replace(content, text=spoken_by(actor, content.text, happening.actor))
        if actor.role in (Role.CUSTOMER, Role.AGENT):
            self._type(content.text, actor.role)
        was_taken_away = as_holder is not None and self.conversation.holder != as_holder
        if not was_taken_away and not self._stopped():
            self.say(actor, content)

    def _type(self, text: str, role: Role) -> None:
        self._rest(1.2, 3.5)
        with self._board.changing(self.conversation) as one:
            one.typing = role
        self._board.wait(self._stopped, self._pace.typing_s(text, role))
        with self._board.changing(self.conversation) as one:
            one.typing = ""

    # ── what happens, on the board and to Earpiece ──
    def say(self, actor: Participant, content: MessageContent) -> LiveMessage:
        """Somebody says this now."""
        one = self.conversation
        message = LiveMessage(
            content.message_id,
            actor.role,
            actor.name or "",
            content.text,
            now_ms(),
            tuple(file.name for file in content.attachments),
            content.visibility is Visibility.PRIVATE,
        )
        with self._board.changing(one):
            one.messages.append(message)
            if actor.role is Role.CUSTOMER:
                one.waiting_since = one.waiting_since or message.at
            elif actor.role is Role.AGENT and not message.is_note:
                one.waiting_since, one.typing = None, ""
            sequence = len(one.messages)
        self.tell(Happening(EventKind.MESSAGE_ADDED, _now(), actor, message=content, sequence=sequence))
        return message

    def _correct(self, happening: Happening) -> None:
        assert happening.message
        content = happening.message
        found = [m for m in self.conversation.messages if m.message_id == content.message_id]
        if not found:  # the visitor said something else in its place
            return
        self._rest(1, 2)
        with self._board.changing(self.conversation):
            found[0].text = content.text
            found[0].is_removed = happening.kind is EventKind.MESSAGE_REMOVED
            found[0].is_edited = not found[0].is_removed
        self.tell(happening)

    def _move(self, happening: Happening) -> None:
        """Comings and goings as the sample has them, unless the visitor took it over or gave it away."""
        if happening.kind is EventKind.TRANSFERRED and happening.actor:
            self._rest(1, 2)
            if self.conversation.holder in (happening.giver, happening.actor):  # asked last: the visitor may be quicker
                self.hand_over(happening.actor)
        elif happening.kind is EventKind.PARTICIPANT_JOINED and happening.actor == self.conversation.holder:
            self.tell(happening)

    def hand_over(self, taker: Participant) -> None:
        """The conversation is the taker's from now on."""
        with self._board.changing(self.conversation) as one:
            giver, one.holder = one.holder, taker
            one.intended = ()
            one.waiting_since = one.waiting_since or (now_ms() if taker == VISITOR else None)
            one.notes.append({"at": now_ms(), "from": giver.name if giver else "", "to": taker.name})
        self.tell(Happening(EventKind.TRANSFERRED, _now(), taker, giver))

    def _finish(self) -> None:
        one = self.conversation
        with self._board.changing(one):
            one.is_finished, one.intended, one.typing = True, (), ""
        self._board.wait(lambda: one.is_visitors or self._stopped(), self._pace.pause_s(1, 3))
        if one.is_visitors:  # who has it, ends it; a visitor is as fast as people are, whatever the pace
            self._board.wait(self._stopped, _WAITS_FOR_END_S)
        with self._board.changing(one):
            one.ended_at, one.waiting_since = now_ms(), None
        self.tell(Happening(EventKind.ENDED, _now(), one.holder))

    def tell(self, happening: Happening) -> None:
        """Deliver it as of now."""
        self._deliver(self.conversation, replace(happening, at=_now()))

    def _rest(self, low: float, high: float) -> None:
        self._board.wait(self._stopped, self._pace.pause_s(low, high))

    def _stopped(self) -> bool:
        return self.conversation.is_asked_to_end


def start(playing: Playing, ended: Callable[[], None]) -> None:
    """Play it on a thread; `ended` is called afterwards, whatever happened."""

    def run() -> None:
        try:
            playing.play()
        finally:
            ended()

    threading.Thread(target=run, name=playing.conversation.platform_id, daemon=True).start()


def _of_this_turn(rest: list[Happening]) -> tuple[str, ...]:
    """What the agent says before the customer says something again, in the visitor's name; no notes."""
    texts: list[str] = []
    for happening in rest:
        if happening.kind is not EventKind.MESSAGE_ADDED or not happening.actor or not happening.message:
            continue
        if happening.actor.role is Role.CUSTOMER:
            break
        if happening.actor.role is Role.AGENT and happening.message.visibility is Visibility.PUBLIC:
            texts.append(spoken_by(VISITOR, happening.message.text, happening.actor))
    return tuple(texts)


def _now() -> datetime:
    return datetime.now(UTC)
