"""A set of suggestions: best first, and no two that say the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import TypedDict

from earpiece.engine.normal import text_key
from earpiece.engine.prefixes import fold

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


def beside(of_model: Sequence[Offer], own: Sequence[Offer], typed: str, k: int) -> list[Offer]:
    """The model's offers, then the account's own; what begins as typed comes before what has a slip in it.

    While something is typed a place is kept for one of the account's own: what it wrote must be found by its beginning,
    however many likelier replies begin so.
    """
    wanted = fold(typed.strip())
    exact_own = [offer for offer in own if fold(offer["text"]).startswith(wanted)]
    first = distinct(sorted([*of_model, *own], key=lambda offer: not fold(offer["text"]).startswith(wanted)), k)
    if not wanted or k < 2 or any(offer in own for offer in first):
        return first
    more = distinct([*first, *exact_own], k + 1)[k:]
    return [*first[: k - len(more)], *more]


def is_alike(one: str, other: str, least: float) -> bool:
    """Whether two normalised texts are equal, or alike by at least `least` (difflib's ratio)."""
    if one == other:
        return True
    if 2 * min(len(one), len(other)) < least * (len(one) + len(other)):
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least and matcher.ratio() >= least
