"""Suggestions before there is a model: the account's own replies, by search and by what was typed."""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from importlib.resources import files
from itertools import pairwise

from earpiece.domain.replies import Reply, ReplyState
from earpiece.engine.completing import split_draft
from earpiece.engine.features import Context
from earpiece.engine.language import is_function_word
from earpiece.engine.normal import text_key
from earpiece.engine.packing import pack
from earpiece.engine.prefixes import fold, is_near_beginning, rest_after
from earpiece.engine.suggestions import Offer, distinct
from earpiece.engine.vocabulary import AFTER_ALL

STARTER_LANGUAGES = ("en", "nl", "de")
THRESHOLD = 0.5
LEAST_WHOLE_WORDS = 2  # typed before a reply is completed: more messages begin as one does than are one
SURE = 0.9  # in a pack: hardly another reply goes on from here
LIVE = 200
LEAST_SEARCHED = 4  # letters typed before replies are looked for that hold them anywhere
MOST_ALIKE = 8  # replies with the same beginning are compared: they may say the same
_NO_WORD = re.compile(r"[\W_]+")
Scored = tuple[tuple[str, ...], Sequence[float]]


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
        self._sorted = sorted((folded, place) for place, folded in enumerate(self._folded))
        self._keys = [text_key(reply.text) for reply in self._replies]
        self._last: Scored = ((), ())

    @property
    def replies(self) -> Sequence[Reply]:
        """All of them, by id."""
        return self._replies

    def suggest(self, context: Context, prefix: str, k: int, *, exclude: Collection[str] = ()) -> list[Offer]:
        """At most k replies that begin as typed, best first by words shared with the conversation; ties by id.

        Where none begins so, those that do but for one slip; then those that hold every word of a search.
        """
        typed = fold(prefix.strip())
        scores = self._scores(context)
        found = self._beginning(typed) or self._nearly_beginning(typed) or self._holding(typed)
        allowed = (place for place in found if self._keys[place] not in exclude and self._folded[place] != typed)
        order = sorted(allowed, key=lambda place: (-scores[place], place))
        return distinct((self._offer(place, scores[place]) for place in order), k)

    def complete(self, context: Context, prefix: str) -> str | None:  # noqa: ARG002 (as a model is asked)
        """The rest of the one reply that begins as typed; None while several do, or fewer than two words are whole."""
        if len(split_draft(prefix)[0]) < LEAST_WHOLE_WORDS:
            return None
        typed = fold(prefix.lstrip())
        found = [place for place in self._beginning(typed) if self._folded[place] != typed]
        if not 0 < len(found) <= MOST_ALIKE:
            return None
        offers = distinct((self._offer(place, 0.0) for place in sorted(found)), 2)
        rest = rest_after(prefix, offers[0]["text"]) if len(offers) == 1 else None
        return rest if rest and "{" not in rest and len(rest) > 1 else None

    def urls(self, context: Context, k: int) -> list[str]:  # noqa: ARG002 (nothing is known of links yet)
        return []

    def pack(self, context: Context, draft: str = "") -> bytes:
        scores = self._scores(context)
        total = sum(scores) or 1.0
        order = sorted(range(len(scores)), key=lambda place: (-scores[place], place))[:LIVE]
        live = [(self._replies[place].text, scores[place] / total) for place in order]
        return pack(live, SURE, draft, LEAST_WHOLE_WORDS)

    def _beginning(self, typed: str) -> list[int]:
        low = bisect_left(self._sorted, (typed, 0))
        return [place for _, place in self._sorted[low : bisect_left(self._sorted, (typed + AFTER_ALL, 0), low)]]

    def _nearly_beginning(self, typed: str) -> list[int]:
        return [place for place, folded in enumerate(self._folded) if is_near_beginning(typed, folded)]

    def _holding(self, typed: str) -> list[int]:
        words = _words_of(typed).split()
        if sum(map(len, words)) < LEAST_SEARCHED or any(map(is_function_word, words)):
            return []  # who writes a sentence is not searching
        return [place for place, said in enumerate(self._said) if all(f" {word}" in said for word in words)]

    @cached_property
    def _said(self) -> Sequence[str]:
        """The words of each reply, folded, each after a space."""
        return [_words_of(folded) for folded in self._folded]

    def _scores(self, context: Context) -> Sequence[float]:
        """Worked out once a turn, not once a key."""
        texts = tuple(turn["text"] for turn in context[-3:])
        known, scores = self._last
        if known != texts or not scores:
            wanted = Counter(term for text in texts for term in _terms_of(text))
            scores = [round(self._likeness(wanted, said), 6) for said in self._terms]
            self._last = (texts, scores)
        return scores

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


def _words_of(folded: str) -> str:
    return " " + _NO_WORD.sub(" ", folded).strip()
