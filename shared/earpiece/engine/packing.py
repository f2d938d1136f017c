"""The pack: what the widget completes from while the agent types, with no request per key.

JSON, version 2. It holds what may come after the draft's whole words (`after`): in `places` the next words with their
chances, and again what comes after the likely ones. The widget does what `pack_completing` does, and asks for a new
pack when the whole words of the draft have left this one. All chances are in units of 1 / `unit`.

    {"version", "unit", "policy": {"price", "least_chance", "allowed_share", "least_characters"}, "match": {…},
     "after": [word, …], "words": [word, …], "places": [unlisted, [word number, chance, …], {word number: place}?],
     "replies": [[text, weight], …], "refused": [text, …]}

Word "" is the end of the message. `replies` are the likeliest whole ones; who serves the pack puts blocked replies into
`refused`, and nothing is completed to them.
"""

from __future__ import annotations

import gzip
import heapq
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from earpiece.engine.completing import OTHER_CASE, split_draft
from earpiece.engine.offers import OfferPolicy
from earpiece.engine.vocabulary import END, UNKNOWN
from earpiece.engine.word_mixture import Place, Turn

VERSION = 2
MOST_BYTES = 20_000  # gzipped
UNIT = 100_000
MOST_PLACES = 100
MOST_REPLIES = 60
MOST_WORDS_FIRST, MOST_WORDS_LATER = 2_000, 20
LEAST_FIRST, LEAST_LATER = 5e-6, 2e-3
LEAST_REACH = 1e-4  # of a place to be in the pack
LEAST_SHARE = 0.02  # of what was to be packed: less is not tried
MATCH: Mapping[str, Any] = {
    "cases": ["typed", "lower", "first letter upper", "capitalised", "upper", "curly quotes", "straight quotes"],
    "other_case": OTHER_CASE,
    "unlisted_first_letter": 0.04,
    "unlisted_next_letter": 0.25,
    "typos": 0,
}
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Next words with their chances, best first, and the chance of all that are not listed."""

    words: Sequence[tuple[str, float]]
    unlisted: float


def pack_turn(turn: Turn, policy: OfferPolicy, replies: Sequence[tuple[str, float]] = (), draft: str = "") -> bytes:
    """What may follow the whole words of a draft; at most 20 kB gzipped. `replies` are the likeliest with weights."""
    after = tuple(split_draft(draft)[0])

    def listing(words: Words) -> Listing:
        is_first = len(words) == len(after)
        return _listing(
            turn.place(words),
            MOST_WORDS_FIRST if is_first else MOST_WORDS_LATER,
            LEAST_FIRST if is_first else LEAST_LATER,
        )

    return _fitted(after, _grow(after, listing), policy, replies[:MOST_REPLIES])


def pack(live: Sequence[tuple[str, float]], threshold: float) -> bytes:
    """Of whole replies and their weights alone, where there is no model."""
    said = [((*text.split(), ""), weight) for text, weight in live if "{" not in text]

    def listing(words: Words) -> Listing:
        found: dict[str, float] = {}
        for reply, weight in said:
            if reply[: len(words)] == words and len(reply) > len(words):
                found[reply[len(words)]] = found.get(reply[len(words)], 0.0) + weight
        total = sum(found.values()) or 1.0
        return Listing(sorted(((word, weight / total) for word, weight in found.items()), key=lambda one: -one[1]), 0.0)

    return _fitted((), _grow((), listing), OfferPolicy(price=0.0, least_chance=threshold), live)


def _listing(place: Place, most: int, least: float) -> Listing:
    chances, turn = place.outlook().chances, place.turn
    kept = np.flatnonzero(chances >= least)
    kept = kept[kept != UNKNOWN]
    best = kept[np.argsort(-chances[kept], kind="stable")][:most]
    vocabulary, extra = turn.mixture.vocabulary.words, turn.recent.extra
    names = [vocabulary[number] if number < len(vocabulary) else extra[number - len(vocabulary)] for number in best]
    words = [("" if number == END else name) for number, name in zip(best.tolist(), names, strict=True)]
    listed = chances[best].tolist()
    return Listing(list(zip(words, listed, strict=True)), max(1 - sum(listed), 0.0))


def _grow(after: Words, listing: Callable[[Words], Listing]) -> dict[Words, Listing]:
    """The likeliest places, best first."""
    places: dict[Words, Listing] = {}
    waiting: list[tuple[float, Words]] = [(-1.0, after)]
    while waiting and len(places) < MOST_PLACES:
        reach, words = heapq.heappop(waiting)
        places[words] = found = listing(words)
        for word, chance in found.words:
            if word and -reach * chance >= LEAST_REACH:
                heapq.heappush(waiting, (reach * chance, (*words, word)))
    return places


def _fitted(
    after: Words, places: Mapping[Words, Listing], policy: OfferPolicy, replies: Sequence[tuple[str, float]]
) -> bytes:
    """With as many places and replies as there is room for."""
    share = 1.0
    while True:
        kept = dict(list(places.items())[: max(int(len(places) * share), 1)])
        first = kept[after]
        kept[after] = _cut(first, int(len(first.words) * share))
        data = _encoded(after, kept, policy, replies[: int(len(replies) * share)])
        if len(gzip.compress(data, mtime=0)) <= MOST_BYTES or share < LEAST_SHARE:
            return data
        share *= 0.8


def _cut(listing: Listing, most: int) -> Listing:
    return Listing(listing.words[:most], listing.unlisted + sum(chance for _, chance in listing.words[most:]))


def _encoded(
    after: Words, places: Mapping[Words, Listing], policy: OfferPolicy, replies: Sequence[tuple[str, float]]
) -> bytes:
    numbers: dict[str, int] = {}
    following: dict[Words, list[Words]] = {}
    for words in places:
        following.setdefault(words[:-1], []).append(words)

    def number(word: str) -> int:
        return numbers.setdefault(word, len(numbers))

    def tree(words: Words) -> list[Any]:
        listing = places[words]
        listed = [part for word, chance in listing.words for part in (number(word), round(chance * UNIT))]
        later = {str(number(one[-1])): tree(one) for one in following.get(words, ()) if len(one) > len(after)}
        return [round(listing.unlisted * UNIT), listed, *([later] if later else [])]

    grown = tree(after)
    body = {
        "version": VERSION,
        "unit": UNIT,
        "policy": asdict(policy),
        "match": MATCH,
        "after": list(after),
        "words": list(numbers),
        "places": grown,
        "replies": [[text, round(weight, 5)] for text, weight in replies],
        "refused": [],
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
