"""What an account may change: one version written once, activated by the account's pointer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, Self

from earpiece.domain.errors import InvalidInput
from earpiece.domain.llm import LlmSettings
from earpiece.domain.web_origins import is_frame_ancestor, is_link_host, is_origin

_LANGUAGE = re.compile(r"[a-z]{2}")
_ADDRESSES = (
    ("allowed_origins", is_origin, "https://host, with the port where it is not 443"),
    ("frame_ancestors", is_frame_ancestor, "https://host or https://*.host, without a path"),
    ("link_hosts", is_link_host, "host or *.host, in lower case"),
)


class Feature(StrEnum):
    """What the widget can show of an account; what is switched off is hidden."""

    SUGGESTIONS = "suggestions"
    COMPLETION = "completion"
    LINKS = "links"
    CONVERSATION = "conversation"
    SEARCH = "search"
    ASSISTANTS = "assistants"
    SUMMARY = "summary"
    FEEDBACK = "feedback"


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """Defaults are for an account that never changed anything. Scores and thresholds lie between 0 and 1.

    `allowed_origins` may call us from a browser, `frame_ancestors` may frame the widget's page (host sources of CSP);
    `link_hosts` are those that links may lead to, none meaning any.
    """

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
    frame_ancestors: tuple[str, ...] = ()
    link_hosts: tuple[str, ...] = ()
    widget_features: tuple[Feature, ...] = tuple(Feature)
    default_language: str = "en"
    llm: LlmSettings = field(default_factory=LlmSettings)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Fields that this code does not know are passed over: an older unit reads a newer version.

        So are addresses that must not come into a header, whoever wrote them.
        """
        names = {field.name for field in fields(cls)}
        known = {name: value for name, value in body.items() if name in names}
        features = known.get("widget_features", tuple(Feature))
        lists = {
            "allowed_origins": tuple(filter(is_origin, known.get("allowed_origins", ()))),
            "frame_ancestors": tuple(filter(is_frame_ancestor, known.get("frame_ancestors", ()))),
            "link_hosts": tuple(known.get("link_hosts", ())),
            "widget_features": tuple(one for one in Feature if one in features),
        }
        return cls(**{**known, **lists, "llm": LlmSettings.from_json(known.get("llm", {}))})

    def to_json(self) -> dict[str, Any]:
        features = [str(feature) for feature in self.widget_features]
        return {**asdict(self), "widget_features": features, "llm": self.llm.to_json()}

    def checked(self) -> Self:
        """The same settings; raises InvalidInput that names what cannot be meant. For whoever writes a version."""
        if not 0 <= self.suggestion_threshold <= 1:
            raise InvalidInput(f"suggestion_threshold is {self.suggestion_threshold}; give a number from 0 to 1")
        if not _LANGUAGE.fullmatch(self.default_language):
            raise InvalidInput(f"default_language is {self.default_language!r}; give two letters, such as en")
        for name in (one.name for one in fields(self)):
            value = getattr(self, name)
            if isinstance(value, int) and value < 0:
                raise InvalidInput(f"{name} is {value}; give 0 or more")
        for name, is_right, right in _ADDRESSES:
            if wrong := [text for text in getattr(self, name) if not is_right(text)]:
                raise InvalidInput(f"{name} has {wrong[0]!r}; give {right}")
        return self
