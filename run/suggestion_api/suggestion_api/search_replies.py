"""Replies by the words in them, as an agent remembers them: the account's own, then the model's, in one order."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

from earpiece.domain.settings import AccountSettings
from earpiece.engine.suggestions import Offer, distinct
from suggestion_api.bodies import SearchRequest
from suggestion_api.deadline import Deadline
from suggestion_api.language import two_letters
from suggestion_api.own_replies import OwnReplies, Unwanted, searched_starters
from suggestion_api.reply_set import ReplySet
from suggestion_api.serve_models import ServedModel


@dataclass(frozen=True, slots=True)
class Searched:
    """`is_late`: some replies were still being arranged by their words, and are not among `found`."""

    found: list[Offer]
    is_late: bool


def search_replies(
    wanted: SearchRequest,
    deadline: Deadline,
    *,
    settings: AccountSettings,
    replies: OwnReplies,
    served: ServedModel | None,
    pool: Executor,
) -> Searched:
    """At most `wanted.count` replies that fit, best first, no two that say the same; never one that is blocked.

    Replies are arranged by their words at the first search after they changed, in `pool`.
    """
    language = two_letters(wanted.language)
    own = replies.searched.get(replies.by_words, pool, deadline.left_to_read_s)
    found = [_own(own, wanted.query, language, replies)] if own else []
    is_late = own is None
    if served is None:
        starters = searched_starters(language or two_letters(settings.default_language))
        found.append(_own(starters, wanted.query, language, replies))
    elif of_model := served.searched.get(partial(ReplySet.of_model, served.model), pool, deadline.left_to_read_s):
        unwanted = Unwanted(replies, needs_approval=not settings.auto_approve_replies)
        found.append(_of_model(of_model, wanted.query, language, unwanted))
    else:
        is_late = True
    best_first = heapq.merge(*found, key=lambda offer: -offer["score"])
    return Searched(distinct(best_first, wanted.count), is_late)


def _own(searched: ReplySet, query: str, language: str, replies: OwnReplies) -> Iterator[Offer]:
    """Those that may be said: an edited one may have become one that is blocked elsewhere."""
    for offer in searched.search(query, language):
        if replies.keys.reply_id(offer["text"]) not in replies.blocked:
            yield offer


def _of_model(searched: ReplySet, query: str, language: str, unwanted: Unwanted) -> Iterator[Offer]:
    """Those that the account did not decide on: those it did are found among its own, as it wants them said."""
    for offer in searched.search(query, language):
        if offer["reply_id"] not in unwanted.replies.decided and not unwanted.forbids(offer["reply_id"]):
            yield offer
