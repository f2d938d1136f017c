"""Who says what: the steps of a plot in the words of a customer and the agents who take part."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from earpiece_emulators.samples.material import AgentCard, Material, Step
from earpiece_emulators.samples.plot import MOST, SAID
from earpiece_emulators.samples.slots import Slots
from earpiece_emulators.samples.voices import Voice, agent_voice, customer_voice, type_out
from earpiece_emulators.samples.wording import choose, file_of, mistype, sentences

_OWN_WORDING_SHARE = 0.6  # an agent has a wording for each occasion, and mostly keeps to it
_TWO_MESSAGES, _SAME_INSTANT = 0.3, 0.3
_CORRECTIONS = {"customer": 0.02, "agent": 0.15}
_AUTHORS = {
    "secret": "customer",
    "slip": "agent",
    "greeting": "agent",
    "welcome": "agent",
    "closing": "agent",
    "nudge": "agent",
    "chase": "customer",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A message, or an act (`handover`, `end`, `reopen`) without one.

    `author` is customer, agent, note (an agent, unseen by the customer), bot or system; `agent` the place in the cast
    of whoever has the conversation. `draft` is what stood there before a correction.
    """

    author: str
    text: str = ""
    file: str = ""
    agent: int = 0
    draft: str = ""
    is_removed: bool = False
    is_late: bool = False
    is_with_previous: bool = False
    is_at_same_instant: bool = False


class Performance:
    """The words of one conversation. `cast` are the agents who may come to have it, one after the other."""

    def __init__(self, material: Material, slots: Slots, cast: Sequence[AgentCard], numbers: random.Random) -> None:
        self._slots, self._cast, self._numbers = slots, cast, numbers
        self._customer = customer_voice(material, numbers)
        self._voices = [agent_voice(material, card) for card in cast]
        self._agent = 0

    def of(self, steps: Sequence[Step]) -> list[Line]:
        """At most 18 messages, however many parts people write them in."""
        spare = MOST - sum(step.kind in SAID for step in steps)
        return list(_within(spare, [self._parts(self._line(step)) for step in steps]))

    def _line(self, step: Step) -> Line:
        if step.kind not in SAID:
            self._agent += step.kind == "handover"
            return Line(step.kind, agent=self._agent)
        author = _AUTHORS.get(step.kind, step.kind)
        file, text = file_of(self._words(step, author))
        typed = self._typed(text, author)
        return Line(
            author,
            typed,
            file,
            self._agent,
            self._draft(typed, author),
            is_removed=step.kind in ("secret", "slip"),
            is_late=step.kind in ("nudge", "chase"),
        )

    def _words(self, step: Step, author: str) -> str:
        card = self._cast[self._agent]
        own = {"greeting": card.greeting, "welcome": _welcome(card), "closing": card.closing}
        text = own.get(step.kind) or self._wording(step, author, card)
        other = self._cast[(self._agent + 1) % len(self._cast)]
        before = self._cast[self._agent - 1]
        chosen = choose(text, self._numbers)
        return self._slots.fill(
            chosen, agent=_first(card), agent_full=card.name, other=_first(other), before=_first(before)
        )

    def _wording(self, step: Step, author: str, card: AgentCard) -> str:
        if author != "agent":
            return self._numbers.choice(step.texts)
        own = random.Random(f"{card.agent_id}-{step.texts[0]}")  # noqa: S311
        numbers = own if self._numbers.random() < _OWN_WORDING_SHARE else self._numbers
        return numbers.choices(step.texts, _house_weights(len(step.texts)))[0]

    def _typed(self, text: str, author: str) -> str:
        voice = self._voice(author)
        return type_out(text, voice, self._numbers) if voice else text

    def _voice(self, author: str) -> Voice | None:
        return {"customer": self._customer, "agent": self._voices[self._agent]}.get(author)

    def _draft(self, text: str, author: str) -> str:
        voice = self._voice(author)
        is_careful = author == "customer" or (voice is not None and "corrects" in voice.traits)
        if not is_careful or self._numbers.random() > _CORRECTIONS.get(author, 0):
            return ""
        draft = mistype(text, self._numbers)
        return draft if draft != text else ""

    def _parts(self, line: Line) -> list[Line]:
        """The line, or its sentences as two messages where this person writes so."""
        said = sentences(line.text)
        is_fast = line.author == "customer" or (line.author == "agent" and "splits" in self._voices[line.agent].traits)
        if len(said) < 2 or line.draft or line.file or not is_fast or self._numbers.random() > _TWO_MESSAGES:
            return [line]
        same = line.author == "customer" and self._numbers.random() < _SAME_INSTANT
        rest = replace(line, text=" ".join(said[1:]), is_late=False, is_with_previous=True, is_at_same_instant=same)
        return [replace(line, text=said[0]), rest]


def _within(spare: int, lines: Iterable[Sequence[Line]]) -> Iterator[Line]:
    for parts in lines:
        if len(parts) > 1 and spare <= 0:
            yield replace(parts[0], text=" ".join(part.text for part in parts))
        else:
            spare -= len(parts) - 1
            yield from parts


def _house_weights(count: int) -> list[float]:
    """The first wording is the one that everybody was taught."""
    return [1 / (place + 1) for place in range(count)]


def _welcome(card: AgentCard) -> str:
    """The agent's greeting for somebody who has already said what they want."""
    return " ".join(part for part in sentences(card.greeting) if not part.endswith("?"))


def _first(card: AgentCard) -> str:
    return card.name.split()[0]
