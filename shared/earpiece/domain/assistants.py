"""An assistant is data: what it is told, what it reads, the schema of its answer, and when it runs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, Self

from earpiece.domain.errors import InvalidInput
from earpiece.domain.ids import digest

_CODE = re.compile(r"[a-z][a-z0-9-]{1,39}")
FORMAT = "1"  # of what a model is sent: another one makes other answers of the same assistant


class Trigger(StrEnum):
    """What makes an assistant run."""

    ASKED = "asked"
    ENDED = "ended"
    TRANSFERRED = "transferred"
    AGENT_LEFT = "agent_left"


class Skip(StrEnum):
    """Why an assistant was not asked: nothing was sent and nothing paid."""

    EMPTY = "empty"  # nobody said anything
    BOT_ONLY = "bot_only"  # no agent's and no customer's turn
    TOO_SHORT = "too_short"  # fewer of the customer's turns than the assistant needs
    OTHER_CHANNEL = "other_channel"
    NO_SOURCES = "no_sources"  # nothing that the account wrote is about this
    NO_MODEL = "no_model"  # the account has no language model of that name, or no key for the gateway


class Language(StrEnum):
    """Which language an assistant writes in."""

    ACCOUNT = "account"  # the agents' own: the setting `default_language`
    CUSTOMER = "customer"
    TEXT = "text"  # that of the text which the agent gave


@dataclass(frozen=True, slots=True)
class Reads:
    """What an assistant is shown. `newest_turns` 0 is all of them; with `is_divided` a long conversation is read in
    segments of at most `segment_characters`, else its oldest turns are left out.

    `options` are what the agent may choose from; `takes_text` says that the agent gives a text with it.
    """

    newest_turns: int = 0
    segment_characters: int = 24_000
    most_segments: int = 8
    is_divided: bool = True
    articles: int = 0
    replies: int = 0
    takes_text: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conditions:
    """When an assistant is worth asking; no `channels` are all."""

    customer_turns: int = 2
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assistant:
    """`schema` is JSON Schema in the subset of `earpiece.assistants.schema`; `model` one of the account's names."""

    code: str
    name: str
    instructions: str
    schema: Mapping[str, Any]
    model: str = "assistants"
    triggers: tuple[Trigger, ...] = (Trigger.ASKED,)
    reads: Reads = field(default_factory=Reads)
    conditions: Conditions = field(default_factory=Conditions)
    language: Language = Language.ACCOUNT
    most_output_tokens: int = 1200

    @property
    def version(self) -> str:
        """The same for the same words: a version is never written twice with different ones."""
        return digest("assistant", FORMAT, json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False))[:12]

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Raises InvalidInput; fields that this code does not know are passed over."""
        try:
            known = known_fields(cls, body)
            reads, conditions = (
                known_fields(Reads, known.get("reads", {})),
                known_fields(Conditions, known.get("conditions", {})),
            )
            parts: dict[str, Any] = {
                "triggers": tuple(Trigger(one) for one in known.get("triggers", ("asked",))),
                "language": Language(known.get("language", "account")),
                "reads": Reads(**{**reads, "options": tuple(reads.get("options", ()))}),
                "conditions": Conditions(**{**conditions, "channels": tuple(conditions.get("channels", ()))}),
            }
            return cls(**{**known, **parts})._checked()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidInput(f"the assistant cannot be read: {error}") from error

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def _checked(self) -> Self:
        if not _CODE.fullmatch(self.code):
            raise InvalidInput("an assistant's code is 2 to 40 characters of a-z, 0-9 and -, starting with a letter")
        if not self.instructions.strip() or self.schema.get("type") != "object":
            raise InvalidInput(f"the assistant {self.code} needs instructions, and a schema of an object")
        return self


@dataclass(frozen=True, slots=True)
class Asked:
    """What an agent gives with the request: a text of their own, one of the assistant's options."""

    text: str = ""
    option: str = ""


def known_fields(kind: type[Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """Those that a dataclass has: what a newer version wrote besides is passed over."""
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in body.items() if name in names}
