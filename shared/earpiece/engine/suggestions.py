"""A set of suggestions: best first, and no two that say the same."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import TypedDict

from earpiece.engine.normal import text_key

SAME = 0.9


class Offer(TypedDict):
    """One whole reply. `score` lies between 0 and 1; `source` says where it came from."""

    text: str
    score: float
    reply_id: str
    source: str


def distinct(offers: Iterable[Offer], k: int) -> list[Offer]:
    """The first k that are not nearly the same as one before (similarity over 0.9 once normalised)."""
    kept: list[Offer] = []
    keys: list[str] = []
    for offer in offers:
        if len(kept) == k:
            break
        key = text_key(offer["text"])
        if not any(_is_same(key, other) for other in keys):
            kept.append(offer)
            keys.append(key)
    return kept


def _is_same(one: str, other: str) -> bool:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return one == other or (
        matcher.real_quick_ratio() > SAME and matcher.quick_ratio() > SAME and matcher.ratio() > SAME
    )
