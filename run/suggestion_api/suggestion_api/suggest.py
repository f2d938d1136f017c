"""Whole replies, links and the pack, for one moment of one draft."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from earpiece.domain.ids import digest
from earpiece.engine.normal import slots, text_key
from earpiece.engine.prefixes import fold
from earpiece.engine.suggestions import Offer, distinct
from suggestion_api.bodies import Link, Suggestion
from suggestion_api.moment import Moment
from suggestion_api.own_replies import OwnReplies, Unwanted, starters

LINK_COUNT = 3


def suggest_replies(moment: Moment) -> list[Suggestion]:
    """At most as many as the account wants, best first, none under its threshold; ties by id.

    The model's come first, then the account's own, and the starter set only while there is no model. None of them is
    blocked, was said lately, or nearly repeats one before it.
    """
    if moment.replies is None:
        return []
    threshold = moment.settings.suggestion_threshold
    good = (offer for offer in _offers(moment, moment.replies) if offer["score"] >= threshold)
    chosen = distinct(good, moment.settings.suggestion_count)
    return [_suggestion(offer, moment) for offer in chosen]


def suggest_links(moment: Moment) -> list[Link]:
    """Links that agents sent in like conversations; only such as a browser opens safely."""
    if moment.served is None:
        return []
    found = moment.served.model.scored_urls(moment.context(), LINK_COUNT)
    return [Link(url=url, title=_title(url), score=_share(score)) for url, score in found if url.startswith("https://")]


def pack_for(moment: Moment) -> dict[str, Any] | None:
    """What the widget completes from by itself in this turn; None when there is nothing to complete from."""
    if moment.replies is None:
        return None
    context = moment.context()
    own = moment.replies.canned(moment.language)
    sources = [moment.served.model] if moment.served else [own, starters(moment.language)]
    for source in sources:
        pack: dict[str, Any] = json.loads(source.pack(context))
        if pack["replies"]:
            return _allowed(pack, moment.unwanted(moment.replies))
    return None


def _offers(moment: Moment, replies: OwnReplies) -> Iterator[Offer]:
    context, typed, most = moment.context(), moment.draft.before_cursor, moment.settings.suggestion_count
    unwanted = moment.unwanted(replies)
    if moment.served:
        offers = moment.served.model.suggest(context, typed, most, exclude=unwanted)
        yield from _as_edited(offers, replies, typed)
    yield from replies.canned(moment.language).suggest(context, typed, most, exclude=unwanted)
    if moment.served is None:
        # Nobody has to approve these, but somebody may have blocked one.
        refused = Unwanted(replies, needs_approval=False, already_said=unwanted.already_said)
        yield from starters(moment.language).suggest(context, typed, most, exclude=refused)


def _as_edited(offers: list[Offer], replies: OwnReplies, typed: str) -> Iterator[Offer]:
    for offer in offers:
        text = replies.edited.get(offer["reply_id"], offer["text"])
        if fold(text).startswith(fold(typed.strip())) or text == offer["text"]:
            yield Offer(text=text, score=offer["score"], reply_id=offer["reply_id"], source=offer["source"])


def _suggestion(offer: Offer, moment: Moment) -> Suggestion:
    return Suggestion(
        id=digest("suggestion", moment.set_id, offer["reply_id"]),
        text=offer["text"],
        replace=[0, moment.draft.length],
        score=_share(offer["score"]),
        source=offer["source"],  # type: ignore[arg-type]  # the engine's three sources
        slots=slots(offer["text"]),
    )


def _allowed(pack: dict[str, Any], unwanted: Unwanted) -> dict[str, Any]:
    # What was said lately may be typed again; what is blocked may not come up.
    forbidden = Unwanted(unwanted.replies, unwanted.needs_approval)
    kept = [reply for reply in pack["replies"] if text_key(reply[0]) not in forbidden]
    return {**pack, "replies": kept}


def _title(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path.rstrip('/')}"


def _share(score: float) -> float:
    return round(min(1.0, max(0.0, score)), 6)
