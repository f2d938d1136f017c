"""Everything that an answer depends on, taken once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from earpiece.domain.accounts import Account
from earpiece.domain.conversations import Conversation
from earpiece.domain.events import Role
from earpiece.domain.ids import digest
from earpiece.domain.settings import AccountSettings
from earpiece.engine.features import ContextTurn
from earpiece.engine.normal import text_key
from suggestion_api.bodies import Late
from suggestion_api.draft import Draft
from suggestion_api.own_replies import OwnReplies, Unwanted
from suggestion_api.serve_models import ServedModel


@dataclass(frozen=True, slots=True)
class Moment:
    """One draft in one state of a conversation, with one model: a request sees no second of any of them.

    `replies` is None while it is not known what the account blocked: then nothing may be offered.
    """

    account: Account
    settings: AccountSettings
    conversation_id: str
    conversation: Conversation | None
    replies: OwnReplies | None
    served: ServedModel | None
    draft: Draft
    language: str
    late: tuple[Late, ...]

    @property
    def based_on(self) -> int:
        return self.conversation.event_count if self.conversation else 0

    @property
    def model_version(self) -> str | None:
        return self.served.version if self.served else None

    @property
    def set_id(self) -> str:
        """The same for the same conversation, events, draft and model version."""
        return digest("set", self.conversation_id, str(self.based_on), self.draft.text, self.model_version or "")

    def context(self) -> list[ContextTurn]:
        """What was said so far, as the engine takes it."""
        turns = self.conversation.turns() if self.conversation else ()
        return [ContextTurn(role=turn.role.value, text=turn.text) for turn in turns]

    def unwanted(self, replies: OwnReplies) -> Unwanted:
        """What must not be offered now, of anybody's replies."""
        return Unwanted(replies, not self.settings.auto_approve_replies, self._already_said())

    def _already_said(self) -> frozenset[str]:
        turns: Sequence[ContextTurn] = self.context()[-self.settings.already_said_turns :]
        return frozenset(text_key(turn["text"]) for turn in turns if turn["role"] == Role.AGENT)
