"""What a context looks like to the ranker: weighted terms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypedDict

from earpiece.engine.normal import text_key

LAST_TURNS = 3
TURN_WEIGHTS = (1.0, 0.6, 0.35)  # newest first
LAST_REPLY_WEIGHT = 2.0
_WORD = re.compile(r"[\w{}]+")


class ContextTurn(TypedDict):
    """One turn of a conversation; `role` is customer or agent."""

    role: str
    text: str


Context = Sequence[ContextTurn]


def terms(text: str) -> list[str]:
    """Words and pairs of words of a normalised text."""
    words = _WORD.findall(text_key(text))
    return words + [f"{one} {other}" for one, other in pairwise(words)]


def context_terms(context: Context) -> Mapping[str, float]:
    """Terms of the last three turns, the newest heaviest; what the agent said last counts whole as well."""
    weights: Counter[str] = Counter()
    for turn, weight in zip(reversed(context[-LAST_TURNS:]), TURN_WEIGHTS, strict=False):
        for term in terms(turn["text"]):
            weights[f"{turn['role'][0]}:{term}"] += weight  # type: ignore[assignment]
    last_reply = next((turn["text"] for turn in reversed(context) if turn["role"] == "agent"), "")
    weights[f"last:{text_key(last_reply)}"] += LAST_REPLY_WEIGHT  # type: ignore[assignment]
    return weights


def agent_position(context: Context) -> int:
    """How many times the agent has spoken, up to 3: greetings come first, closings late."""
    return min(sum(turn["role"] == "agent" for turn in context), 3)
