"""What happens in a conversation, before anybody says it: the topic's steps, with what else people do around them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from earpiece_emulators.samples.material import Material, Step, Topic

FEWEST, MOST = 4, 18
SAID = frozenset(
    {"bot", "customer", "agent", "system", "note", "secret", "slip", "greeting", "welcome", "closing", "nudge", "chase"}
)
_ACTS = frozenset({"handover", "end", "reopen"})
_PERHAPS = 0.5
# Scenes that come up anywhere: how often, and between whose two messages.
_INTERRUPTIONS = (
    ("hold", 0.22, "customer", "agent"),
    ("transfer", 0.08, "customer", "agent"),
    ("waiting", 0.06, "customer", "agent"),
    ("silent", 0.06, "agent", "customer"),
    ("slip", 0.025, "customer", "agent"),
)
_NOTE_SHARE, _BRISK_SHARE = 0.22, 0.15


def plot(material: Material, topic: Topic, numbers: random.Random) -> list[Step]:
    """Steps that can be played as they are, 4 to 18 of them messages; the fewer extras the more the topic needs."""
    steps: list[Step] = []
    brisk = numbers.random() < _BRISK_SHARE
    for liveliness in (0.0, 0.3) if brisk else (1.0, 0.6, 0.3, 0.0):
        steps = _Plot(material, topic, numbers, liveliness).steps()
        if FEWEST <= sum(step.kind in SAID for step in steps) <= MOST:
            break
    return steps


class _Plot:
    def __init__(self, material: Material, topic: Topic, numbers: random.Random, liveliness: float) -> None:
        self._scenes = {name: () if name in topic.without else steps for name, steps in material.scenes.items()}
        self._topic, self._numbers, self._liveliness = topic, numbers, liveliness

    def steps(self) -> list[Step]:
        ask, *rest = self._topic.steps
        opening = self._scene("bot_opening", 0.5)
        greeted = [*self._scene("hello"), Step("greeting"), ask] if self._is(0.25) else [ask, *self._greeting()]
        middle = list(self._unfold(rest))
        self._interrupt(middle)
        if self._topic.notes and self._is(_NOTE_SHARE):
            middle.insert(self._numbers.randint(1, len(middle)), Step("note", self._topic.notes))
        return [*opening, *greeted, *self._mood(), *middle, *self._ending()]

    def _greeting(self) -> list[Step]:
        return [Step("welcome")] if self._numbers.random() < 0.75 else []

    def _mood(self) -> list[Step]:
        return self._scene("angry", 0.10) or self._scene("adds", 0.16)

    def _ending(self) -> list[Step]:
        # Only where there was something to decide.
        if second_thoughts := self._scene("changes_mind", 0.25):
            return [*second_thoughts, Step("end")]
        farewell = self._scene("thanks") if self._numbers.random() < 0.85 else self._scene("quiet_end")
        back = [Step("reopen"), *self._scene("comeback"), Step("end")] if self._is(0.05) else []
        return [*self._extra(), *farewell, Step("end"), *back]

    def _extra(self) -> list[Step]:
        if not self._is(0.5):
            return []
        return self._scene("one_more_thing") if self._is(0.35) else self._scene("anything_else")

    def _interrupt(self, steps: list[Step]) -> None:
        for scene, share, before, after in _INTERRUPTIONS:
            if not self._is(share):
                continue
            pairs = [place for place in range(1, len(steps)) if _kinds(steps, place) == (before, after)]
            if pairs:
                place = self._numbers.choice(pairs)
                steps[place:place] = self._scene(scene)

    def _scene(self, name: str, share: float = 1.0) -> list[Step]:
        return list(self._unfold(self._scenes[name])) if share == 1.0 or self._is(share) else []

    def _unfold(self, steps: Iterable[Step]) -> Iterator[Step]:
        for step in steps:
            match step.kind:
                case "either":
                    yield from self._unfold(self._numbers.choice(step.branches))
                case "perhaps":
                    yield from self._unfold(step.branches[0]) if self._numbers.random() < _PERHAPS else ()
                case kind if kind in SAID or kind in _ACTS:
                    yield step
                case scene:
                    yield from self._unfold(self._scenes[scene])

    def _is(self, share: float) -> bool:
        return self._numbers.random() < share * self._liveliness


def _kinds(steps: list[Step], place: int) -> tuple[str, str]:
    return steps[place - 1].kind, steps[place].kind
