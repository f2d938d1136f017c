"""What is played at the desk: unseen samples, with the visitor in the place of an agent and in nobody else's."""

from __future__ import annotations

import re
from itertools import islice

import pytest

from earpiece.domain.errors import NotFound
from earpiece.domain.events import EventKind, Participant, Role
from earpiece_emulators.desk.scenes import VISITOR, Part, scenes, spoken_by
from earpiece_emulators.samples.generate import generate, held_out

ACCOUNTS = ("lumen", "fietsplein")
SEED = 31


def some(account_id, part, count=8):
    return list(islice(scenes(account_id, part, SEED), count))


def said_by(scene, person):
    return [h.message.text for h in scene.told.happenings if h.message and h.actor == person]


@pytest.mark.parametrize("account_id", ACCOUNTS)
def test_a_visitors_own_conversation_has_no_other_agent(account_id):
    for scene in some(account_id, Part.OWN):
        assert scene.told.agents == (VISITOR,)
        assert scene.first_agent == VISITOR


@pytest.mark.parametrize("account_id", ACCOUNTS)
def test_one_handed_over_begins_with_a_colleague_and_ends_with_the_visitor(account_id):
    for scene in some(account_id, Part.HANDED_OVER, 4):
        first, last = scene.told.agents
        moves = [h for h in scene.told.happenings if h.kind is EventKind.TRANSFERRED]
        assert (first != VISITOR, last) == (True, VISITOR)
        assert [(move.giver, move.actor) for move in moves] == [(first, VISITOR)]


@pytest.mark.parametrize("account_id", ACCOUNTS)
def test_a_colleagues_conversation_is_left_to_colleagues(account_id):
    assert not [scene for scene in some(account_id, Part.COLLEAGUE) if VISITOR in scene.told.agents]


@pytest.mark.parametrize("account_id", ACCOUNTS)
def test_nobody_calls_the_visitor_by_the_name_of_whose_place_it_is(account_id):
    originals = {told.conversation_id: told for told in held_out(account_id, seed=SEED, count=240)}

    for scene in some(account_id, Part.OWN):
        gone = originals[scene.told.conversation_id].agents[-1]
        first_name = gone.name.partition(" ")[0]
        assert not [text for text in said_by(scene, VISITOR) if re.search(rf"\b{re.escape(first_name)}\b", text)]


@pytest.mark.parametrize("account_id", ACCOUNTS)
@pytest.mark.parametrize("part", Part)
def test_a_scene_is_whole_from_the_customer_to_the_end(account_id, part):
    for scene in some(account_id, part, 4):
        kinds = [happening.kind for happening in scene.told.happenings]
        assert kinds[0] is EventKind.STARTED
        assert kinds.index(EventKind.ENDED) == len(kinds) - 1
        assert any(happening.actor.role is Role.CUSTOMER for happening in scene.told.turns())


def test_what_is_played_was_never_learned_from_and_never_played_before():
    learned = {told.conversation_id for told in generate("lumen")}

    played = [scene.told.conversation_id for scene in some("lumen", Part.OWN, 120)]

    assert len(set(played)) == 120
    assert not learned & set(played)


def test_there_are_no_scenes_of_an_account_without_samples():
    with pytest.raises(NotFound):
        next(scenes("nobody", Part.OWN, SEED))


def test_names_are_replaced_as_words_and_not_within_them():
    gone = Participant("a-1", Role.AGENT, "Rob Stone")

    said = spoken_by(VISITOR, "Rob Stone here. Robust? Ask for Rob.", gone)

    assert said == "Robin Vale here. Robust? Ask for Robin."
