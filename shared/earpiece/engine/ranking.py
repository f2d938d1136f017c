"""Ranking: how well each reply would follow a context. Once a turn: what a key needs is in the TurnState.

First stage, over all replies of the account: the encoder's cosine, how often a reply is said, what was said in the
nearest past contexts, and how far the conversation is. Second stage, over the best of these or over candidates that
somebody names: a small network over the features of `features`, and beside it
what follows in the order of the turns (`turn_sequence`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.candidates import NO_ANSWER, STATIC_COUNT, Candidate, Candidates
from earpiece.engine.clock_times import NO_TIME, clock_times, nearness
from earpiece.engine.encoder import SMALL, Encoder, unit
from earpiece.engine.features import MOST_TURNS, Context, agent_position
from earpiece.engine.lexicon import FIELD_COUNT, ContextWords, Lexicon
from earpiece.engine.nearest import largest, products
from earpiece.engine.remade import Remade, StoredHeads
from earpiece.engine.second_stage import SecondStage
from earpiece.engine.turn_sequence import Reached, TurnSequence

NEAREST = 100
SHARPNESS = 14.0
VOTE_FLOOR = 0.003
COSINE_WEIGHT, COUNT_WEIGHT, VOTE_WEIGHT, POSITION_WEIGHT = 10.0, 0.5, 0.8, 0.3
SHORT_LIST = 64
TAIL = 0.02  # of the probability goes to the replies that are not on the short list
PREVIOUS = 6  # agent turns that a candidate is compared with
PAIR_FEATURES = ("cosine", "neighbours", "usual", "last said", "said", "votes", "position", "known")
TIME_FEATURES = ("has time", "near any", "near the last")
FEATURE_COUNT = len(PAIR_FEATURES) + 2 * FIELD_COUNT + STATIC_COUNT + 4 + len(TIME_FEATURES)
Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Index:
    """The account's replies, and past contexts that one of them followed.

    `context_vectors` (contexts, small) are in int8 under `projection` (width, small).
    """

    replies: Candidates
    positions: Array  # (4, replies): logarithm of the share, by `agent_position`
    projection: Array
    context_vectors: NDArray[np.int8]
    context_replies: NDArray[np.int32]  # the place of the reply that followed; older models hold -1 where it is none

    @property
    def widened_bytes(self) -> int:
        """What the arrays hold that were brought to 32 bits."""
        return sum(one.nbytes for one in (self.replies.vectors, self.replies.static, self.positions, self.projection))

    def count(self, place: int) -> int:
        """How often the reply of this place was said; 0 for none of the account's."""
        return round(float(np.expm1(self.replies.static[place, 0]))) if place >= 0 else 0


@dataclass(frozen=True, slots=True)
class Turn:
    """A context, encoded: what both stages need of it."""

    vector: Array
    words: ContextWords
    said: Sequence[Array]  # (width,) of each agent turn, newest first
    neighbour_vector: Array  # the mean vector of the replies that followed the nearest contexts
    votes: Array  # (replies,), shares of those replies
    position: int
    about: tuple[float, ...]
    times: tuple[tuple[int, ...], tuple[int, ...]]  # that anybody named, and that were named in the last two turns
    reached: Reached | None  # in the order of the turns


@dataclass(frozen=True, slots=True)
class Ranking:
    """`probabilities` (replies,) of being said next, together at most 1; `turn` made them."""

    probabilities: Array
    turn: Turn

    def best(self, most: int) -> Sequence[int]:
        """The places of so many, best first, ties by place."""
        best: list[int] = np.argsort(-self.probabilities, kind="stable")[:most].tolist()
        return best


