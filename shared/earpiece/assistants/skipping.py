"""When an assistant is not worth asking."""

from __future__ import annotations

from collections.abc import Sequence

from earpiece.assistants.transcript import Turn
from earpiece.domain.assistants import Assistant, Skip
from earpiece.domain.events import Role


def why_not(assistant: Assistant, turns: Sequence[Turn], channel: str | None) -> Skip | None:
    """The reason, or None when it is worth it."""
    conditions = assistant.conditions
    if conditions.channels and channel not in conditions.channels:
        return Skip.OTHER_CHANNEL
    if not conditions.customer_turns:
        return None
    if not turns:
        return Skip.EMPTY
    if all(turn.role is Role.BOT for turn in turns):
        return Skip.BOT_ONLY
    if sum(turn.role is Role.CUSTOMER for turn in turns) < conditions.customer_turns:
        return Skip.TOO_SHORT
    return None
