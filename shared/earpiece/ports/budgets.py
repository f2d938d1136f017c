"""An account's budgets for language models, which hold over any number of instances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Returned:
    """A lease on its way back: what was spent of it in each of its periods, and `kept`, which running calls hold."""

    lease_id: str
    spent: Mapping[str, int]
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Lease:
    """What an instance may spend without asking again, in millionths of a USD, taken from every budget in advance.

    `used` is what is spent or leased of each period, this lease included. `exhausted` names the period that has too
    little left: `granted` is then what running calls keep. `alerts` are periods whose share is reached for the first
    time.
    """

    granted: int
    used: Mapping[str, int]
    exhausted: str = ""
    alerts: tuple[str, ...] = ()


class Budgets(Protocol):
    """Of one account. Periods are days and months in UTC, `2026-11-23` and `2026-11`."""

    def lease(
        self,
        lease_id: str,
        wanted: int,
        least: int,
        caps: Mapping[str, int],
        *,
        instead_of: Returned | None = None,
        alert_share: float = 1.0,
    ) -> Lease:
        """Take `wanted`, less near a cap, and give a lease back in the same step: what it keeps is never lost.

        `least` counts what is kept. Where less is left, one call may have all that is left, if nothing is kept; else
        the lease is exhausted. A lease that nobody settles expires. Raises Unavailable.
        """

    def settle(self, returned: Returned) -> None:
        """Give a lease back, and count what was spent in each period; the second time does nothing.

        Raises Unavailable.
        """
