"""What comes in and goes out, as the OpenAPI document shows it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from earpiece.web.bodies import Body

MAX_DRAFT_CHARS = 10_000
MAX_QUERY_CHARS = 200
MOST_FOUND = 50


class Late(StrEnum):
    """Why an answer holds less than it could."""

    ACCOUNT = "account_late"  # the registry did not answer and was never asked before: nothing is offered
    SETTINGS = "settings_late"  # the settings from before, or the defaults
    REPLIES = "replies_late"  # what is blocked is not known, or only as it was: nothing is offered until it is
    CONVERSATION = "conversation_late"  # the conversation as it was last seen, or nothing of it
    MODEL_LOADING = "model_loading"  # the account's own replies and the starter set until it is here
    MODEL_UNAVAILABLE = "model_unavailable"  # the model could not be loaded; it is tried again
    DEADLINE = "deadline"  # time ran out before everything was looked for


Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$")]
DeadlineMs = Annotated[int, Field(ge=50, le=2000)]


class CompletionsRequest(Body):
    """`cursor` in UTF-16 code units, the end of the draft if it is missing; beyond the end means the end.

    `wants_pack` when a pack is due, as the matching rules of the one that the widget has say: the answer brings one
    for how the draft may go on.
    """

    draft: str = Field(max_length=MAX_DRAFT_CHARS)
    cursor: Annotated[int, Field(ge=0, le=2 * MAX_DRAFT_CHARS)] | None = None
    language: Language | None = None
    deadline_ms: DeadlineMs = 200
    wants_pack: bool = False


class SuggestionsRequest(CompletionsRequest):
    """`pack_based_on` is the `based_on` of the pack that the widget has: unless it wants one, no other comes for the
    same turn.
    """

    pack_based_on: Annotated[int, Field(ge=0, le=10_000_000)] | None = None


Range = Annotated[
    list[int],
    Field(min_length=2, max_length=2, description="[start, end) of the draft, in UTF-16 code units, to replace"),
]
Score = Annotated[float, Field(ge=0, le=1)]


class Suggestion(BaseModel):
    """A whole reply. `slots` are the names in braces in its text, which the agent must fill."""

    id: str
    text: str
    replace: Range
    score: Score
    source: Literal["model", "canned", "starter"]
    slots: list[str]


class Completion(BaseModel):
    """Text to put in at the cursor."""

    id: str
    text: str
    replace: Range
    score: Score
    source: Literal["model", "canned", "starter"]


class Link(BaseModel):
    url: str
    title: str
    score: Score


class CompletionsResponse(BaseModel):
    """`based_on` is the number of events of the conversation that this is computed from.

    `pack` is what the widget completes from by itself: JSON of the version that it names.
    """

    set_id: str
    completion: Completion | None
    model_version: str | None
    settings_version: str | None
    based_on: int
    degraded: bool
    reasons: list[Late]
    pack: dict[str, Any] | None


class SuggestionsResponse(CompletionsResponse):
    suggestions: list[Suggestion]
    links: list[Link]


class SearchRequest(Body):
    """Words that a reply holds: case and accents do not matter, the last may be begun only, one slip each is forgiven.

    With a language, replies in another one come last. It is a body and not an address, because addresses are logged.
    """

    query: str = Field(max_length=MAX_QUERY_CHARS)
    language: Language | None = None
    count: Annotated[int, Field(ge=1, le=MOST_FOUND)] = 8
    deadline_ms: DeadlineMs = 500  # who searches waits; arranging 20,000 replies at the first search takes 350


class FoundReply(BaseModel):
    """A whole reply; the same `id` for the same reply, whatever was searched for."""

    id: str
    text: str
    score: Score
    source: Literal["model", "canned", "starter"]
    slots: list[str]


class SearchResponse(BaseModel):
    """Best first; never one that the account blocked, or has not approved where that is needed."""

    replies: list[FoundReply]
    model_version: str | None
    settings_version: str | None
    degraded: bool
    reasons: list[Late]
