"""A conversation as it stands at the desk, and what became of each fact that was told of it."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from earpiece.domain.events import Participant
from earpiece.domain.ids import conversation_id
from earpiece_emulators.desk.scenes import VISITOR, Scene

PLATFORM = "custom"


@dataclass(slots=True)
class LiveMessage:
    """`at` is Unix milliseconds, as everywhere in what the page gets."""

    message_id: str
    role: str
    name: str
    text: str
    at: int
    attachments: tuple[str, ...] = ()
    is_note: bool = False
    is_edited: bool = False
    is_removed: bool = False


@dataclass(slots=True)
class Step:
    """A delivery: when it was sent, after how long it was acknowledged, and readable through the conversation API.

    `readable_ms` counts from sending too, and is None until then, or where nobody looks for it.
    """

    number: int
    what: str
    who: str
    at: int
    message_id: str = ""
    ack_ms: float | None = None
    readable_ms: float | None = None
    is_refused: bool = False


@dataclass(slots=True)
class LiveConversation:
    """`holder` answers the customer now; `intended` is what the sample's agent says next, for the auto-pilot.

    `waiting_since`: the first message of the customer that nobody has answered. `is_finished`: the customer has said
    all there is. Everything but `scene` changes, and only under the board's lock.
    """

    scene: Scene
    number: int
    holder: Participant | None = None
    messages: list[LiveMessage] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)  # comings and goings, between messages
    intended: tuple[str, ...] = ()
    typing: str = ""  # the role of who types
    waiting_since: int | None = None
    visitor_typed_s: float = 0.0
    is_started: bool = False
    is_finished: bool = False
    ended_at: int = 0  # 0: it has not
    is_asked_to_end: bool = False
    version: int = 0

    @property
    def platform_id(self) -> str:
        return self.scene.told.conversation_id

    @property
    def conversation_id(self) -> str:
        """Earpiece's id."""
        return conversation_id(self.scene.account_id, PLATFORM, self.platform_id)

    @property
    def is_ended(self) -> bool:
        return self.ended_at > 0

    @property
    def is_visitors(self) -> bool:
        return self.holder == VISITOR

    def to_json(self) -> dict[str, Any]:
        told = self.scene.told
        return {
            "id": self.platform_id,
            "account": self.scene.account_id,
            "number": self.number,
            "conversation_id": self.conversation_id,
            "customer": told.customer.name or "Customer",
            "topic": told.topic,
            "locale": told.locale,
            "channel": told.channel,
            "holder": self.holder.name if self.holder else None,
            "is_yours": self.is_visitors,
            "is_ended": self.is_ended,
            "is_finished": self.is_finished,
            "typing": self.typing,
            "waiting_since": self.waiting_since,
            "intended": list(self.intended),
            "messages": [asdict(message) for message in self.messages],
            "notes": self.notes,
            "steps": [asdict(step) for step in self.steps],
        }


def now_ms() -> int:
    return int(time.time() * 1000)
