"""The next word from several sources: each knows something, and gates learned from the account say whom to trust."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.features import Context
from earpiece.engine.ngrams import LONGEST, NextWords
from earpiece.engine.prefixes import fold
from earpiece.engine.recent_words import RecentWords, Shares, recent_ids
from earpiece.engine.reply_words import Following, ReplyWords
from earpiece.engine.spelling import Spelling
from earpiece.engine.spread import Spread
from earpiece.engine.vocabulary import AFTER_ALL, END, UNKNOWN, Vocabulary

SOURCES = ("replies", "ngrams", "word_model", "recent", "following")
FEATURES = 14 + LONGEST
LEAST_LOG = -12.0
SURE = 0.95  # of the n-grams: the word model, which costs the most, is not asked as well
MOST_WORDS_OF_A_REPLY = 80
MOST_OUTLOOK_BYTES = 8_000_000
Floats = NDArray[np.float32]


class WordPredictor(Protocol):
    """A word model as `word_model.WordModel`: states are its own, with `probabilities` (V,)."""

    @property
    def word_count(self) -> int: ...
    def begin(self, context: Floats, recent: NDArray[np.int32]) -> Any: ...
    def read(self, state: Any, word_ids: Sequence[int]) -> Any: ...
    def step_all(self, states: Sequence[Any], word_ids: Sequence[int]) -> Sequence[Any]: ...


@dataclass(frozen=True, slots=True)
class Outlook:
    """Probabilities of the next word: the vocabulary's, then those that only the conversation knows."""

    chances: Floats
    end: float
    unknown: float


@dataclass(frozen=True, slots=True)
class Views:
    """What each source says (None where it says nothing), and features that tell how far to trust it."""

    features: Floats
    dense: list[Floats | None]
    sparse: list[Shares | None]

    @property
    def is_there(self) -> list[bool]:
        return [one is not None for one in (*self.dense, *self.sparse)]


