"""What staff and administrators did to an account. Entries are added, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """`action` is a fact in the past, like `model_rolled_back`; `actor` who did it; `facts` hold no secrets."""

    action: str
    actor: str
    at: datetime
    facts: Mapping[str, str] = field(default_factory=dict)
