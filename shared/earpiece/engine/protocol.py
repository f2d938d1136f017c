"""The four parts of an evaluation, and what is counted in each.

Examples are shuffled with a seed; ranking and retrieval take the first of them, the typing simulation too, links all.

**Ranking**: the examples, shuffled once more, are cut into batches of 100; each context ranks its own reply against the
other 99 (PolyAI conversational-datasets, arXiv 1904.06472). `distinct` batches hold no two replies that are the same.
**Retrieval**: three suggestions with nothing typed, and with the first 8 characters of what was said.
**Typing**: one key a character, one key for accepting a whole offer that is right and has at least two characters
(saved@1 of ChaI-TeA, arXiv 2412.18377). An offer that changes is a new one; one that is not accepted is a false one.
**Links**: where a link was said, whether one of those is among the best of five.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from earpiece.engine.call_times import CallTimes
from earpiece.engine.corpus import TrainingConversation
from earpiece.engine.features import Context, ContextTurn
from earpiece.engine.likeness import is_exact, is_near, link_key, link_keys, plain
from earpiece.engine.measures import Tally

CANDIDATES = 100
BEST = (1, 3, 5)
SUGGESTED = 3
LINKS = 5
TYPED_CHARACTERS = 8
LEAST_ACCEPTED = 2


@dataclass(frozen=True, slots=True)
class Example:
    """What an agent said, the turns before it, and the place of its conversation among all."""

    context: Context
    text: str
    conversation: int


@dataclass(frozen=True, slots=True)
class Bench:
    """A system (whatever answers `suggest`, `complete`, `score` or `urls`) and what is noted of it."""

    system: Any
    tally: Tally
    times: CallTimes

    def can(self, name: str) -> bool:
        return callable(getattr(self.system, name, None))

    def ask(self, name: str, kind: str, example: Example, *arguments: Any) -> Any:
        return self.times.timed(kind, example.conversation, getattr(self.system, name), example.context, *arguments)


def examples(conversations: Iterable[TrainingConversation]) -> Iterator[Example]:
    """Every agent message that has a turn before it, with those turns."""
    for number, conversation in enumerate(conversations):
        turns: list[ContextTurn] = [{"role": turn.role, "text": turn.text} for turn in conversation.turns]
        for place, turn in enumerate(turns):
            if place and turn["role"] == "agent" and turn["text"].strip():
                yield Example(turns[:place], turn["text"].strip(), number)


def shuffled(found: Iterable[Example], seed: int) -> list[Example]:
    listed = list(found)
    random.Random(seed).shuffle(listed)  # noqa: S311 (a sample, not a secret)
    return listed


def rank(bench: Bench, found: Sequence[Example], seed: int) -> None:
    """Count R@k and MRR of 100, as they come and among distinct replies; a last batch of less than 100 is left out."""
    again = shuffled(found, seed)
    plain_batches = [again[start : start + CANDIDATES] for start in range(0, len(again) - CANDIDATES + 1, CANDIDATES)]
    for kind, batches in (("rank", plain_batches), ("distinct", list(_distinct_batches(again)))):
        for batch in batches:
            candidates = [example.text for example in batch]
            for place, example in enumerate(batch):
                scores = bench.ask("score", "score_100", example, candidates)
                bench.tally.add(example.conversation, _place_counts(kind, scores, place))


def _distinct_batches(found: Sequence[Example]) -> Iterator[Sequence[Example]]:
    rest = list(found)
    while True:
        batch: list[Example] = []
        left: list[Example] = []
        known: set[str] = set()
        for example in rest:
            text = plain(example.text)
            if len(batch) < CANDIDATES and text not in known:
                known.add(text)
                batch.append(example)
            else:
                left.append(example)
        if len(batch) < CANDIDATES:
            return
        yield batch
        rest = left


def _place_counts(kind: str, scores: Sequence[float], place: int) -> Mapping[str, float]:
    """Equal scores count as expected of a random order; a score that is no number comes last."""
    known = [score if score == score else float("-inf") for score in scores]  # noqa: PLR0124 (NaN is not itself)
    better = sum(score > known[place] for score in known)
    equal = sum(score == known[place] for score in known)
    hits = {f"{kind}_at_{k}": min(max((k - better) / equal, 0.0), 1.0) for k in BEST}
    return {kind: 1, **hits, f"{kind}_mrr": sum(1 / (better + one) for one in range(1, equal + 1)) / equal}


def retrieve(bench: Bench, found: Sequence[Example]) -> None:
    """Count how often what was said is suggested."""
    for suffix, characters in (("", 0), ("_typed", TYPED_CHARACTERS)):
        for example in found:
            if characters and len(example.text) <= characters:
                continue
            offers = bench.ask("suggest", f"suggest{suffix}", example, example.text[:characters], SUGGESTED)
            texts = [offer["text"] for offer in offers][:SUGGESTED]
            counts = _offer_counts(texts, example.text)
            bench.tally.add(example.conversation, {name + suffix: count for name, count in counts.items()})


def _offer_counts(offered: Sequence[str], text: str) -> Mapping[str, float]:
    exact = [is_exact(one, text) for one in offered]
    near = [same or is_near(one, text) for one, same in zip(offered, exact, strict=True)]
    return {
        "retrieved": 1,
        "coverage": bool(offered),
        "exact_at_1": exact[:1] == [True],
        "exact_at_3": any(exact),
        "recall_at_1": near[:1] == [True],
        "recall_at_3": any(near),
    }


def type_messages(bench: Bench, found: Iterable[Example]) -> None:
    """Type each message key by key, accepting an offer whenever it is right, and count keys and offers."""
    for example in found:
        bench.tally.add(example.conversation, _typed(bench, example))


def _typed(bench: Bench, example: Example) -> Mapping[str, float]:
    text, at, keys, offers, accepted, shown = example.text, 0, 0, 0, 0, ""
    while at < len(text):
        offer = bench.ask("complete", "complete", example, text[:at]) or ""
        # Typing into a ghost text that stays is the same offer.
        offers += bool(offer) and offer != shown
        keys += 1
        if len(offer) >= LEAST_ACCEPTED and text.startswith(offer, at):
            at, accepted, shown = at + len(offer), accepted + 1, ""
            continue
        shown = offer[1:] if offer[:1] == text[at] else ""
        at += 1
    counts = {"keys": keys, "characters": len(text), "offers": offers, "false_offers": offers - accepted}
    return {"typed": 1, **counts}


def link(bench: Bench, found: Iterable[Example], seen: AbstractSet[str]) -> None:
    """Count how often a link that was said is among the best; `seen` are the keys of those sent in training."""
    for example in found:
        said = link_keys(example.text)
        if not said:
            continue
        offered = [link_key(one) for one in bench.ask("urls", "urls", example, LINKS)][:LINKS]
        hits = {f"links_at_{k}": bool(said & set(offered[:k])) for k in BEST}
        bench.tally.add(example.conversation, {"links": 1, "links_seen": bool(said & seen), **hits})


def links_said(conversations: Iterable[TrainingConversation]) -> set[str]:
    """The keys of all links that agents sent."""
    turns = (turn for conversation in conversations for turn in conversation.turns if turn.role == "agent")
    return {key for turn in turns for key in link_keys(turn.text)}
