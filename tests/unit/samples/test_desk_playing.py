"""A conversation played live tells its facts in order, whoever answers the customer, and whatever they say."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice

import pytest
from tests.waiting import until

from earpiece.domain.events import EventKind, MessageContent, Participant, Role
from earpiece_emulators.desk.board import KEPT_ENDED, Board
from earpiece_emulators.desk.live import LiveConversation
from earpiece_emulators.desk.playing import Pace, Playing, start
from earpiece_emulators.desk.scenes import VISITOR, Part, scenes

AT_ONCE = Pace(1000)
COLLEAGUE = Participant("agent-colleague", Role.AGENT, "Wim Colleague")


@dataclass
class Stage:
    """One conversation on its thread, and every fact that it told."""

    playing: Playing
    told: list = field(default_factory=list)
    has_ended: threading.Event = field(default_factory=threading.Event)

    @property
    def one(self):
        return self.playing.conversation

    def waits(self):
        """The customer waits for the visitor; what the sample's agent would say."""
        return until(lambda: self.one.waiting_since and self.one.intended, 60, "nobody waits")

    def says(self, text):
        message = MessageContent(f"v-{len(self.one.messages) + 1}", text)
        self.playing.say(VISITOR, message)
        return message.message_id

    def ends(self):
        assert self.has_ended.wait(60), "it has not ended"

    def kinds(self):
        return [happening.kind for happening in self.told]

    def texts(self, role):
        return [h.message.text for h in self.told if h.kind is EventKind.MESSAGE_ADDED and h.actor.role is role]


@pytest.fixture
def board():
    return Board()


@pytest.fixture
def play(board):
    """Play the first scene of this part, at once; somebody looks."""
    with ExitStack() as stack:
        stack.enter_context(board.watched())

        def playing(part, account_id="lumen", number=0):
            scene = next(islice(scenes(account_id, part, 31), number, None))
            told = []
            conversation = LiveConversation(scene, 1)
            board.add(conversation)
            stage = Stage(Playing(conversation, board, lambda _, happening: told.append(happening), AT_ONCE), told)
            start(stage.playing, stage.has_ended.set)
            return stage

        yield playing


@pytest.mark.parametrize("number", range(4))
def test_a_colleagues_conversation_is_told_as_it_was(play, number):
    stage = play(Part.COLLEAGUE, number=number)
    stage.ends()

    original = stage.one.scene.told.happenings
    messages = (EventKind.MESSAGE_ADDED, EventKind.MESSAGE_EDITED, EventKind.MESSAGE_REMOVED)
    assert [(h.kind, h.message) for h in stage.told if h.kind in messages] == [
        (h.kind, h.message) for h in original if h.kind in messages
    ]
    assert (stage.kinds()[0], stage.kinds()[-1]) == (EventKind.STARTED, EventKind.ENDED)
    assert [h.at for h in stage.told] == sorted(h.at for h in stage.told)


def test_the_customer_goes_on_whatever_the_visitor_writes(play):
    stage = play(Part.OWN)
    stage.waits()
    customers = len(stage.texts(Role.CUSTOMER))

    stage.says("Something that nobody expected")

    until(lambda: len(stage.texts(Role.CUSTOMER)) > customers or stage.one.is_finished, 60)
    assert stage.texts(Role.AGENT) == ["Something that nobody expected"]


def test_the_customer_says_nothing_more_until_somebody_answers(play):
    stage = play(Part.OWN)
    stage.waits()
    before = len(stage.told)

    assert not stage.has_ended.wait(0.3)
    assert len(stage.told) == before


def test_a_colleague_who_takes_it_answers_in_the_visitors_place(play):
    stage = play(Part.OWN)
    stage.waits()

    stage.playing.hand_over(COLLEAGUE)
    stage.ends()

    moved = [(h.giver, h.actor) for h in stage.told if h.kind is EventKind.TRANSFERRED]
    assert moved == [(VISITOR, COLLEAGUE)]
    assert stage.texts(Role.AGENT)
    assert {h.actor for h in stage.told if h.message and h.actor.role is Role.AGENT} == {COLLEAGUE}
    assert stage.told[-1].actor == COLLEAGUE


def test_once_the_visitor_has_it_no_colleague_says_anything_more(play):
    stage = play(Part.HANDED_OVER)
    until(lambda: stage.one.holder == VISITOR, 60, "never handed over")
    place = stage.kinds().index(EventKind.TRANSFERRED)

    until(lambda: stage.one.intended or stage.one.is_finished, 60)

    said = [h.actor for h in stage.told[place:] if h.message and h.actor.role is Role.AGENT]
    assert said == []


def test_it_ends_once_and_at_once_when_the_visitor_ends_it(play, board):
    stage = play(Part.OWN)
    stage.waits()

    with board.changing(stage.one) as one:
        one.is_asked_to_end = True
    stage.ends()

    assert stage.kinds().count(EventKind.ENDED) == 1
    assert stage.kinds()[-1] is EventKind.ENDED
    assert stage.one.is_ended


def test_nothing_is_played_while_nobody_looks(board):
    stage = Stage(None)
    conversation = LiveConversation(next(scenes("lumen", Part.OWN, 31)), 1)
    playing = Playing(conversation, board, lambda _, happening: stage.told.append(happening), AT_ONCE)

    start(playing, stage.has_ended.set)

    assert not stage.has_ended.wait(0.2)
    assert stage.told == []


def test_whichever_ended_first_goes_and_what_colleagues_end_drives_out_nothing_of_the_visitors(board):
    visitors, colleagues = (
        [LiveConversation(scene, 1, whose) for scene in islice(scenes(account_id, Part.OWN, 31), KEPT_ENDED + 2)]
        for account_id, whose in (("lumen", VISITOR), ("fietsplein", COLLEAGUE))
    )
    for one in (*reversed(visitors[:-1]), visitors[-1], *colleagues):  # as they came
        board.add(one)
    for ended_at, one in enumerate((*visitors[:-1], *colleagues), start=1):
        with board.changing(one):
            one.ended_at = ended_at

    board.add(LiveConversation(next(scenes("lumen", Part.COLLEAGUE, 31)), 1))

    kept = {one.platform_id for one in board.all()}
    assert [one.platform_id in kept for one in visitors] == [False] + [True] * (KEPT_ENDED + 1)
    assert [one.platform_id in kept for one in colleagues] == [False] * 2 + [True] * KEPT_ENDED
