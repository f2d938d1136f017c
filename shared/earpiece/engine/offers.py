"""Which of the ways to go on is worth showing, if any: what it saves, against what a wrong one costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEAST_CHARACTERS = 2  # a shorter one costs the key that it saves


@dataclass(frozen=True, slots=True)
class OfferPolicy:
    """`price` in keys of a false offer beyond the allowed share; `least_chance` of any offer to be right.

    `least_characters` may be raised for agents whom short offers disturb: it costs saved keys on free text.
    """

    price: float
    least_chance: float
    allowed_share: float = 0.2
    least_characters: int = LEAST_CHARACTERS

    def value(self, chance: float, length: int) -> float:
        """Keys saved, as a Lagrangian of the limit on false offers: a right one makes room for wrong ones."""
        gain = length - 1 + self.price * self.allowed_share
        return chance * gain - (1 - chance) * self.price * (1 - self.allowed_share)


@dataclass(frozen=True, slots=True)
class Path:
    """The likeliest text to append, and the places to stop: (characters, probability that it is right up to there)."""

    text: str
    stops: Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Choice:
    """How much of a path to offer."""

    length: int
    chance: float


def choose(path: Path, policy: OfferPolicy) -> Choice | None:
    """The most valuable stop, None where none is worth more than nothing."""
    most, best = 0.0, None
    for length, chance in path.stops:
        if length < policy.least_characters or chance < policy.least_chance:
            continue
        if (value := policy.value(chance, length)) > most:
            most, best = value, Choice(length, chance)
    return best
