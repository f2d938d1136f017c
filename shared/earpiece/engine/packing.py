"""The pack: what the widget completes from while the agent types, with no request per key.

JSON, version 2. It holds what may come after the draft's whole words (`after`): in `places` the next words with their
chances, and again what comes after those, as far as a completion would go. Of a pack that was asked for within a word
(`begun` are its letters) the first place lists the words that begin so, with their chances among all that do. The
widget does what `pack_completing` does, and asks for a new pack when one is due. All chances are in units of 1 /
`unit`.

    {"version", "unit", "policy": {"price", "least_chance", "allowed_share", "least_characters"}, "match": {…},
     "after": [word, …], "begun": letters, "words": [word, …],
     "places": [unlisted, [word number, chance, …], {word number: place}?],
     "replies": [[text, weight], …], "refused": [text, …]}

Word "" is the end of the message. `replies` are the likeliest whole ones; who serves the pack puts blocked replies into
`refused`, and nothing is completed to them.
"""

from __future__ import annotations

import gzip
import heapq
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from earpiece.engine.completing import OTHER_CASE, split_draft
from earpiece.engine.features import Context
from earpiece.engine.offers import OfferPolicy
from earpiece.engine.pack_listings import Listing, begun_words, next_words
from earpiece.engine.prefixes import fold
from earpiece.engine.sentences import Sentences
from earpiece.engine.word_mixture import Outlook, Turn, outlooks

VERSION = 2
MOST_BYTES = 20_000  # gzipped
UNIT = 100_000
MOST_REPLIES = 60
MOST_LATER_WORDS, LEAST_FIRST, LEAST_LATER = 30, 5e-6, 0.005
TOGETHER = 16  # places looked at in one go
LEAST_SHARE = 0.02  # of what was to be packed: less is not tried
MATCH: Mapping[str, Any] = {
    "cases": ["typed", "lower", "first letter upper", "capitalised", "upper", "curly quotes", "straight quotes"],
    "other_case": OTHER_CASE,
    "unlisted_first_letter": 0.04,
    "unlisted_next_letter": 0.1,
    "ends": ".?!",
    "typos": 0,
    "due_within_over": 0.2,
}
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extent:
    """How much to look at, and how likely the agent must come to a place: to look at one costs a fiftieth of a pack."""

    places: int
    first_words: int = 300
    least_reach: float = 0.01


WHOLE_TURN = Extent(300, 800)
# To look at more once something is typed, or after a message of the agent's own, which the customer mostly answers
# first, saves no pack.
GOING_ON = Extent(30)
OWN_REPLIES = Extent(300, least_reach=0.003)


def pack_turn(turn: Turn, policy: OfferPolicy, replies: Sequence[tuple[str, float]] = (), draft: str = "") -> bytes:
    """What may follow a draft; at most 20 kB gzipped. `replies` are the likeliest with weights.

    Before the agent answers, with nothing typed, it is to last for the turn; later, until something that could not be
    foreseen; within a word, for the words that begin so and what comes after them.
    """
    done, begun = split_draft(draft)
    after = tuple(done)
    extent = GOING_ON if draft.strip() or _has_answered(turn.context) else WHOLE_TURN
    sentences = Sentences(turn)
    places = {after: sentences.at(after)}

    def listing(words: Words, outlook: Outlook) -> Listing:
        if words != after:
            return next_words(outlook, turn, MOST_LATER_WORDS, LEAST_LATER)
        if begun:
            return begun_words(outlook, turn, begun, extent.first_words, LEAST_FIRST)
        return next_words(outlook, turn, extent.first_words, LEAST_FIRST)

    def listings(wanted: Sequence[Words]) -> list[Listing]:
        for words in wanted:
            if words not in places:
                places[words] = sentences.after(places[words[:-1]], words[-1])
        return [*map(listing, wanted, outlooks([places[words] for words in wanted]))]

    grown = _Grown(after, begun, _grow(after, listings, extent, policy.least_chance))
    return _fitted(grown, policy, replies[:MOST_REPLIES])


def _has_answered(context: Context) -> bool:
    return bool(context) and context[-1]["role"] == "agent"


def pack(live: Sequence[tuple[str, float]], threshold: float, draft: str = "", least_words: int = 0) -> bytes:
    """Of whole replies and their weights alone, where there is no model; what may follow the draft's whole words.

    Before `least_words` whole words are typed the words have no chance: they lead on, and none is offered.
    """
    after = tuple(split_draft(draft)[0])
    said = [(_as_begun(after, (*text.split(), "")), weight) for text, weight in live if "{" not in text]

    def listing(words: Words) -> Listing:
        found: dict[str, float] = {}
        for reply, weight in said:
            if reply[: len(words)] == words and len(reply) > len(words):
                found[reply[len(words)]] = found.get(reply[len(words)], 0.0) + weight
        total = sum(found.values()) or 1.0
        return Listing(sorted(((word, weight / total) for word, weight in found.items()), key=lambda one: -one[1]), 0.0)

    def listings(wanted: Sequence[Words]) -> list[Listing]:
        return [listing(words) for words in wanted]

    places = _grow(after, listings, OWN_REPLIES, threshold)
    for words in places:
        if len(words) < least_words:
            places[words] = Listing([(word, 0.0) for word, _ in places[words].words], 0.0)
    policy = OfferPolicy(price=0.0, least_chance=threshold)
    return _fitted(_Grown(after, "", places), policy, live)


