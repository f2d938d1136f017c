"""One request: read what there is in time, ask the engine, and say what was late."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog

from earpiece.domain.accounts import Account
from earpiece.domain.settings import AccountSettings
from earpiece.engine.normal import slots
from earpiece.engine.suggestions import Offer
from earpiece.telemetry.logs import bind_ids
from suggestion_api.bodies import (
    CompletionsRequest,
    CompletionsResponse,
    FoundReply,
    Late,
    Link,
    SearchRequest,
    SearchResponse,
    SuggestionsRequest,
    SuggestionsResponse,
)
from suggestion_api.complete import complete
from suggestion_api.deadline import Deadline
from suggestion_api.deps import Deps
from suggestion_api.draft import Draft
from suggestion_api.language import choose_language
from suggestion_api.moment import Moment
from suggestion_api.search_replies import search_replies
from suggestion_api.serve_models import ModelShelf, ServedModel
from suggestion_api.suggest import pack_for, suggest_links, suggest_replies

log = structlog.get_logger()

_packing = threading.Lock()  # packs are computation alone: two at once in one process only hold each other up

Found = TypeVar("Found")


def answer_suggestions(moment: Moment, wanted: SuggestionsRequest, deadline: Deadline) -> SuggestionsResponse:
    """Replies first: what the deadline leaves no time for is left out, and the answer says so."""
    began_s = time.perf_counter()
    late = list(moment.late)
    suggestions = suggest_replies(moment)
    completion = _if_time(lambda: complete(moment), None, deadline, late)
    no_links: list[Link] = []
    links = _if_time(lambda: suggest_links(moment), no_links, deadline, late)
    needs_pack = wanted.wants_pack or wanted.pack_based_on != moment.based_on
    pack = _pack_if_time(moment, deadline, late) if needs_pack else None
    _tell(moment, began_s, late, suggestion_count=len(suggestions), has_completion=completion is not None)
    return SuggestionsResponse(
        suggestions=suggestions, links=links, pack=pack, completion=completion, **_about(moment, late)
    )


def answer_completions(moment: Moment, wanted: CompletionsRequest, deadline: Deadline) -> CompletionsResponse:
    """The completion first; the pack, where it is wanted, if there is time."""
    began_s = time.perf_counter()
    late = list(moment.late)
    completion = complete(moment)
    pack = _pack_if_time(moment, deadline, late) if wanted.wants_pack else None
    _tell(moment, began_s, late, suggestion_count=0, has_completion=completion is not None)
    return CompletionsResponse(completion=completion, pack=pack, **_about(moment, late))


def take_moment(
    account: Account,
    conversation_id: str,
    wanted: CompletionsRequest,
    deadline: Deadline,
    *,
    settings: tuple[AccountSettings, bool],
    deps: Deps,
) -> Moment:
    """Everything that the answer depends on, read within the deadline. Raises NotFound."""
    bind_ids(conversation_id=conversation_id)
    reading = deps.reader.read(account, conversation_id, deadline)
    served, model_late = _model(account, deps.models)
    return Moment(
        account=account,
        settings=settings[0],
        conversation_id=conversation_id,
        conversation=reading.conversation,
        replies=reading.replies,
        served=served,
        draft=Draft.at(wanted.draft, wanted.cursor),
        language=choose_language(wanted.language, reading.conversation, settings[0].default_language),
        late=(*((Late.SETTINGS,) if settings[1] else ()), *reading.late, *model_late),
    )


def answer_search(
    account: Account, wanted: SearchRequest, deadline: Deadline, *, settings: tuple[AccountSettings, bool], deps: Deps
) -> SearchResponse:
    """The replies that hold what is searched for; while it is not known what the account blocked, none."""
    began_s = time.perf_counter()
    replies, replies_late = deps.reader.replies(account, deadline)
    served, model_late = _model(account, deps.models)
    late = [*((Late.SETTINGS,) if settings[1] else ()), *replies_late, *model_late]
    found: list[Offer] = []
    if replies is not None:
        searched = search_replies(
            wanted, deadline, settings=settings[0], replies=replies, served=served, pool=deps.arranger
        )
        found = searched.found
        late += [Late.DEADLINE] if searched.is_late else []
    log.info(
        "replies_searched",
        engine_ms=round((time.perf_counter() - began_s) * 1000, 2),
        model_version=served.version if served else None,
        reply_count=len(found),
        late=[reason.value for reason in late],
    )
    return SearchResponse(
        replies=[_found(offer) for offer in found],
        model_version=served.version if served else None,
        settings_version=account.settings_version,
        degraded=bool(late),
        reasons=late,
    )


def nothing_found() -> SearchResponse:
    """When not even the account can be read."""
    return SearchResponse(replies=[], model_version=None, settings_version=None, degraded=True, reasons=[Late.ACCOUNT])


def nothing_known(conversation_id: str, wanted: CompletionsRequest) -> Moment:
    """When not even the account can be read: nothing is offered, and the widget goes on."""
    return Moment(
        account=Account("unknown"),
        settings=AccountSettings(),
        conversation_id=conversation_id,
        conversation=None,
        replies=None,
        served=None,
        draft=Draft.at(wanted.draft, wanted.cursor),
        language="",
        late=(Late.ACCOUNT,),
    )


def _model(account: Account, models: ModelShelf) -> tuple[ServedModel | None, tuple[Late, ...]]:
    """What serves the account, and why nothing does though something should."""
    served = models.model_of(account)
    if served or account.model_version is None:
        return served, ()
    return None, (Late.MODEL_LOADING if models.is_loading(account) else Late.MODEL_UNAVAILABLE,)


def _found(offer: Offer) -> FoundReply:
    return FoundReply(
        id=offer["reply_id"],
        text=offer["text"],
        score=offer["score"],
        source=offer["source"],  # type: ignore[arg-type]  # the engine's three sources
        slots=slots(offer["text"]),
    )


def _pack_if_time(moment: Moment, deadline: Deadline, late: list[Late]) -> dict[str, Any] | None:
    """The pack, when its turn comes in time."""
    is_ours = _packing.acquire(timeout=deadline.left_s)
    try:
        return _if_time(lambda: pack_for(moment), None, deadline, late)
    finally:
        if is_ours:
            _packing.release()


def _if_time(find: Callable[[], Found], otherwise: Found, deadline: Deadline, late: list[Late]) -> Found:
    if not deadline.is_over:
        return find()
    if Late.DEADLINE not in late:
        late.append(Late.DEADLINE)
    return otherwise


def _about(moment: Moment, late: list[Late]) -> dict[str, Any]:
    return {
        "set_id": moment.set_id,
        "model_version": moment.model_version,
        "settings_version": moment.account.settings_version,
        "based_on": moment.based_on,
        "degraded": bool(late),
        "reasons": late,
    }


def _tell(moment: Moment, began_s: float, late: list[Late], **facts: Any) -> None:
    log.info(
        "suggestions_served",
        engine_ms=round((time.perf_counter() - began_s) * 1000, 2),
        model_version=moment.model_version,
        late=[reason.value for reason in late],
        **facts,
    )
