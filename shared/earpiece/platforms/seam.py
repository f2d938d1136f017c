"""What a CX platform's module offers: bytes in, verdict and events out. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from earpiece.domain.deliveries import Delivery, Normalised


@dataclass(frozen=True, slots=True)
class Handshake:
    """The answer to a platform's question whether the address is ours: text, never HTML."""

    text: str


class Platform(Protocol):
    """One module (or object) per platform; every one passes `tests/contract/test_platforms.py`."""

    name: str

    def verify(self, delivery: Delivery, secrets: Sequence[str]) -> None:
        """Return if one of the secrets signed these raw bytes lately; raises NotAuthentic. Fails closed."""

    def normalise(self, delivery: Delivery, account_id: str) -> Normalised:
        """The events of a delivery that was verified; raises InvalidInput and nothing else."""

    def handshake(self, query: Mapping[str, str], secrets: Sequence[str]) -> Handshake | None:
        """The answer to a GET, or None where the platform asks none or the question is wrong."""
