"""Whole replies of one place (an account's own, a model's), to be searched by their words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from earpiece.domain.replies import Reply
from earpiece.engine.suggestions import Offer
from suggestion_api.word_index import WordIndex, words_of

if TYPE_CHECKING:
    from earpiece.engine.model import Model

# The words decide most of a score; the rest tells apart what fits equally well.
BY_WORDS, BY_PHRASE, BY_BREVITY, BY_USE = 0.7, 0.12, 0.08, 0.1
OTHER_LANGUAGE = 0.5
COMPARED = 60  # of the best are looked at as texts: does the query stand in them as it was written?


class Saying(Protocol):
    """A reply as it was mined, or as an account wrote it."""

    @property
    def reply_id(self) -> str: ...
    @property
    def text(self) -> str: ...


class ReplySet:
    """`uses` (n,) between 0 and 1: how often each was said, compared with the most frequent one."""

    def __init__(
        self, replies: Sequence[Saying], source: str, languages: Sequence[str], uses: NDArray[np.float32]
    ) -> None:
        self._replies, self._source, self._uses = replies, source, uses
        self._languages = np.array([language[:2].lower() for language in languages], "U2")
        self._index = WordIndex([reply.text for reply in replies])

    @classmethod
    def of_replies(cls, replies: Sequence[Reply], source: str) -> Self:
        """Those that somebody chose: each as good as the most frequent one."""
        return cls(replies, source, [reply.language for reply in replies], np.ones(len(replies), np.float32))

    @classmethod
    def of_model(cls, model: Model) -> Self:
        counts = np.array([math.log1p(reply.count) for reply in model.replies], np.float32)
        most = float(counts.max()) if len(counts) else 0.0
        languages = [language or "" for language in model.reply_languages]
        return cls(model.replies, "model", languages, counts / np.float32(most or 1.0))

    @property
    def held_bytes(self) -> int:
        """About what it holds in memory besides the replies themselves."""
        return int(self._index.held_bytes + self._uses.nbytes + self._languages.nbytes)

    def search(self, query: str, language: str = "") -> Iterator[Offer]:
        """The replies that hold the words of the query, best first; ties by place. `language`: two letters, or none."""
        words = words_of(query)
        found = self._index.search(query)
        places = found.places
        brevity = np.minimum(1.0, len(words) / np.maximum(1, self._index.lengths[places]))
        scores = BY_WORDS * found.scores + BY_BREVITY * brevity + BY_USE * self._uses[places]
        if language:
            told = self._languages[places]
            scores = np.where((told == "") | (told == language), scores, OTHER_LANGUAGE * scores)
        order = np.lexsort((places, -scores))
        best = order[:COMPARED]
        compared = [
            (float(scores[at]) + BY_PHRASE * self._phrase(words, int(places[at])), int(places[at])) for at in best
        ]
        for score, place in sorted(compared, key=lambda one: (-one[0], one[1])):
            yield self._offer(place, score)
        for at in order[COMPARED:]:
            yield self._offer(int(places[at]), float(scores[at]))

    def _phrase(self, words: Sequence[str], place: int) -> float:
        """1 where the text begins with the words as they were written, 0.6 where they stand in it so, else 0."""
        said, wanted = " ".join(words_of(self._replies[place].text)), " ".join(words)
        if said.startswith(wanted):
            return 1.0
        return 0.6 if f" {wanted}" in said else 0.0

    def _offer(self, place: int, score: float) -> Offer:
        reply = self._replies[place]
        return Offer(text=reply.text, score=round(min(1.0, score), 6), reply_id=reply.reply_id, source=self._source)
