"""What is learned from: each message of an agent with what came before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from earpiece.engine.features import Context
from earpiece.engine.normal import text_key


@dataclass(frozen=True, slots=True)
class Example:
    """One agent message with what came before it. `reply` is its place among the mined replies, -1 for none.

    `conversation` numbers the conversations, oldest first.
    """

    context: Context
    text: str
    reply: int
    customer_id: str
    conversation: int


def text_numbers(examples: Sequence[Example]) -> list[int]:
    """The same number for those that say the same."""
    known: dict[str, int] = {}
    return [known.setdefault(text_key(one.text), len(known)) for one in examples]
