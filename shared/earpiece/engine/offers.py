"""Which of the ways to go on is worth showing, if any: what it saves, against what a wrong one costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEAST_CHARACTERS = 2


@dataclass(frozen=True, slots=True)
class OfferPolicy:
    """`price` is what a false offer beyond the allowed share costs, in keys; `least_chance` of any offer to be right.

    `accepted` is how often a right offer is taken: one that was typed into is held to be wrong that often.
    """

    price: float
    least_chance: float
    allowed_share: float = 0.2
    accepted: float = 0.9

    def value(self, chance: float, length: int) -> float:
        """Keys saved, as a Lagrangian of the limit on false offers: a right one makes room for wrong ones."""
        gain = length - 1 + self.price * self.allowed_share
        return chance * gain - (1 - chance) * self.price * (1 - self.allowed_share)


@dataclass(frozen=True, slots=True)
class Path:
    """The likeliest text to append, and the places to stop: (characters, probability that it is right up to there)."""

    text: str
    stops: Sequence[tuple[int, float]]

    def chance_of(self, length: int) -> float:
        return next((chance for stop, chance in self.stops if stop >= length), 0.0)


@dataclass(frozen=True, slots=True)
class Choice:
    """How much of a path to offer, and what that is worth."""

    length: int = 0
    chance: float = 0.0
    value: float = 0.0


def choose(path: Path, refused: int | None, policy: OfferPolicy, scale: float = 1.0) -> Choice:
    """The most valuable stop, if any is worth more than nothing.

    `refused` is the length at which this path was shown before and typed into: beyond it the path is probably wrong,
    and what comes before it has had that much of its probability taken away. `scale` is for the same of other paths.
    """
    wrong = policy.accepted * path.chance_of(refused) if refused is not None else 0.0
    left = max(1 - wrong, 1e-6)
    best = Choice()
    for length, before in path.stops:
        kept = before if refused is None else before * (1 - policy.accepted) if length >= refused else before - wrong
        chance = min(scale * kept / left, 1.0)
        if length < LEAST_CHARACTERS or chance < policy.least_chance:
            continue
        value = policy.value(chance, length)
        if value > best.value:
            best = Choice(length, chance, value)
    return best
