"""The routes, each with what the OpenAPI document says of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from flask import Response, g, request
from pydantic import BaseModel

from earpiece.domain.api_keys import Scope
from earpiece.domain.errors import NotFound
from earpiece.web.authentication import AGENT_HEADER
from earpiece.web.bodies import read_body
from earpiece.web.openapi import BODY_PROBLEMS, CALLER_PROBLEMS, Operation, Parameter
from suggestion_api.answer import (
    answer_completions,
    answer_search,
    answer_suggestions,
    nothing_found,
    nothing_known,
    take_moment,
)
from suggestion_api.bodies import (
    CompletionsRequest,
    CompletionsResponse,
    SearchRequest,
    SearchResponse,
    SuggestionsRequest,
    SuggestionsResponse,
)
from suggestion_api.deadline import Deadline
from suggestion_api.deps import Deps
from suggestion_api.moment import Moment
from suggestion_api.read_in_time import AccountLate

Wanted = TypeVar("Wanted", bound=CompletionsRequest)

AGENT = Parameter(AGENT_HEADER, "header", "With an API key: for whom; the platform's id of the agent")
OUR_ID = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
CONVERSATION = Parameter("conversation_id", "path", "Our id of the conversation", OUR_ID)

SUGGEST = Operation(
    "post",
    "/v1/conversations/{conversation_id}/suggestions",
    "suggest",
    "Whole replies, the rest of the sentence, links, and the pack of this turn",
    SuggestionsResponse,
    (*CALLER_PROBLEMS, *BODY_PROBLEMS, NotFound),
    requests=(SuggestionsRequest,),
    parameters=(CONVERSATION, AGENT),
)
COMPLETE = Operation(
    "post",
    "/v1/conversations/{conversation_id}/completions",
    "complete",
    "The rest of the sentence alone, and a pack where one is due",
    CompletionsResponse,
    (*CALLER_PROBLEMS, *BODY_PROBLEMS, NotFound),
    requests=(CompletionsRequest,),
    parameters=(CONVERSATION, AGENT),
)
SEARCH = Operation(
    "post",
    "/v1/replies/search",
    "search_replies",
    "Whole replies by the words in them: the account's own and the model's",
    SearchResponse,
    (*CALLER_PROBLEMS, *BODY_PROBLEMS),
    requests=(SearchRequest,),
    parameters=(AGENT,),
)


def routes(deps: Callable[[], Deps]) -> Sequence[tuple[Operation, Callable[..., Response]]]:
    """What this service answers; `deps` are connected at the first request."""

    def suggest(conversation_id: str) -> Response:
        wanted, moment, deadline = _moment(conversation_id, SuggestionsRequest, deps())
        return _json(answer_suggestions(moment, wanted, deadline))

    def complete(conversation_id: str) -> Response:
        wanted, moment, deadline = _moment(conversation_id, CompletionsRequest, deps())
        return _json(answer_completions(moment, wanted, deadline))

    def search() -> Response:
        try:
            caller = deps().authentication.caller(request, Scope.SUGGESTIONS_READ)
        except AccountLate:
            read_body(request, SearchRequest)
            return _json(nothing_found())
        settings = deps().reader.settings(caller.account)
        deps().limits.take(caller, settings[0])
        wanted = read_body(request, SearchRequest)
        deadline = Deadline.after(g.began_s, wanted.deadline_ms)
        return _json(answer_search(caller.account, wanted, deadline, settings=settings, deps=deps()))

    return ((SUGGEST, suggest), (COMPLETE, complete), (SEARCH, search))


def _moment(conversation_id: str, model: type[Wanted], deps: Deps) -> tuple[Wanted, Moment, Deadline]:
    try:
        caller = deps.authentication.caller(request, Scope.SUGGESTIONS_READ)
    except AccountLate:
        wanted = read_body(request, model)
        return wanted, nothing_known(conversation_id, wanted), Deadline.after(g.began_s, wanted.deadline_ms)
    settings = deps.reader.settings(caller.account)
    deps.limits.take(caller, settings[0])
    wanted = read_body(request, model)
    deadline = Deadline.after(g.began_s, wanted.deadline_ms)
    moment = take_moment(caller.account, conversation_id, wanted, deadline, settings=settings, deps=deps)
    return wanted, moment, deadline


def _json(body: BaseModel) -> Response:
    return Response(body.model_dump_json(), mimetype="application/json")