class Ranker:
    """Ranks the replies of an index, or any texts, after a context."""

    def __init__(
        self, encoder: Encoder, lexicon: Lexicon, index: Index | Remade[Index], sequence: TurnSequence | None = None
    ) -> None:
        self.encoder, self.lexicon, self.sequence = encoder, lexicon, sequence
        self._index = index
        replies = self.index.replies
        self._mean = unit(replies.vectors.mean(axis=0)) if len(replies.places) else self._nothing()

    @property
    def index(self) -> Index:
        return self._index.get() if isinstance(self._index, Remade) else self._index

    @property
    def remade(self) -> list[Remade[Any]]:
        """What can be let go, and is made again when it is needed."""
        parts = (self._index, self.encoder.heads, self.sequence)
        return [
            one if isinstance(one, Remade) else one.in_32_bits
            for one in parts
            if isinstance(one, Remade | StoredHeads | TurnSequence)
        ]

    def small(self, vector: Array) -> Array:
        """A context's vector as the index holds it, before it is brought to 8 bits."""
        return np.asarray(unit(vector @ self.index.projection), np.float32)

    def turn(self, context: Context) -> Turn:
        """Encode a context."""
        vector = self.encoder.context(context)
        words = ContextWords.of(self.lexicon, context)
        said = [turn["text"] for turn in reversed(context) if turn["role"] == "agent"][:PREVIOUS]
        votes, neighbour_vector = self._neighbours(vector)
        about = (
            math.log1p(len(context)),
            float(bool(context) and context[-1]["role"] == "agent"),
            math.log1p(words.sizes[0]),
            math.log1p(words.sizes[1]),
        )
        reached = self.sequence.reached(context) if self.sequence and context else None
        times = _named_times(context), _named_times(context[-2:])
        return Turn(
            vector,
            words,
            self.encoder.replies(said),
            neighbour_vector,
            votes,
            agent_position(context),
            about,
            times,
            reached,
        )

    def candidate(self, text: str, place: int) -> Candidate:
        """A text with what is compared of it; `place` is its place among the account's replies, -1 for none of them."""
        answer = self.sequence.answer(text) if self.sequence else NO_ANSWER
        return Candidate.of(text, place, self.index.count(place), self.encoder, self.lexicon, answer)

    def first_stage(self, turn: Turn) -> Array:
        """A score for every reply of the account."""
        replies = self.index.replies
        return np.asarray(
            COSINE_WEIGHT * (replies.vectors @ turn.vector)
            + COUNT_WEIGHT * replies.static[:, 0]
            + VOTE_WEIGHT * np.log(turn.votes + VOTE_FLOOR)
            + POSITION_WEIGHT * self.index.positions[turn.position],
            np.float32,
        )

    def short_list(self, scores: Array) -> NDArray[np.int64]:
        """The places of the best of the first stage, best first, ties by place."""
        best = largest(scores, SHORT_LIST)
        return best[np.argsort(-scores[best], kind="stable")]

    def features(self, turn: Turn, candidates: Candidates) -> Array:
        """(candidates, features) for the second stage."""
        vectors, places = candidates.vectors, candidates.places
        known = places >= 0
        votes = np.where(known, turn.votes[places], 0) if len(turn.votes) else np.zeros(len(places))
        positions = np.where(known, self.index.positions[turn.position][places], 0) if len(turn.votes) else votes
        likeness = vectors @ np.stack([turn.vector, turn.neighbour_vector, self._mean, *turn.said], axis=1)
        columns = [
            *likeness[:, :3].T,
            likeness[:, 3] if len(turn.said) else np.zeros(len(places)),
            likeness[:, 4:].max(axis=1, initial=-0.2),
            np.log(votes + VOTE_FLOOR),
            positions,
            known,
        ]
        about = np.broadcast_to(np.array(turn.about, np.float32), (len(places), len(turn.about)))
        parts = [np.stack(columns, axis=1), turn.words.overlap(candidates.bags), candidates.static, about]
        if self.index.replies.times is not None and candidates.times is not None:
            near = [nearness(candidates.times, named) for named in turn.times]
            parts.append(np.stack([candidates.times[:, 0] != NO_TIME, *near], axis=1))
        return np.concatenate(parts, axis=1, dtype=np.float32)

    def rank(self, context: Context, second: SecondStage) -> Ranking:
        """Every reply of the account with its probability of being said next."""
        turn = self.turn(context)
        count = len(self.index.replies.places)
        if not count:
            return Ranking(np.zeros(0, np.float32), turn)
        scores = self.first_stage(turn)
        listed = self.short_list(scores)
        features = with_none(self.features(turn, self.index.replies.chosen(listed)))
        logits = second(features)
        if self.sequence and turn.reached:
            logits = self.sequence.weighed(logits, listed, turn.reached)
        shares = _softmax(logits)
        probabilities = TAIL * shares[-1] * _softmax(scores)
        probabilities[listed] += shares[:-1]
        return Ranking(probabilities, turn)

    def score(self, turn: Turn, candidates: Sequence[Candidate], second: SecondStage) -> Array:
        """A score for each candidate; they compare within one context only."""
        scores = second(self.features(turn, Candidates.of(candidates, self.encoder.width)))
        if self.sequence and turn.reached:
            scores += self.sequence.answered(turn.reached, np.stack([one.answer for one in candidates]))
        return scores

    def _neighbours(self, vector: Array) -> tuple[Array, Array]:
        index = self.index
        count = len(index.replies.places)
        if not len(index.context_replies) or not count:
            return np.zeros(count, np.float32), self._nothing()
        small = self.small(vector)
        cosines = products(index.context_vectors, small) * np.float32(1 / 127)
        nearest = largest(cosines, NEAREST)
        weights = np.exp(SHARPNESS * (cosines[nearest] - cosines[nearest].max()))
        weights /= weights.sum()
        replies = index.context_replies[nearest]
        known = replies >= 0
        votes = np.bincount(replies[known], weights[known], count).astype(np.float32)
        heard = np.flatnonzero(votes)
        return votes, np.asarray(votes[heard] @ index.replies.vectors[heard], np.float32)

    def _nothing(self) -> Array:
        return np.zeros(self.encoder.width, np.float32)


def _named_times(context: Context) -> tuple[int, ...]:
    return tuple({time for turn in context[-MOST_TURNS:] for time in clock_times(turn["text"])})


def first_stage_weights(feature_count: int) -> dict[str, Array]:
    """A second stage that says what the first does, for accounts too small to learn one."""
    line = np.zeros(feature_count, np.float32)
    for name, weight in (("cosine", COSINE_WEIGHT), ("votes", VOTE_WEIGHT), ("position", POSITION_WEIGHT)):
        line[PAIR_FEATURES.index(name)] = weight
    line[len(PAIR_FEATURES) + 2 * FIELD_COUNT] = COUNT_WEIGHT
    nothing = np.zeros((feature_count, 1), np.float32)
    return {
        "mean": nothing[:, 0],
        "spread": nothing[:, 0] + 1,
        "hidden": nothing,
        "bias": nothing[0],
        "out": nothing[0],
        "line": line,
    }


def with_none(features: Array) -> Array:
    """A last column that marks one more row: what it says is that none of these will follow.

    That row carries the best value of every feature, so that it can tell a clear case from a doubtful one.
    """
    marked = np.zeros((len(features) + 1, features.shape[1] + 1), np.float32)
    marked[:-1, :-1] = features
    marked[-1, :-1] = features.max(axis=0)
    marked[-1, -1] = 1
    return marked


def _softmax(scores: Array) -> Array:
    raised = np.exp(scores - scores.max())
    shares: Array = (raised / (raised.sum() + SMALL)).astype(np.float32)
    return shares
