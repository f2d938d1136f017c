"""The rest of the sentence, or nothing."""

from __future__ import annotations

from dataclasses import dataclass

from earpiece.domain.ids import digest
from earpiece.engine.canned import THRESHOLD
from earpiece.engine.normal import text_key
from suggestion_api.beginnings import Beginnings
from suggestion_api.bodies import Completion
from suggestion_api.draft import utf16_length
from suggestion_api.moment import Moment
from suggestion_api.own_replies import OwnReplies, Unwanted, starters


@dataclass(frozen=True, slots=True)
class _Rest:
    text: str
    score: float
    source: str


def complete(moment: Moment) -> Completion | None:
    """The text to put in at the cursor; None where nothing is likely enough, or text follows the cursor.

    With a model it is the model's; else that of the one reply of the account that begins so, and without a model that
    of the starter set.
    """
    typed = moment.draft.before_cursor
    if moment.replies is None or not typed.strip() or not moment.draft.is_cursor_at_end:
        return None
    rest = _from_model(moment, moment.replies, typed) or _from_replies(moment, moment.replies, typed)
    if rest is None or text_key(typed + rest.text) in Unwanted(moment.replies, needs_approval=False):
        return None
    at = utf16_length(typed)
    return Completion(
        id=digest("completion", moment.set_id, rest.text),
        text=rest.text,
        replace=[at, at],
        score=min(1.0, rest.score),
        source=rest.source,  # type: ignore[arg-type]  # the engine's three sources
    )


def _from_model(moment: Moment, replies: OwnReplies, typed: str) -> _Rest | None:
    if moment.served is None:
        return None
    found = moment.served.model.completion(moment.context(), typed)
    if found is None or _beginnings(moment, replies).lead_to_blocked(typed, found.text):
        return None
    return _Rest(found.text, found.probability, "model")


def _beginnings(moment: Moment, replies: OwnReplies) -> Beginnings:
    return replies.beginnings(needs_approval=not moment.settings.auto_approve_replies)


def _from_replies(moment: Moment, replies: OwnReplies, typed: str) -> _Rest | None:
    context, own = moment.context(), replies.canned(moment.language)
    if rest := own.complete(context, typed):
        return _Rest(rest, THRESHOLD, "canned")
    rest = None if moment.served else starters(moment.language).complete(context, typed)
    return _Rest(rest, THRESHOLD, "starter") if rest else None
