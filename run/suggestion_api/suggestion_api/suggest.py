"""Whole replies, links and the pack, for one moment of one draft."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from earpiece.domain.ids import digest
from earpiece.engine.normal import slots
from earpiece.engine.prefixes import fold
from earpiece.engine.suggestions import Offer, beside
from suggestion_api.bodies import Link, Suggestion
from suggestion_api.moment import Moment
from suggestion_api.own_replies import OwnReplies, Unwanted, starter_keys, starters
from suggestion_api.text_keys import TextKeys

LINK_COUNT = 3


def suggest_replies(moment: Moment) -> list[Suggestion]:
    """At most as many as the account wants, best first, none under its threshold; ties by id.

    The model's come first, then the account's own, and the starter set only while there is no model. While something
    is typed, one of the account's own that begins so has a place. None of them is blocked, was said lately, or nearly
    repeats one before it.
    """
    if moment.replies is None:
        return []
    of_model, own = (
        [offer for offer in offers if offer["score"] >= moment.settings.suggestion_threshold]
        for offers in (_of_model(moment, moment.replies), _own(moment, moment.replies))
    )
    chosen = beside(of_model, own, moment.draft.before_cursor, moment.settings.suggestion_count)
    return [_suggestion(offer, moment) for offer in chosen]


def suggest_links(moment: Moment) -> list[Link]:
    """Links that agents sent in like conversations; only such as a browser opens safely."""
    if moment.served is None:
        return []
    found = moment.served.model.scored_urls(moment.context(), LINK_COUNT)
    return [Link(url=url, title=_title(url), score=_share(score)) for url, score in found if url.startswith("https://")]


def pack_for(moment: Moment) -> dict[str, Any] | None:
    """What the widget completes from by itself from here on; None when there is nothing to complete from.

    What was said lately may be typed again; what is blocked may not come up, and an edited reply comes as it is now.
    """
    if moment.replies is None:
        return None
    context, typed = moment.context(), moment.draft.before_cursor
    needs_approval = not moment.settings.auto_approve_replies
    if moment.served:
        pack = _read(moment.served.model.pack(context, typed))
        return pack and _allowed(pack, Unwanted(moment.replies, needs_approval), moment.served.keys)
    # The account's own are approved, and the starter set need not be; but somebody may have blocked one.
    blocked = Unwanted(moment.replies, needs_approval=False)
    if own := _read(moment.replies.canned(moment.language).pack(context, typed)):
        return _allowed(own, blocked, moment.replies.keys)
    starter = _read(starters(moment.language).pack(context, typed))
    return starter and _allowed(starter, blocked, starter_keys())


def _of_model(moment: Moment, replies: OwnReplies) -> Iterator[Offer]:
    if moment.served:
        typed, most = moment.draft.before_cursor, moment.settings.suggestion_count
        offers = moment.served.model.suggest(moment.context(), typed, most, exclude=moment.unwanted(replies))
        yield from _still_fitting(offers, replies, typed)


def _own(moment: Moment, replies: OwnReplies) -> Iterator[Offer]:
    context, typed, most = moment.context(), moment.draft.before_cursor, moment.settings.suggestion_count
    # The account's own are approved, and the starter set need not be; but somebody may have blocked one.
    refused = Unwanted(replies, needs_approval=False, already_said=moment.unwanted(replies).already_said)
    yield from replies.canned(moment.language).suggest(context, typed, most, exclude=refused)
    if moment.served is None:
        yield from starters(moment.language).suggest(context, typed, most, exclude=refused)


def _still_fitting(offers: list[Offer], replies: OwnReplies, typed: str) -> Iterator[Offer]:
    for offer in offers:
        text = _as_edited(offer["reply_id"], offer["text"], replies)
        if text is not None and (text == offer["text"] or fold(text).startswith(fold(typed.strip()))):
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


def _read(packed: bytes) -> dict[str, Any] | None:
    """The pack; None where it has neither a whole reply nor a word that may come next."""
    pack: dict[str, Any] = json.loads(packed)
    next_words = (pack["words"][number] for number in pack["places"][1][::2])  # "" is the end of the message
    return pack if pack["replies"] or any(next_words) else None


def _allowed(pack: dict[str, Any], unwanted: Unwanted, keys: TextKeys) -> dict[str, Any]:
    told = ((keys.reply_id(text), text, weight) for text, weight in pack["replies"])
    allowed = (
        (_as_edited(reply_id, text, unwanted.replies), weight)
        for reply_id, text, weight in told
        if not unwanted.forbids(reply_id)
    )
    kept = [[text, weight] for text, weight in allowed if text is not None]
    return {**pack, "replies": kept, "refused": unwanted.replies.blocked_after(pack["after"])}


def _as_edited(reply_id: str, text: str, replies: OwnReplies) -> str | None:
    """The reply in the account's own words; None where those are blocked elsewhere."""
    edited = replies.edited.get(reply_id)
    if edited is None:
        return text
    return None if replies.keys.reply_id(edited) in replies.blocked else edited


def _title(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path.rstrip('/')}"


def _share(score: float) -> float:
    return round(min(1.0, max(0.0, score)), 6)
