"""What comes in and goes out, as the OpenAPI document shows it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from earpiece.domain.assistant_runs import RunState
from earpiece.domain.assistants import Trigger
from earpiece.domain.conversations import ConversationStatus
from earpiece.domain.events import Role, Visibility
from earpiece.domain.settings import Feature
from earpiece.web.bodies import Body

# No text of a person fits in here: 1 to 64 characters of what an id is made of.
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
HashedId = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
PlatformId = Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$")]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
SignedCount = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
Milliseconds = Annotated[int, Field(ge=0, le=2_678_400_000)]


class AgentTokenRequest(Body):
    """With an API key that has the scope `tokens:create`: a token for this agent."""

    model_config = ConfigDict(
        json_schema_extra={"not": {"anyOf": [{"required": ["embed_token"]}, {"required": ["platform"]}]}}
    )

    agent_id: PlatformId = Field(description="The platform's id of the agent")


class EmbedTokenRequest(Body):
    """A one-use JWT, HS256 under the account's embed secret.

    `iss` account, `sub` agent, `aud` earpiece, `jti`, `iat`, and `exp` at most five minutes later.
    """

    embed_token: str = Field(min_length=1, max_length=4096)


class GenesysTokenRequest(Body):
    """An agent's own token of Genesys Cloud, which we show to Genesys to hear whose it is."""

    model_config = ConfigDict(json_schema_extra={"not": {"required": ["embed_token"]}})

    platform: Literal["genesys"]
    platform_token: str = Field(max_length=4096, pattern=r"^[A-Za-z0-9._~+/=-]+$")


class SalesforceTokenRequest(Body):
    """The signed request that Salesforce posts to a Canvas app, as it came; it works once."""

    model_config = ConfigDict(json_schema_extra={"not": {"required": ["embed_token"]}})

    platform: Literal["salesforce"]
    signed_request: str = Field(max_length=32_768, pattern=r"^[A-Za-z0-9+/=]+\.[A-Za-z0-9+/=]+$")


class TokenResponse(BaseModel):
    token: str
    expires_at: AwareDatetime
    expires_in_s: int


class ParticipantResponse(BaseModel):
    """Ids are the platform's, so that the widget can find itself in its page."""

    participant_id: str
    role: Role
    name: str | None


class AttachmentResponse(BaseModel):
    attachment_id: str
    name: str
    media_type: str
    size_bytes: int | None


class MessageResponse(BaseModel):
    """A removed message keeps its place and has no text; a private one is a note between agents."""

    message_id: str
    role: Role
    participant_id: str | None
    text: str
    content_type: str
    visibility: Visibility
    sent_at: AwareDatetime
    edited_at: AwareDatetime | None
    is_removed: bool
    attachments: list[AttachmentResponse]


class AssistantRequest(Body):
    """`text` and `option` for an assistant that takes them. With `is_try_out` nothing is stored, and a past
    conversation of the account serves as well as an open one.
    """

    text: str = Field(default="", max_length=8_000)
    option: str = Field(default="", max_length=40)
    is_try_out: bool = False


class RunnableAssistant(BaseModel):
    """`takes_text`: it works on a text that the agent gives, with one of `options` where it has some."""

    code: str
    title: str
    takes_text: bool
    options: list[str]


class CapabilitiesResponse(BaseModel):
    """What the widget can do for this account; what is absent is not shown. No `link_hosts`: any https link."""

    features: list[Feature]
    assistants: list[RunnableAssistant]
    default_language: str
    link_hosts: list[str]


class FinalTextRequest(Body):
    """What the agent made of a result, or wrote by hand while no model answered."""

    text: str = Field(min_length=1, max_length=20_000)


class AssistantResultResponse(BaseModel):
    """What an assistant made of a conversation, or why not.

    `result` fits the assistant's schema, `text` is the same to read and edit. `is_stale`: something was said since.
    `is_trimmed`: turns were left out. A run that waits is tried again by itself; `reason` says what it waits for.
    """

    code: str
    run_id: str | None
    state: RunState | None
    reason: str
    is_stale: bool
    is_trimmed: bool
    text: str
    result: dict[str, Any] | None
    trigger: Trigger | None
    assistant_version: str | None
    model: str | None
    based_on: int | None
    finished_at: AwareDatetime | None
    final_text: str | None
    final_at: AwareDatetime | None


class ConversationResponse(BaseModel):
    """`based_on` is how many events this is the fold of; suggestions say on how many they are based."""

    conversation_id: HashedId
    platform: str
    platform_conversation_id: str
    status: ConversationStatus
    started_at: AwareDatetime
    ended_at: AwareDatetime | None
    last_message_at: AwareDatetime | None
    agent_id: str | None
    channel: str | None
    locale: str | None
    segment_count: int
    event_count: int
    based_on: int
    participants: list[ParticipantResponse]
    messages: list[MessageResponse]
    assistants: list[AssistantResultResponse]


class FeedbackKind(StrEnum):
    SHOWN = "shown"
    ACCEPTED = "accepted"
    COPIED = "copied"
    DISMISSED = "dismissed"
    RATED = "rated"
    SENT = "sent"
    IGNORED = "ignored"


class Rating(StrEnum):
    UP = "up"
    DOWN = "down"


class Augmentation(StrEnum):
    """How a part of a sent message came about."""

    FREEHAND = "FREEHAND"
    AUTOSUGGEST = "AUTOSUGGEST"
    PHRASE_AUTOCOMPLETE = "PHRASE_AUTOCOMPLETE"
    GLOBAL_INSERT = "GLOBAL_INSERT"


class SuggestionEvent(Body):
    """What an agent did with a suggestion. `event_id` is the widget's own: sent again, it is the same event."""

    event_id: PlatformId
    conversation_id: HashedId
    kind: FeedbackKind
    occurred_at: AwareDatetime
    set_id: Id | None = None
    suggestion_id: Id | None = None
    position: Count | None = None
    source: Id | None = None
    model_version: Id | None = None
    settings_version: Id | None = None
    rating: Rating | None = Field(None, description="Of `rated`, which needs it")
    augmentation_types: list[Augmentation] = Field(default=[], max_length=100)
    edit_count: Count | None = None
    key_count: Count | None = None
    sent_character_count: Count | None = None
    saved_keystroke_count: SignedCount | None = Field(None, description="As the widget counted them, net of edits")
    presented_completion_count: Count | None = None
    accepted_completion_count: Count | None = None
    time_to_action_ms: Milliseconds | None = None
    crafting_time_ms: Milliseconds | None = None
    dwell_time_ms: Milliseconds | None = None

    @model_validator(mode="after")
    def _is_rated(self) -> Self:
        if self.kind is FeedbackKind.RATED and self.rating is None:
            raise ValueError("what is rated needs a rating: up or down")
        return self


class FeedbackRequest(Body):
    events: list[SuggestionEvent] = Field(min_length=1, max_length=100)


class FeedbackResponse(BaseModel):
    accepted: int
