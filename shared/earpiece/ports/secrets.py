"""Sealing what must not be readable at rest."""

from __future__ import annotations

from typing import Protocol


class Secrets(Protocol):
    """Envelope encryption. `context` must be the same at both ends: what one account sealed opens for no other."""

    def seal(self, plain: bytes, context: str) -> bytes: ...

    def open(self, sealed: bytes, context: str) -> bytes:
        """Raises Unavailable when the key service is away, InvalidInput when it was not sealed so."""
