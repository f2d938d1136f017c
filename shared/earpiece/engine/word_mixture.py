"""The next word from several sources: each knows something, and gates learned from the account say whom to trust."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.features import Context
from earpiece.engine.ngrams import LONGEST, NextWords
from earpiece.engine.prefixes import fold
from earpiece.engine.recent_words import RecentWords, Shares, recent_ids
from earpiece.engine.reply_words import ReplyWords
from earpiece.engine.spelling import Spelling
from earpiece.engine.spread import Spread
from earpiece.engine.vocabulary import AFTER_ALL, END, UNKNOWN, Vocabulary

SOURCES = ("replies", "ngrams", "word_model", "recent", "following")
FEATURES = 14 + LONGEST
LEAST_LOG = -12.0
# Of the n-grams, or of the replies that begin so where they have that much of all weight: the word model, which costs
# the most, is not asked as well.
SURE, LEAST_WEIGHT = 0.95, 0.3
MOST_WORDS_OF_A_REPLY = 80
Floats = NDArray[np.float32]
Array = NDArray[Any]


class WordPredictor(Protocol):
    """A word model as `word_model.WordModel`; states are its own, and those of one call of one conversation."""

    @property
    def word_count(self) -> int: ...
    def begin(self, context: Floats, recent: NDArray[np.int32]) -> Any: ...
    def seen(self, word_ids: Sequence[int]) -> Floats: ...
    def read(self, states: Sequence[Any], seen: Floats) -> Sequence[Any]: ...
    def predict(self, states: Sequence[Any]) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Outlook:
    """Probabilities of the next word: the vocabulary's, then those that only the conversation knows."""

    chances: Floats
    end: float
    unknown: float


@dataclass(frozen=True, slots=True)
class Said:
    """What a source says at the places `rows` (M): the probabilities of the vocabulary's words (M, V)."""

    rows: Sequence[int]
    chances: Floats


@dataclass(frozen=True, slots=True)
class Views:
    """What the sources say at N places of one turn, and `features` (N, F) that tell how far to trust each.

    `dense` are replies, n-grams and word model; `any_time` holds at all places, `following` at each. `is_there` (N, S).
    """

    features: Floats
    dense: tuple[Said, Said, Said]
    any_time: Shares | None
    following: Sequence[Shares | None]
    is_there: NDArray[np.bool_]


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

    def __post_init__(self) -> None:
        if self.word_model is not None and self.word_model.word_count != len(self.vocabulary):
            self.spread = Spread.of(self.vocabulary, self.next_words.unigram, self.word_model.word_count)

    @property
    def model_words(self) -> Vocabulary:
        """The words with the word model's ids."""
        return self.spread.words if self.spread else self.vocabulary


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

    @cached_property
    def recent(self) -> RecentWords:
        """Made when the first word is to be completed: suggestions do not wait for it."""
        return RecentWords(self.context, self.mixture.vocabulary, self.mixture.next_words.unigram)


class Place:
    """A place in the sentence: after some whole words. It knows what is before it, and nothing that comes after."""

    __slots__ = ("__weakref__", "depth", "done", "history", "last_words", "outlook", "parent", "state", "turn")

    def __init__(self, turn: Turn, parent: Place | None, word: str) -> None:
        self.turn, self.parent = turn, parent
        self.outlook: Outlook | None = None
        self.state: Any = None  # of the word model
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

    def forget(self) -> None:
        self.outlook = self.state = None


def outlooks(places: Sequence[Place]) -> list[Outlook]:
    """Of many places of one turn, for a fraction of what they cost one by one; kept by none of them."""
    views, turn = views_of(places), places[0].turn
    trust = shares_of_sources(turn.mixture.gates, views.features, views.is_there)
    count = len(turn.mixture.vocabulary)
    chances = np.zeros((len(places), count + len(turn.recent.extra)), np.float32)
    for said, share in zip(views.dense, trust.T, strict=False):
        if len(said.rows) == len(places):
            chances[:, :count] += np.multiply(said.chances, share[:, None], out=said.chances)
        elif said.rows:
            chances[said.rows, :count] += said.chances * share[said.rows, None]
    for row, following, shares in zip(chances, views.following, trust, strict=True):
        for words, share in ((views.any_time, shares[3]), (following, shares[4])):
            if words is not None:
                row[words.words] += words.chances * share
    if turn.word_weights is not None:
        chances[:, :count] *= turn.word_weights
        chances /= chances.sum(axis=1, keepdims=True)
    return [Outlook(one, float(one[END]), float(one[UNKNOWN])) for one in chances]


