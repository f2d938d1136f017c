"""Which replies may be offered: those that enough agents said to enough customers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from earpiece.domain.ids import digest
from earpiece.engine.corpus import ReplyCount
from earpiece.engine.normal import SLOT, template, text_key

_MASKED = re.compile(r"\[([A-Z][A-Z_]{1,15})(?::[0-9a-f]{6})?\]")
LITERAL_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class MinedReply:
    """A reply as it is offered. Slots such as `{PERSON}` are for the agent to fill.

    `last_used_at` is in seconds since 1970; None where the conversations told no times.
    """

    reply_id: str
    text: str
    text_key: str
    count: int
    agent_count: int
    customer_count: int
    last_used_at: float | None = None


def reply_id(text: str) -> str:
    """The id of a whole reply: the hash of its normalised text."""
    return digest("reply", text_key(text))


def mine(replies: Iterable[ReplyCount], *, min_agents: int, min_customers: int) -> list[MinedReply]:
    """The replies said often enough, most frequent first. Values that most uses do not share become slots.

    What holds nothing but values, like a link alone, is no reply: there would be nothing of it to offer.
    """
    enough = [reply for reply in replies if reply.agent_count >= min_agents and reply.customer_count >= min_customers]
    worded = [reply for reply in enough if SLOT.sub("", reply.text_key).strip()]
    return [
        MinedReply(
            reply_id=digest("reply", reply.text_key),
            text=_offered(reply, min_customers),
            text_key=reply.text_key,
            count=reply.count,
            agent_count=reply.agent_count,
            customer_count=reply.customer_count,
            last_used_at=reply.last_used_at,
        )
        for reply in sorted(worded, key=lambda one: (-one.count, one.text_key))
    ]


def _offered(reply: ReplyCount, min_customers: int) -> str:
    # "within 5 working days" is the house's own number when nearly everybody says it; an order number never is.
    is_shared = reply.wording_count >= max(LITERAL_SHARE * reply.count, min_customers)
    return _MASKED.sub(r"{\1}", reply.text).strip() if is_shared else template(reply.text)
