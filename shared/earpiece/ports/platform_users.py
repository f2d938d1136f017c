"""What a platform says of the agent whose token we were shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class PlatformUsers(Protocol):
    """The platforms' own pages about whoever asks."""

    def ask(self, host: str, path: str, token: str) -> Mapping[str, Any]:
        """What `https://{host}{path}` says to the bearer of this token.

        Raises InvalidToken whatever went wrong there, silence included; Unavailable when we ask too much at once.
        `host` is one that the caller knows to be the platform's: this sends the token to it.
        """
