"""The routes, each with what the OpenAPI document says of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, request
from pydantic import BaseModel

from conversation_api.bodies import (
    AgentTokenRequest,
    AssistantRequest,
    AssistantResultResponse,
    CapabilitiesResponse,
    ConversationResponse,
    EmbedTokenRequest,
    FeedbackRequest,
    FeedbackResponse,
    FinalTextRequest,
    GenesysTokenRequest,
    SalesforceTokenRequest,
    TokenResponse,
)
from conversation_api.capabilities import capabilities
from conversation_api.deps import Deps
from conversation_api.issue_token import issue_for_agent, issue_for_embed_token
from conversation_api.read_conversation import read_conversation
from conversation_api.record_feedback import record_feedback
from conversation_api.run_assistant import keep_final_text, run_assistant
from conversation_api.settings import Settings
from conversation_api.sign_in import issue_for_platform
from earpiece.domain.api_keys import Scope
from earpiece.domain.errors import InvalidInput, InvalidToken, NotFound
from earpiece.domain.ids import conversation_id as hashed_id
from earpiece.platforms import PLATFORMS
from earpiece.platforms.salesforce_sign_in import PLATFORM as SALESFORCE
from earpiece.web.authentication import AGENT_HEADER, Caller
from earpiece.web.bodies import checked, read_body, read_json
from earpiece.web.context import current_trace
from earpiece.web.openapi import BODY_PROBLEMS, CALLER_PROBLEMS, Operation, Parameter
from earpiece.web.tokens import LIFE, IssuedToken

AGENT = Parameter(AGENT_HEADER, "header", "With an API key: for whom; the platform's id of the agent")
OUR_ID = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
CONVERSATION = Parameter("conversation_id", "path", "Our id of the conversation", OUR_ID)
CODE = Parameter("code", "path", "The assistant", {"type": "string", "pattern": "^[a-z][a-z0-9-]{1,39}$"})
CAPABILITIES_KEPT_S = 15  # with the copies of registry and settings, a change is seen within 60 s
IF_NONE_MATCH = Parameter("If-None-Match", "header", "The ETag of the answer before; 304 while it is still so")
PLATFORM = Parameter("platform", "path", "The platform", {"type": "string", "enum": sorted(PLATFORMS)})
PLATFORM_ID = Parameter(
    "platform_id",
    "path",
    "The platform's id of the conversation, at most 1,024 bytes of UTF-8; slashes may stand as they are",
    {"type": "string", "minLength": 1, "maxLength": 256},  # characters: of any script, these fit
    spans_slashes=True,
)

ACCOUNT = Parameter(
    "account", "query", "With a platform's proof: whose agent it is. Pages of another origin always say it"
)

CREATE_TOKEN = Operation(
    "post",
    "/v1/token",
    "create_token",
    "A widget's token of ten minutes for one agent, for an API key, a one-use embed token, or a platform's proof",
    TokenResponse,
    (*CALLER_PROBLEMS, *BODY_PROBLEMS),
    requests=(AgentTokenRequest, EmbedTokenRequest, GenesysTokenRequest, SalesforceTokenRequest),
    parameters=(ACCOUNT,),
    security=("apiKey",),
    needs_security=False,
)
GET_CAPABILITIES = Operation(
    "get",
    "/v1/capabilities",
    "get_capabilities",
    "What the widget can do for this account; the same for all its agents",
    CapabilitiesResponse,
    CALLER_PROBLEMS,
    parameters=(AGENT, IF_NONE_MATCH),
    has_etag=True,
)
GET_CONVERSATION = Operation(
    "get",
    "/v1/conversations/{conversation_id}",
    "get_conversation",
    "A conversation as it stands; 404 before its first event",
    ConversationResponse,
    (*CALLER_PROBLEMS, NotFound),
    parameters=(CONVERSATION, AGENT, IF_NONE_MATCH),
    has_etag=True,
)
FIND_CONVERSATION = Operation(
    "get",
    "/v1/conversations/by-platform-id/{platform}/{platform_id}",
    "find_conversation",
    "The same, by the platform's own id",
    ConversationResponse,
    (*CALLER_PROBLEMS, NotFound),
    parameters=(PLATFORM, PLATFORM_ID, AGENT, IF_NONE_MATCH),
    has_etag=True,
)
RUN_ASSISTANT = Operation(
    "post",
    "/v1/conversations/{conversation_id}/assistants/{code}",
    "run_assistant",
    "An assistant's result for the conversation as it stands; asked again with nothing new, the stored one",
    AssistantResultResponse,
    (*CALLER_PROBLEMS, *BODY_PROBLEMS, NotFound),
    requests=(AssistantRequest,),
    parameters=(CONVERSATION, CODE, AGENT),
)
KEEP_FINAL_TEXT = Operation(
    "put",
    "/v1/conversations/{conversation_id}/assistants/{code}",
    "keep_final_text",
    "What the agent made of the result, or wrote without one",
    AssistantResultResponse,
    (*CALLER_PROBLEMS, *BODY_PROBLEMS, NotFound),
    requests=(FinalTextRequest,),
    parameters=(CONVERSATION, CODE, AGENT),
)
RECORD_FEEDBACK = Operation(
    "post",
    "/v1/feedback",
    "record_feedback",
    "What agents did with suggestions; the same event id again is the same event",
    FeedbackResponse,
    (*CALLER_PROBLEMS, *BODY_PROBLEMS),
    status=202,
    requests=(FeedbackRequest,),
    parameters=(AGENT,),
)


def routes(deps: Callable[[], Deps], settings: Settings) -> Sequence[tuple[Operation, Callable[..., Response]]]:
    """What this service answers; `deps` are connected at the first request."""

    def create_token() -> Response:
        body = read_json(request)
        if "embed_token" in body:
            return _token(_for_embed_token(checked(body, EmbedTokenRequest), deps()))
        if "platform" in body:
            return _token(_for_platform(_proof(body), deps()))
        _, account = deps().authentication.key(request, Scope.TOKENS_CREATE)
        wanted = checked(body, AgentTokenRequest)
        deps().limits.take(Caller(account, wanted.agent_id), deps().settings_of(account))
        return _token(issue_for_agent(account, wanted.agent_id, deps=deps()))

    def get_capabilities() -> Response:
        account = _caller(deps(), None).account
        found = capabilities(deps().settings_of(account), deps().assistants(account).all())
        return _unless_known(found, f"private, max-age={CAPABILITIES_KEPT_S}")

    def get_conversation(conversation_id: str) -> Response:
        caller = _caller(deps(), Scope.CONVERSATIONS_READ)
        return _unless_known(read_conversation(conversation_id, deps().conversations(caller.account)))

    def find_conversation(platform: str, platform_id: str) -> Response:
        caller = _caller(deps(), Scope.CONVERSATIONS_READ)
        wanted = hashed_id(caller.account.account_id, platform, platform_id)
        return _unless_known(read_conversation(wanted, deps().conversations(caller.account)))

    def ask_assistant(conversation_id: str, code: str) -> Response:
        caller = _caller(deps(), Scope.ASSISTANTS_RUN)
        wanted = read_body(request, AssistantRequest)
        result = run_assistant(
            conversation_id,
            code,
            wanted,
            account=caller.account,
            passed_on=_passed_on(),
            trace=current_trace(),
            deps=deps(),
            settings=settings,
        )
        return _json(result, 200)

    def final_text(conversation_id: str, code: str) -> Response:
        caller = _caller(deps(), Scope.ASSISTANTS_RUN)
        if caller.agent_id is None:
            raise InvalidInput(f"an API key says whose text it is: set the header {AGENT_HEADER}")
        wanted = read_body(request, FinalTextRequest)
        result = keep_final_text(
            conversation_id,
            code,
            wanted.text,
            account=caller.account,
            agent_id=caller.agent_id,
            deps=deps(),
        )
        return _json(result, 200)

    def feedback() -> Response:
        caller = _caller(deps(), Scope.FEEDBACK_WRITE)
        if caller.agent_id is None:
            raise InvalidInput(f"an API key says whose feedback it is: set the header {AGENT_HEADER}")
        wanted = read_body(request, FeedbackRequest)
        accepted = record_feedback(
            wanted.events,
            account_id=caller.account.account_id,
            agent_id=caller.agent_id,
            trace=current_trace(),
            deps=deps(),
            settings=settings,
        )
        return _json(FeedbackResponse(accepted=accepted), 202)

    return (
        (CREATE_TOKEN, create_token),
        (GET_CAPABILITIES, get_capabilities),
        (GET_CONVERSATION, get_conversation),
        (FIND_CONVERSATION, find_conversation),
        (RUN_ASSISTANT, ask_assistant),
        (KEEP_FINAL_TEXT, final_text),
        (RECORD_FEEDBACK, feedback),
    )


def _passed_on() -> dict[str, str]:
    return {name: request.headers[name] for name in ("Authorization", AGENT_HEADER) if name in request.headers}


def _caller(deps: Deps, scope: Scope | None) -> Caller:
    caller = deps.authentication.caller(request, scope)
    deps.limits.take(caller, deps.settings_of(caller.account))
    return caller


def _for_embed_token(wanted: EmbedTokenRequest, deps: Deps) -> IssuedToken:
    try:
        return issue_for_embed_token(wanted.embed_token, deps=deps)
    except InvalidToken:
        deps.authentication.refused(request)
        raise


def _proof(body: dict[str, Any]) -> GenesysTokenRequest | SalesforceTokenRequest:
    is_salesforce = body["platform"] == SALESFORCE
    return checked(body, SalesforceTokenRequest) if is_salesforce else checked(body, GenesysTokenRequest)


def _for_platform(proof: GenesysTokenRequest | SalesforceTokenRequest, deps: Deps) -> IssuedToken:
    deps.authentication.not_refused(request)
    try:
        return issue_for_platform(request.args.get("account", ""), proof, deps=deps)
    except InvalidToken:
        deps.authentication.refused(request)
        raise


def _token(issued: IssuedToken) -> Response:
    return _json(
        TokenResponse(token=issued.text, expires_at=issued.expires_at, expires_in_s=int(LIFE.total_seconds())), 200
    )


def _unless_known(body: BaseModel, kept: str = "private, no-cache") -> Response:
    """The body with its ETag, or 304 when the caller has it; `kept` says how long a browser may go without asking."""
    response = _json(body, 200)
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.headers["Cache-Control"] = kept
    response.vary.add("Authorization")  # the address is the same for every account
    response.make_conditional(request)
    return response


def _json(body: BaseModel, status: int) -> Response:
    return Response(body.model_dump_json(), status, mimetype="application/json")