def _as_begun(after: Words, said: Words) -> Words:
    """What is said, in the draft's own letters as far as that goes: who begins in small letters goes on so."""
    begun = said[: len(after)]
    return (*after, *said[len(after) :]) if [*map(fold, begun)] == [*map(fold, after)] else said


def _grow(
    after: Words, listings: Callable[[Sequence[Words]], Sequence[Listing]], extent: Extent, least_chance: float
) -> dict[Words, Listing]:
    """The likeliest places, about best first, each with the text that would go on from it: half a walk is no offer.

    A walk less likely right than `least_chance` is not shown.
    """
    places: dict[Words, Listing] = {}
    waiting = [_Waiting(1.0, 1.0, 1.0, after)]
    while waiting and len(places) < extent.places:
        chosen = [heapq.heappop(waiting) for _ in range(min(len(waiting), TOGETHER, extent.places - len(places)))]
        for one, found in zip(chosen, listings([one.words for one in chosen]), strict=True):
            places[one.words] = found
            is_first = one.words == after  # its letters are still to be typed
            for next_one in _following(one, found, 1.0 if is_first else least_chance, extent.least_reach):
                heapq.heappush(waiting, next_one)
    return places


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A place to look at. `reach` is the chance to come to it, `walked` that of the text since a letter was typed."""

    worth: float
    reach: float
    walked: float
    words: Words

    def __lt__(self, other: _Waiting) -> bool:
        return (-self.worth, self.words) < (-other.worth, other.words)


def _following(one: _Waiting, found: Listing, least_walked: float, least_reach: float) -> Iterator[_Waiting]:
    listed = [(word, chance) for word, chance in found.words if word]
    for number, (word, chance) in enumerate(listed):
        reach, walked = one.reach * chance, one.walked * chance
        if number == 0 and walked >= least_walked:
            yield _Waiting(one.worth, reach, walked, (*one.words, word))
        elif reach >= least_reach:
            yield _Waiting(reach, reach, 1.0, (*one.words, word))


@dataclass(frozen=True, slots=True)
class _Grown:
    """The places of a pack, first that of the whole words `after`, where `begun` is the beginning of the next one."""

    after: Words
    begun: str
    places: Mapping[Words, Listing]

    def likeliest(self, share: float) -> _Grown:
        """The likeliest places, and words of the first."""
        kept = dict(list(self.places.items())[: max(int(len(self.places) * share), 1)])
        first = kept[self.after]
        kept[self.after] = first.cut(int(len(first.words) * share))
        return _Grown(self.after, self.begun, kept)


def _fitted(grown: _Grown, policy: OfferPolicy, replies: Sequence[tuple[str, float]]) -> bytes:
    """With as many places and replies as there is room for."""
    share = 1.0
    while True:
        data = _encoded(grown.likeliest(share), policy, replies[: int(len(replies) * share)])
        size = len(gzip.compress(data, 6, mtime=0))
        if size <= MOST_BYTES or share < LEAST_SHARE:
            return data
        share *= 0.95 * MOST_BYTES / size  # nearly right at once: each try costs as much as some twenty places


def _goes_on(places: Collection[Listing]) -> float:
    """The chance that a message goes on, over these places."""
    ends = sum(chance for listing in places for word, chance in listing.words if not word)
    return round(1 - ends / len(places), 3)


def _encoded(grown: _Grown, policy: OfferPolicy, replies: Sequence[tuple[str, float]]) -> bytes:
    numbers: dict[str, int] = {}
    trees: dict[Words, list[Any]] = {}
    for words, listing in grown.places.items():  # each comes after those that lead to it
        trees[words] = [round(listing.unlisted * UNIT), _numbered(listing, numbers)]
        if len(words) > len(grown.after):
            before = trees[words[:-1]]
            if len(before) == 2:
                before.append({})
            before[2][str(numbers.setdefault(words[-1], len(numbers)))] = trees[words]
    body = {
        "version": VERSION,
        "unit": UNIT,
        "policy": asdict(policy),
        "match": {**MATCH, "goes_on": _goes_on(grown.places.values())},
        "after": list(grown.after),
        "begun": grown.begun,
        "words": list(numbers),
        "places": trees[grown.after],
        "replies": [[text, round(weight, 5)] for text, weight in replies],
        "refused": [],
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _numbered(listing: Listing, numbers: dict[str, int]) -> list[int]:
    return [
        part
        for word, chance in listing.words
        for part in (numbers.setdefault(word, len(numbers)), round(chance * UNIT))
    ]