@dataclass(slots=True)
class Mixture:
    """All that an account's next words come from. `gates` (sources, features); `word_model` may be None."""

    vocabulary: Vocabulary
    next_words: NextWords
    replies: ReplyWords
    spelling: Spelling
    gates: Floats
    word_model: WordPredictor | None = None
    spread: Spread | None = None
    most_outlook_bytes: int = MOST_OUTLOOK_BYTES
    # Outlooks are large and made again in less than a millisecond: only the newest are kept, over all conversations.
    _kept: OrderedDict[int, Place] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        if self.word_model is not None and self.word_model.word_count != len(self.vocabulary):
            self.spread = Spread.of(self.vocabulary, self.next_words.unigram, self.word_model.word_count)

    @property
    def model_words(self) -> Vocabulary:
        """The words with the word model's ids."""
        return self.spread.words if self.spread else self.vocabulary

    def keep(self, place: Place, outlook_bytes: int) -> None:
        self._kept[id(place)] = place
        while len(self._kept) > max(self.most_outlook_bytes // outlook_bytes, 32):
            try:
                self._kept.popitem(last=False)[1].forget()
            except KeyError:  # another thread was faster
                break


class Turn:
    """One context: the sentences that could follow it. `weights` of all replies; `vector` is for the word model.

    `word_weights` (V,), where there are any, are what each word keeps of its chance here.
    """

    def __init__(
        self,
        mixture: Mixture,
        context: Context,
        weights: Floats,
        vector: Floats | None = None,
        word_weights: Floats | None = None,
    ) -> None:
        self.mixture, self.context, self.word_weights = mixture, context, word_weights
        ordered = np.asarray(weights, np.float32)[mixture.replies.order]
        self.weights = ordered / max(float(ordered.sum()), 1e-9)
        self.vector = vector if vector is not None else np.zeros(0, np.float32)
        self.root = Place(self, None, "")

    @cached_property
    def recent(self) -> RecentWords:
        """Made when the first word is to be completed: suggestions do not wait for it."""
        return RecentWords(self.context, self.mixture.vocabulary, self.mixture.next_words.unigram)

    def place(self, words: Sequence[str]) -> Place:
        return self.root.further(words)

    def apart(self, words: Sequence[str]) -> Place:
        """The same place, which the turn will not remember, nor any after it."""
        return Place(self, None, "").further(words)


class Place:
    """A place in the sentence: after some whole words."""

    __slots__ = ("_next", "_outlook", "_read", "depth", "done", "history", "last_words", "parent", "turn")

    def __init__(self, turn: Turn, parent: Place | None, word: str) -> None:
        self.turn, self.parent = turn, parent
        self._next: dict[str, Place] = {}
        self._outlook: Outlook | None = None
        self._read: Any = None
        mixture = turn.mixture
        self.depth: int = parent.depth + 1 if parent else 0
        self.last_words: tuple[str, ...] = (*parent.last_words[-1:], word) if parent else ()
        self.done = ""  # folded, as far as a reply could begin so
        if parent:
            self.done = parent.done + fold(word) + " " if self.depth <= MOST_WORDS_OF_A_REPLY else AFTER_ALL
        known = mixture.vocabulary.like(word)
        self.history: tuple[int, ...] = (
            (*parent.history[1 - LONGEST :], known) if parent else (mixture.next_words.start,)
        )

    def then(self, word: str) -> Place:
        found = self._next.get(word)
        if found is None:
            found = self._next[word] = Place(self.turn, self, word)
        return found

    def further(self, words: Sequence[str]) -> Place:
        place = self
        for word in words:
            place = place.then(word)
        return place

    def forget(self) -> None:
        self._outlook = self._read = None

    def outlook(self) -> Outlook:
        outlook = self._outlook
        if outlook is None:
            outlook = self._outlook = self._mix(self.views())
            self.turn.mixture.keep(self, 2 * outlook.chances.nbytes)
        return outlook

    def views(self) -> Views:
        return self._views(self._tables())

    def _tables(self) -> Views:
        """What all sources say but the word model, which costs the most."""
        turn, mixture, features = self.turn, self.turn.mixture, np.zeros(FEATURES, np.float32)
        ngrams, features[1 : 1 + LONGEST] = mixture.next_words.after(self.history)
        rest = features[1 + LONGEST :]
        features[0], rest[0], rest[1] = 1, ngrams.max(), ngrams[UNKNOWN]
        depth = self.depth
        rest[2], rest[3] = min(depth, 10) / 10, depth == 0
        replies = _spread(mixture.replies.after(self.done, depth, turn.weights), rest[4:9], len(ngrams))
        following = turn.recent.after(self.last_words)
        if following is not None:
            rest[9], rest[10] = 1, following.chances.max(initial=0)
        return Views(features, [replies, ngrams, None], [turn.recent.any_time, following])

    def _views(self, tables: Views) -> Views:
        mixture, rest = self.turn.mixture, tables.features[1 + LONGEST :]
        if mixture.word_model is None or rest[0] >= SURE:
            return tables
        model = self.read().probabilities
        model = mixture.spread.over_all(model) if mixture.spread else model
        rest[11], rest[12] = model.max(), model[UNKNOWN]
        return Views(tables.features, [*tables.dense[:2], model], tables.sparse)

    def read(self) -> Any:
        """The word model's state here; words before are read only once."""
        if self._read is None:
            model = self.turn.mixture.word_model
            assert model is not None
            if self.parent is None:
                self._read = model.begin(self.turn.vector, recent_ids(self.turn.context, self.turn.mixture.model_words))
                return self._read
            unread, place, words = [], self, self.turn.mixture.model_words
            while place._read is None and place.parent is not None:
                unread.append(words.like(place.last_words[-1]))
                place = place.parent
            self._read = model.read(place.read(), unread[::-1])
        return self._read

    def _mix(self, views: Views) -> Outlook:
        gates = gate_shares(self.turn.mixture.gates, views.features, views.is_there)
        count = len(self.turn.mixture.vocabulary)
        chances = np.zeros(count + len(self.turn.recent.extra), np.float32)
        for dense, gate in zip(views.dense, gates[:3], strict=True):
            if dense is not None:
                chances[:count] += dense * np.float32(gate)
        for sparse, gate in zip(views.sparse, gates[3:], strict=True):
            if sparse is not None:
                chances[sparse.words] += sparse.chances * np.float32(gate)
        if self.turn.word_weights is not None:
            chances[:count] *= self.turn.word_weights
            chances /= chances.sum()
        return Outlook(chances, float(chances[END]), float(chances[UNKNOWN]))


def outlooks(places: Sequence[Place]) -> list[Outlook]:
    """The outlooks of many places of one turn, for less than one by one, and kept by none of them."""
    tables = [place._tables() for place in places]
    model = places[0].turn.mixture.word_model if places else None
    if model is not None:
        words = places[0].turn.mixture.model_words
        sure = [one.features[1 + LONGEST] >= SURE for one in tables]
        asked = [
            (place, place.parent._read)
            for place, is_sure in zip(places, sure, strict=True)
            if not is_sure and place._read is None and place.parent is not None and place.parent._read is not None
        ]
        if asked:
            ids = [words.like(place.last_words[-1]) for place, _ in asked]
            for (place, _), state in zip(asked, model.step_all([state for _, state in asked], ids), strict=True):
                place._read = state
    return [place._mix(place._views(one)) for place, one in zip(places, tables, strict=True)]


def gate_shares(gates: Floats, features: Floats, is_there: Sequence[bool]) -> list[float]:
    """How far each source is trusted: a softmax over those that are there."""
    scores = [score if there else -1e9 for score, there in zip((gates @ features).tolist(), is_there, strict=True)]
    most = max(scores)
    parts = [math.exp(score - most) for score in scores]
    total = sum(parts)
    return [part / total for part in parts]


def _spread(found: Following | None, features: Floats, word_count: int) -> Floats | None:
    """Probabilities (V,); the features are: found, the log of its mass, its surest word, and of the end and count."""
    if found is None:
        return None
    dense = np.bincount(found.words, found.weights, word_count).astype(np.float32)
    dense /= np.float32(found.mass)
    told = (1.0, max(math.log(found.mass), LEAST_LOG) / 5, dense.max(), dense[END], math.log(found.count) / 5)
    features[:] = told[: len(features)]
    return dense