def views_of(places: Sequence[Place]) -> Views:
    """What all sources say at places of one turn."""
    turn, mixture = places[0].turn, places[0].turn.mixture
    ngrams, decided = mixture.next_words.after([place.history for place in places])
    count = ngrams.shape[1]
    surest = ngrams.max(axis=1).tolist()
    replies, of_replies = _from_replies(places, count)
    following = [turn.recent.after(place.last_words) for place in places]
    is_asked = [most < SURE and not _are_sure(of_reply) for most, of_reply in zip(surest, of_replies, strict=True)]
    model, of_model = _from_word_model(places, is_asked, count)
    features = [
        (1.0, *of_length, most, unknown, min(place.depth, 10) / 10, place.depth == 0, *of_reply, *_told(then), *of_word)
        for place, of_length, most, unknown, of_reply, then, of_word in zip(
            places, decided, surest, ngrams[:, UNKNOWN].tolist(), of_replies, following, of_model, strict=True
        )
    ]
    any_time = turn.recent.any_time is not None
    is_there = [
        (bool(of_reply[0]), True, bool(of_word[0]), any_time, then is not None)
        for of_reply, of_word, then in zip(of_replies, of_model, following, strict=True)
    ]
    everywhere = Said(list(range(len(places))), ngrams)
    dense = (replies, everywhere, model)
    return Views(np.array(features, np.float32), dense, turn.recent.any_time, following, np.array(is_there))


def shares_of_sources(gates: Array, features: Array, is_there: NDArray[np.bool_]) -> Array:
    """How far each source is trusted (N, S): a softmax over those that are there."""
    scores = np.where(is_there, features @ gates.T, -1e9)
    parts = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Array = (parts / parts.sum(axis=1, keepdims=True)).astype(features.dtype)
    return shares


def _from_replies(places: Sequence[Place], word_count: int) -> tuple[Said, Sequence[Sequence[float]]]:
    """The features are: found, the log of its mass, its surest word, and of the end and count."""
    turn = places[0].turn
    after = [turn.mixture.replies.after(place.done, place.depth, turn.weights) for place in places]
    found = [one for one in after if one is not None]
    features: list[Sequence[float]] = [(0.0,) * 5] * len(places)
    if not found:
        return Said([], np.zeros((0, word_count), np.float32)), features
    words = np.concatenate([one.words + number * word_count for number, one in enumerate(found)])
    weights = np.bincount(words, np.concatenate([one.weights for one in found]), len(found) * word_count)
    masses = np.array([[one.mass] for one in found])
    said = (weights.reshape(len(found), word_count) / masses).astype(np.float32)
    rows = [row for row, one in enumerate(after) if one is not None]
    for row, one, surest, end in zip(rows, found, said.max(axis=1).tolist(), said[:, END].tolist(), strict=True):
        features[row] = (1.0, max(math.log(one.mass), LEAST_LOG) / 5, surest, end, math.log(one.count) / 5)
    return Said(rows, said), features


def _are_sure(of_reply: Sequence[float]) -> bool:
    found, mass, surest, *_ = of_reply
    return bool(found) and mass >= math.log(LEAST_WEIGHT) / 5 and surest >= SURE


def _told(following: Shares | None) -> tuple[float, float]:
    """The features are: found, and its surest word."""
    return (0.0, 0.0) if following is None else (1.0, float(following.chances.max(initial=0)))


def _from_word_model(
    places: Sequence[Place], is_asked: Sequence[bool], word_count: int
) -> tuple[Said, Sequence[Sequence[float]]]:
    """The features are: its surest word, and what is unknown to it."""
    mixture = places[0].turn.mixture
    features: list[Sequence[float]] = [(0.0, 0.0)] * len(places)
    if mixture.word_model is None or not any(is_asked):
        return Said([], np.zeros((0, word_count), np.float32)), features
    rows = [row for row, is_one in enumerate(is_asked) if is_one]
    asked = [places[row] for row in rows]
    _read(mixture.word_model, asked)
    chances = mixture.word_model.predict([place.state for place in asked])
    chances = mixture.spread.over_all(chances) if mixture.spread else chances
    for row, *told in zip(rows, chances.max(axis=1).tolist(), chances[:, UNKNOWN].tolist(), strict=True):
        features[row] = told
    return Said(rows, chances), features


def _read(model: WordPredictor, places: Sequence[Place]) -> None:
    """Bring the word model's states to these places, and to those before them: all those together that can be."""
    turn, words = places[0].turn, places[0].turn.mixture.model_words
    unread: dict[Place, tuple[Place, int]] = {}  # the place before each, and how many before it are unread too
    for place in places:
        known, line = place, []
        while known.state is None and known.parent is not None and known not in unread:
            line.append(known)
            known = known.parent
        if known.state is None and known.parent is None:
            known.state = model.begin(turn.vector, recent_ids(turn.context, words))
        level = unread[known][1] + 1 if known in unread else 0
        for later, one in enumerate(reversed(line)):
            unread[one] = known, level + later
            known = one
    if not unread:
        return
    listed = sorted(unread, key=lambda place: unread[place][1])
    seen = model.seen([words.like(place.last_words[-1]) for place in listed])
    for _, numbered in groupby(enumerate(listed), key=lambda one: unread[one[1]][1]):
        rows, together = zip(*numbered, strict=True)
        states = model.read([unread[place][0].state for place in together], seen[list(rows)])
        for place, state in zip(together, states, strict=True):
            place.state = state
