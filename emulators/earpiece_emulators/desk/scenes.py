"""Which conversations are played at the desk: unseen samples, with the visitor in the place of their last agent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from earpiece.domain.events import EventKind, Participant, Role
from earpiece_emulators.samples.conversation import Happening, SampleConversation
from earpiece_emulators.samples.generate import held_out
from earpiece_emulators.samples.material import material

VISITOR = Participant("agent-visitor", Role.AGENT, "Robin Vale")
MATERIAL = 240  # samples that a desk chooses from before it begins again with others
_TURNS = range(3, 8)  # of the customer: enough to see something, and soon over
_CARELESS = {"typos", "lowercase", "bare", "signs"}  # habits of agents in whose place the auto-pilot does not write


class Part(StrEnum):
    """Who answers the customer: the visitor, a colleague, or first the one and then the other."""

    OWN = "own"
    COLLEAGUE = "colleague"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True, slots=True)
class Scene:
    """A conversation to be played; the times in it are the sample's, and nobody keeps to them."""

    account_id: str
    part: Part
    told: SampleConversation

    @property
    def first_agent(self) -> Participant | None:
        return self.told.agents[0] if self.told.agents else None


def scenes(account_id: str, part: Part, seed: int) -> Iterator[Scene]:
    """Scenes without end, all with different ids; raises NotFound where the account has no samples."""
    careless = {card.agent_id for card in material(account_id).agents if _CARELESS & set(card.habits)}
    while True:
        for sample in held_out(account_id, seed=seed, count=MATERIAL):
            told = until_end(sample)
            is_careless = part is not Part.COLLEAGUE and told.agents[-1:] and told.agents[-1].participant_id in careless
            if part_of(told) is part and not is_careless:
                yield Scene(account_id, part, told if part is Part.COLLEAGUE else with_visitor(told))
        seed += 1


def part_of(told: SampleConversation) -> Part | None:
    """What a sample is good for: own ones have one agent, those handed over two; None is for nothing."""
    kinds = [happening.kind for happening in told.happenings]
    if kinds[-1] is not EventKind.ENDED or _customer_turns(told) not in _TURNS:
        return None
    if len(told.agents) == 2 and kinds.count(EventKind.TRANSFERRED) == 1:
        return Part.HANDED_OVER
    if len(told.agents) > 1 or EventKind.MESSAGE_EDITED in kinds:
        return Part.COLLEAGUE  # the more there is to watch, the better
    return Part.OWN if len(told.agents) == 1 and EventKind.MESSAGE_REMOVED not in kinds else None


def until_end(sample: SampleConversation) -> SampleConversation:
    """Without what came after the first end."""
    ends = [place for place, happening in enumerate(sample.happenings, 1) if happening.kind is EventKind.ENDED]
    return replace(sample, happenings=sample.happenings[: ends[0] if ends else None])


def with_visitor(told: SampleConversation) -> SampleConversation:
    """The visitor in the place of the last agent, in what is said too."""
    gone = told.agents[-1]

    def recast(one: Participant | None) -> Participant | None:
        return VISITOR if one == gone else one

    def renamed(happening: Happening) -> Happening:
        content = happening.message and replace(
            happening.message, text=spoken_by(VISITOR, happening.message.text, gone)
        )
        return replace(happening, actor=recast(happening.actor), giver=recast(happening.giver), message=content)

    return replace(told, happenings=tuple(map(renamed, told.happenings)))


def spoken_by(speaker: Participant, text: str, instead_of: Participant) -> str:
    """The text with the one's names in place of the other's."""
    names = ((instead_of.name or "", speaker.name or ""), (_first(instead_of), _first(speaker)))
    for old, new in names:
        text = re.sub(rf"\b{re.escape(old)}\b", new, text) if old else text
    return text


def _customer_turns(told: SampleConversation) -> int:
    """Runs of messages of the customer: several in a row are one."""
    roles = [turn.actor.role for turn in told.turns() if turn.actor]
    return sum(
        role is Role.CUSTOMER and before is not Role.CUSTOMER
        for role, before in zip(roles, [None, *roles], strict=False)
    )


def _first(person: Participant) -> str:
    return (person.name or "").partition(" ")[0]
