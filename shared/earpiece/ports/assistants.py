"""What assistants need of the world: a language model, their runs, and what the account wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from earpiece.domain.articles import Article
from earpiece.domain.assistant_runs import FinalText, Run, Spent
from earpiece.domain.assistants import Assistant
from earpiece.domain.events import Participant


@dataclass(frozen=True, slots=True)
class ModelCall:
    """`messages` are OpenAI's; `schema` is that of the answer; `participants` are masked whatever they look like. No
    tool is ever offered.
    """

    model: str
    messages: Sequence[Mapping[str, str]]
    schema: Mapping[str, Any]
    most_output_tokens: int
    participants: Sequence[Participant] = ()
    purpose: str = ""  # the assistant's code: quotas and the bill know it


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """`reason` says why there is no usable text: refused, tool_call, cut_off, empty; else it is ""."""

    text: str
    spent: Spent
    reason: str = ""


class LanguageModel(Protocol):
    """The account's named models."""

    def complete(self, call: ModelCall) -> ModelAnswer:
        """Raises Unavailable when nobody answers now (a budget that is used up included), NotFound for a model that
        the account has not.
        """


@dataclass(frozen=True, slots=True)
class SuggestedReply:
    """A whole reply that the engine suggests; the id is that of the suggestion."""

    id: str
    text: str


class SuggestedReplies(Protocol):
    """What the engine would suggest to the agent who asks."""

    def top(self, conversation_id: str, based_on: int) -> Sequence[SuggestedReply]:
        """Best first; none where the engine does not answer in time: an assistant does without."""


class Assistants(Protocol):
    """The assistants of one account: its own, and those that we ship where it has none of that code."""

    def all(self) -> Sequence[Assistant]: ...
    def find(self, code: str) -> Assistant | None: ...
    def put(self, assistant: Assistant, at: datetime) -> None:
        """Make it the current one of its code; earlier versions stay readable."""

    def versions(self, code: str) -> Sequence[str]:
        """Of those that the account wrote, newest first."""


@dataclass(frozen=True, slots=True)
class Results:
    """What stands with a conversation, by the assistants' codes."""

    runs: Mapping[str, Run]
    final_texts: Mapping[str, FinalText]


class AssistantRuns(Protocol):
    """Runs of one account's assistants."""

    def start(self, run: Run, now: datetime, *, lease_s: int) -> Run:
        """Take the lease of this run id, and return the run as it is now: `run` itself when it is the caller's to do.

        One that somebody else does, or that has ended, comes back as it stands. Raises Unavailable.
        """

    def finish(self, run: Run) -> None:
        """Keep how it ended, give up the lease, and show it with the conversation; but one that came to nothing does
        not hide an earlier result. Raises Unavailable.
        """

    def results(self, conversation_id: str) -> Results: ...
    def keep_final(self, conversation_id: str, code: str, final: FinalText) -> None: ...


class Articles(Protocol):
    """What the account wrote for its customers and agents."""

    def all(self) -> Sequence[Article]: ...
    def put(self, articles: Sequence[Article]) -> None: ...
    def remove(self, article_ids: Sequence[str]) -> None: ...
