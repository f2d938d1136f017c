"""Suggestions before there is a model: the account's own replies, by search and by what was typed."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from importlib.resources import files
from itertools import pairwise

from earpiece.domain.replies import Reply, ReplyState
from earpiece.engine.features import Context
from earpiece.engine.normal import text_key
from earpiece.engine.packing import pack
from earpiece.engine.prefixes import fold, is_near_beginning, rest_after
from earpiece.engine.suggestions import Offer, distinct

STARTER_LANGUAGES = ("en", "nl", "de")
THRESHOLD = 0.5
LIVE = 200


class CannedReplies:
    """An account's replies with the same questions as a model. With no replies every answer is empty.

    `source` is canned for the account's own and starter for those that we ship for a language.
    """

    def __init__(self, replies: Iterable[Reply], source: str = "canned") -> None:
        self._source = source
        self._replies = sorted(
            (reply for reply in replies if reply.state is not ReplyState.BLOCKED), key=lambda one: one.reply_id
        )
        self._folded = [fold(reply.text) for reply in self._replies]
        self._keys = [text_key(reply.text) for reply in self._replies]

    def suggest(self, context: Context, prefix: str, k: int, *, exclude: Collection[str] = ()) -> list[Offer]:
        """At most k replies that begin as typed, best first by words shared with the conversation; ties by id."""
        typed = fold(prefix.strip())
        scores = self._scores(context)
        order = sorted(range(len(scores)), key=lambda place: (-scores[place], place))
        allowed = [place for place in order if self._keys[place] not in exclude and self._folded[place] != typed]
        exact = [place for place in allowed if self._folded[place].startswith(typed)]
        near = [place for place in allowed if is_near_beginning(typed, self._folded[place])] if typed else []
        return distinct((self._offer(place, scores[place]) for place in exact or near), k)

    def complete(self, context: Context, prefix: str) -> str | None:
        """The rest of the one reply that begins as typed; None while several do, or nothing is typed."""
        if not prefix.strip():
            return None
        offers = self.suggest(context, prefix, 2)
        rest = rest_after(prefix, offers[0]["text"]) if len(offers) == 1 else None
        return rest if rest and "{" not in rest and len(rest) > 1 else None

    def urls(self, context: Context, k: int) -> list[str]:  # noqa: ARG002 (nothing is known of links yet)
        return []

    def pack(self, context: Context) -> bytes:
        scores = self._scores(context)
        total = sum(scores) or 1.0
        order = sorted(range(len(scores)), key=lambda place: (-scores[place], place))[:LIVE]
        return pack([(self._replies[place].text, scores[place] / total) for place in order], THRESHOLD)

    def _scores(self, context: Context) -> list[float]:
        wanted = Counter(term for turn in context[-3:] for term in _terms_of(turn["text"]))
        return [round(self._likeness(wanted, said), 6) for said in self._terms]

    def _likeness(self, wanted: Counter[str], said: Counter[str]) -> float:
        shared = sum(min(count, wanted[term]) for term, count in said.items() if term in wanted)
        return (0.05 + shared) / (1.0 + shared + math.sqrt(len(said)))

    @cached_property
    def _terms(self) -> Sequence[Counter[str]]:
        return [Counter(_terms_of(reply.text)) for reply in self._replies]

    def _offer(self, place: int, score: float) -> Offer:
        reply = self._replies[place]
        return Offer(text=reply.text, score=score, reply_id=reply.reply_id, source=self._source)


def starter_replies(language: str) -> CannedReplies:
    """Replies that fit any account, for its first minute; none for a language that we have none of."""
    code = language.lower()[:2]
    if code not in STARTER_LANGUAGES:
        return CannedReplies((), "starter")
    listed = json.loads(files("earpiece.engine").joinpath("starter", f"{code}.json").read_text(encoding="utf-8"))
    return CannedReplies((Reply(one["id"], one["text"], language=code) for one in listed), "starter")


def _terms_of(text: str) -> list[str]:
    """Words and pairs of words of a normalised text."""
    words = text_key(text).split()
    return words + [f"{one} {other}" for one, other in pairwise(words)]
