"""An account's budgets for language models, which hold over any number of instances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Lease:
    """What an instance may spend without asking again, in millionths of a USD, taken from every budget in advance.

    `used` is what is spent or leased of each period, this lease included. With too little left `granted` is 0 and
    `exhausted` names the period.
    """

    granted: int
    used: Mapping[str, int]
    exhausted: str = ""


class Budgets(Protocol):
    """Of one account. Periods are days and months in UTC, `2026-11-23` and `2026-11`."""

    def lease(self, lease_id: str, wanted: int, least: int, caps: Mapping[str, int]) -> Lease:
        """Take `wanted`, or less near a cap, but never less than `least`; a lease that nobody settles expires.

        Raises Unavailable.
        """

    def settle(self, lease_id: str, spent: Mapping[str, int]) -> None:
        """Give a lease back, and count what was spent in each period; the second time does nothing.

        Raises Unavailable.
        """
