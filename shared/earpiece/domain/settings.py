"""What an account may change: one version written once, activated by the account's pointer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from earpiece.domain.llm import LlmSettings


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """Defaults are for an account that never changed anything. Scores and thresholds lie between 0 and 1."""

    suggestion_count: int = 3
    suggestion_threshold: float = 0.0
    auto_approve_replies: bool = True
    min_reply_agents: int = 2
    min_reply_customers: int = 2
    already_said_turns: int = 6
    max_training_conversations: int = 50_000
    min_training_conversations: int = 50
    agent_requests_per_minute: int = 600
    account_requests_per_minute: int = 30_000
    allowed_origins: tuple[str, ...] = ()
    default_language: str = "en"
    llm: LlmSettings = field(default_factory=LlmSettings)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Fields that this code does not know are passed over: an older unit reads a newer version."""
        names = {field.name for field in fields(cls)}
        known = {name: value for name, value in body.items() if name in names}
        llm = LlmSettings.from_json(known.get("llm", {}))
        return cls(**{**known, "allowed_origins": tuple(known.get("allowed_origins", ())), "llm": llm})

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "llm": self.llm.to_json()}
