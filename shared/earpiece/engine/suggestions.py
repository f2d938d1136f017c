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
    """The first k that are not nearly the same as one before (similarity of at least 0.9 once normalised)."""
    kept: list[Offer] = []
    keys: list[str] = []
    for offer in offers:
        if len(kept) == k:
            break
        key = text_key(offer["text"])
        if not any(is_alike(key, other, SAME) for other in keys):
            kept.append(offer)
            keys.append(key)
    return kept


def is_alike(one: str, other: str, least: float) -> bool:
    """Whether two normalised texts are equal, or alike by at least `least` (difflib's ratio)."""
    if one == other:
        return True
    if 2 * min(len(one), len(other)) < least * (len(one) + len(other)):
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least and matcher.ratio() >= least
