"""The engine's replies for the caller's own agent: `POST /v1/conversations/{id}/suggestions` of suggestion_api."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import structlog

from earpiece.ports.assistants import SuggestedReply

if TYPE_CHECKING:
    import requests

log = structlog.get_logger()

DEADLINE_MS = 500
WAITS_S = (0.5, 1.0)


class SuggestionService:
    """Asks with what the caller came with, so that suggestion_api judges for itself what they may see."""

    def __init__(self, url: str, session: requests.Session, passed_on: Mapping[str, str]) -> None:
        self._url, self._session, self._passed_on = url.rstrip("/"), session, dict(passed_on)

    def top(self, conversation_id: str, based_on: int) -> Sequence[SuggestedReply]:
        import requests

        if not self._url:
            return ()
        # Whoever has the pack of this turn already gets no other, which is most of the work.
        wanted: dict[str, Any] = {"draft": "", "deadline_ms": DEADLINE_MS, "pack_based_on": based_on}
        address = f"{self._url}/v1/conversations/{conversation_id}/suggestions"
        try:
            answered = self._session.post(address, json=wanted, headers=self._passed_on, timeout=WAITS_S)
            answered.raise_for_status()
            return tuple(SuggestedReply(one["id"], one["text"]) for one in answered.json()["suggestions"])
        except (requests.RequestException, ValueError, KeyError, TypeError) as error:
            log.warning("service_call_failed", error_type=type(error).__name__)
            return ()
