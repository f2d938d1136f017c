"""How real platforms deliver: some events twice, some late. For tests; seeded, so that a failure can be repeated."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from earpiece.domain.errors import InvalidInput
from earpiece_emulators.deliveries import Delivery

_FARTHEST = 5  # places by which a delivery is late or repeated


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """Shares from 0 to 1 of the deliveries that are repeated, and that come after some that happened later."""

    duplicates: float = 0.0
    out_of_order: float = 0.0
    seed: int = 7

    def __post_init__(self) -> None:
        for name, share in (("duplicates", self.duplicates), ("out_of_order", self.out_of_order)):
            if not 0 <= share <= 1:
                raise InvalidInput(f"{name} is {share}; give a number from 0 to 1")

    def apply(self, sent: Sequence[Delivery]) -> list[Delivery]:
        """The deliveries of one conversation as this platform sends them; none is missing."""
        if not sent or not (self.duplicates or self.out_of_order):
            return list(sent)
        # Its own sequence for each conversation: which thread plays it must not matter.
        numbers = random.Random(f"{self.seed}-{sent[0].conversation_id}")  # noqa: S311
        places = [(float(place), delivery) for place, delivery in enumerate(sent)]
        late = [(self._late(place, self.out_of_order, numbers), delivery) for place, delivery in places]
        again = [
            (place + numbers.uniform(0.1, _FARTHEST), d) for place, d in late if numbers.random() < self.duplicates
        ]
        return [delivery for _, delivery in sorted(late + again, key=lambda one: one[0])]

    def _late(self, place: float, share: float, numbers: random.Random) -> float:
        return place + numbers.uniform(1.1, _FARTHEST) if numbers.random() < share else place
