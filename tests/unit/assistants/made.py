"""Conversations and model answers, made for tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from earpiece.domain.assistant_runs import Spent
from earpiece.domain.conversations import Conversation, fold
from earpiece.domain.events import ConversationEvent, EventKind, MessageContent, Participant, Role, Visibility
from earpiece.ports.assistants import ModelAnswer, ModelCall

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
SPENT = Spent(1, 100, 20, 0.001, 5, "stand-in")


def conversation(*turns: tuple[str, str], private: Sequence[int] = ()) -> Conversation:
    """Turns of (role, text); those whose places are in `private` are notes between agents."""
    return fold(
        ConversationEvent(
            event_id=f"{number:032x}",
            account_id="lumen",
            platform="custom",
            conversation_id="c" * 32,
            platform_conversation_id="c-1",
            kind=EventKind.MESSAGE_ADDED,
            occurred_at=AT + timedelta(seconds=number),
            received_at=AT + timedelta(seconds=number),
            participant=Participant(f"{role}-1", Role(role)),
            message=MessageContent(
                f"p-{number}", text, visibility=Visibility.PRIVATE if number in private else Visibility.PUBLIC
            ),
        )
        for number, (role, text) in enumerate(turns)
    )


@dataclass
class Scripted:
    """A model that gives these answers, one after the other; the last again and again."""

    answers: list[Any]
    calls: list[ModelCall] = field(default_factory=list)

    def complete(self, call: ModelCall) -> ModelAnswer:
        self.calls.append(call)
        answer = self.answers[min(len(self.calls), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, ModelAnswer):
            return answer
        return ModelAnswer(answer if isinstance(answer, str) else json.dumps(answer), SPENT)


Made = Callable[..., dict[str, Any]]


def a_summary(**parts: Any) -> dict[str, Any]:
    whole = {
        "situation": {"text": "The customer asks after order A-1001.", "sources": ["m1"]},
        "actions": [{"text": "The agent looked it up.", "sources": ["m2"]}],
        "resolution": {"status": "yes", "text": "It comes on 2026-12-03.", "sources": ["m2"]},
        "sentiment": {"value": "not_negative", "sources": ["m3"]},
        "follow_ups": [],
        "entities": [{"kind": "order", "value": "A-1001", "sources": ["m1"]}],
        "language": "en",
    }
    return {**whole, **parts}


TALK = (
    ("customer", "Where is my order A-1001?"),
    ("agent", "It comes on 2026-12-03."),
    ("customer", "Thanks!"),
)
