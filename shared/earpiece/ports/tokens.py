"""What makes a token that may be used once be used once."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class UsedTokens(Protocol):
    """The one-use tokens of one account that were used."""

    def use(self, use_id: str, *, useless_at: datetime) -> bool:
        """True for whoever is first, ever; False for everyone after. Raises Unavailable.

        From `useless_at` on the token is refused anyway, so its record may go.
        """
