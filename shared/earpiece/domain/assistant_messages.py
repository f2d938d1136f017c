"""What makes assistant_runner run: notices of conversation_writer, and requests that no model answered at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from earpiece.domain.assistants import Asked, Trigger
from earpiece.domain.errors import AccountMismatch, InvalidInput
from earpiece.domain.ids import is_digest

_TRIGGERS = {
    "ended": Trigger.ENDED,
    "transferred": Trigger.TRANSFERRED,
    "participant_left": Trigger.AGENT_LEFT,
    "asked": Trigger.ASKED,
}


@dataclass(frozen=True, slots=True)
class RunRequested:
    """`code` names the assistant that was asked; empty for the other triggers, which concern all that have them."""

    conversation_id: str
    trigger: Trigger
    code: str = ""
    asked: Asked = field(default_factory=Asked)


def run_requested(body: Mapping[str, Any], kind: str, account_id: str) -> RunRequested:
    """From a message's body and its attribute `kind`; raises InvalidInput, AccountMismatch."""
    if body.get("account_id") != account_id:
        raise AccountMismatch
    conversation_id = body.get("conversation_id")
    if kind not in _TRIGGERS or not isinstance(conversation_id, str) or not is_digest(conversation_id):
        raise InvalidInput("the message names no conversation, or nothing that assistants run at")
    texts = [str(body.get(name) or "") for name in ("code", "text", "option")]
    return RunRequested(conversation_id, _TRIGGERS[kind], texts[0], Asked(texts[1], texts[2]))


def run_requested_to_json(requested: RunRequested, account_id: str) -> dict[str, str]:
    """The body of one that was asked for; its attribute `kind` is `asked`."""
    return {
        "account_id": account_id,
        "conversation_id": requested.conversation_id,
        "code": requested.code,
        "text": requested.asked.text,
        "option": requested.asked.option,
    }
