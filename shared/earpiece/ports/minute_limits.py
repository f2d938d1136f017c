"""What the callers of an account may ask in a minute, over any number of instances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Block:
    """`wanted` of what all instances together may use `cap` of in a minute; less than `least` is of no use."""

    wanted: int
    least: int
    cap: int


class MinuteLimits(Protocol):
    """Of one account. `name` is who is limited; `minute` is in UTC, `2026-11-23T10:15`."""

    def take(self, name: str, minute: str, blocks: Mapping[str, Block]) -> Mapping[str, int]:
        """Debit what was granted of each block, less near its cap: all of them, or where one lacks its least, none.

        What nobody gives back ends with its minute. Raises Unavailable.
        """

    def give_back(self, name: str, minute: str, unused: Mapping[str, int]) -> None:
        """Of a minute that is over, nothing. Raises Unavailable."""
