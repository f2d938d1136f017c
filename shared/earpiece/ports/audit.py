"""The audit of one account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from earpiece.domain.audit import AuditEntry


class Audit(Protocol):
    """Entries of one account: added, never changed."""

    def append(self, entry: AuditEntry) -> None: ...
    def all(self) -> Sequence[AuditEntry]:
        """Oldest first."""
