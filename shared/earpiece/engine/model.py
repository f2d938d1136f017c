"""A trained model, loaded by memory map: whole replies, completions, scores, links, and the pack for the widget."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.domain.errors import ModelUnusable
from earpiece.engine.completing import Completing, Completion
from earpiece.engine.completion_tables import TABLES, mixture_of
from earpiece.engine.completion_training import FittedCompletion, fit_completion
from earpiece.engine.features import Context, agent_position, context_terms, terms
from earpiece.engine.files import read_array, read_json, verified
from earpiece.engine.mining import MinedReply
from earpiece.engine.neighbours import Neighbours
from earpiece.engine.offers import OfferPolicy
from earpiece.engine.packing import pack
from earpiece.engine.prefixes import fold, is_near_beginning
from earpiece.engine.suggestions import Offer, distinct
from earpiece.engine.word_mixture import Turn

POSITION_WEIGHT = 0.35
FREQUENCY_FLOOR = 1e-4
KNOWN_TURNS = 64
KEY_TURNS = 10  # what is offered depends on no older ones
LIVE_REPLIES = 200


@dataclass(frozen=True, slots=True)
class TurnState:
    """What one context was worth: computed once a turn, not once a key."""

    scores: NDArray[np.float32]
    order: NDArray[np.int64]
    contexts: NDArray[np.int64]
    similarity: NDArray[np.float32]
    completing: Completing


class Model:
    """One model version. Safe for many threads; a request holds one object from its start to its end."""

    def __init__(self, folder: Path) -> None:
        try:
            self.manifest = verified(folder)
            self._load(folder)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelUnusable(f"{folder}: a file of the model cannot be read") from error
        self._lock = threading.Lock()
        self._states: OrderedDict[Any, TurnState] = OrderedDict()

    def _load(self, folder: Path) -> None:
        self.replies = [MinedReply(**reply) for reply in read_json(folder, "replies")]
        self._folded = [fold(reply.text) for reply in self.replies]
        self._positions = read_array(folder, "reply_positions")
        terms_ = {term: number for number, term in enumerate(read_json(folder, "terms"))}
        arrays = {name: read_array(folder, f"neighbour_{name}") for name in ("idf", "offsets", "contexts", "weights")}
        self._context_replies = read_array(folder, "context_replies")
        self._neighbours = Neighbours(terms_, **arrays, context_count=len(self._context_replies))
        self._text_terms = {term: number for number, term in enumerate(read_json(folder, "text_terms"))}
        self._text = {name: read_array(folder, f"text_{name}") for name in ("idf", "offsets", "ids", "weights")}
        tables = {name: read_array(folder, f"completion_{name}") for name in TABLES}
        self._mixture = mixture_of(tables, [reply.text for reply in self.replies])
        self._policy = OfferPolicy(**self.manifest["completion_policy"])
        self._links = read_json(folder, "links")
        self._link_uses = read_array(folder, "link_uses")

    def suggest(self, context: Context, prefix: str, k: int, *, exclude: Collection[str] = ()) -> list[Offer]:
        """At most k whole replies, best first, that begin as typed; ties by id.

        `exclude` holds normalised texts (`text_key`) that must not be offered, like what the agent said before.
        """
        state = self._state(context)
        typed = fold(prefix.strip())
        exact = (place for place in state.order if self._folded[place].startswith(typed))
        found = self._offers(exact, state, k, typed, exclude)
        if not found and typed:
            near = (place for place in state.order if is_near_beginning(typed, self._folded[place]))
            found = self._offers(near, state, k, "", exclude)
        return found

    def complete(self, context: Context, prefix: str) -> str | None:
        """The text to append to what was typed, or None where no extension is likely enough."""
        found = self.completion(context, prefix)
        return found.text if found else None

    def completion(self, context: Context, prefix: str, threshold: float | None = None) -> Completion | None:
        """The same with its probability; `threshold` stands in for the least that the model's policy asks for."""
        policy = self._policy if threshold is None else replace(self._policy, least_chance=threshold)
        return self._state(context).completing.complete(prefix, policy)

    def fit_completion(
        self, held_out: Sequence[tuple[Context, str]], most_false_offers: float, typed_messages: int
    ) -> FittedCompletion:
        """Fit completion on messages that this model was not trained on; its own completions change."""
        turn_of = lambda context: self._state(context).completing.turn  # noqa: E731
        return fit_completion(self._mixture, held_out, turn_of, most_false_offers, typed_messages)

    def score(self, context: Context, candidates: Sequence[str]) -> list[float]:
        """How well each candidate would stand as the next reply: its likeness to what was said in like contexts."""
        state = self._state(context)
        expected = np.zeros(len(self._text_terms) + 1, np.float32)
        for place, similarity in zip(state.contexts, state.similarity, strict=True):
            span = slice(self._text["offsets"][place], self._text["offsets"][place + 1])
            expected[self._text["ids"][span]] += similarity**2 * self._text["weights"][span]
        return [self._likeness(candidate, expected) for candidate in candidates]

    def urls(self, context: Context, k: int) -> list[str]:
        """At most k links that agents sent in like contexts, best first."""
        return [link for link, _ in self.scored_urls(context, k)]

    def scored_urls(self, context: Context, k: int) -> list[tuple[str, float]]:
        """The same with scores between 0 and 1."""
        state = self._state(context)
        weight = dict(zip(state.contexts.tolist(), (state.similarity**2).tolist(), strict=True))
        votes: dict[int, float] = {}
        for place, link in self._link_uses[np.isin(self._link_uses[:, 0], state.contexts)].tolist():
            votes[link] = votes.get(link, 0.0) + weight[place]
        total = float((state.similarity**2).sum()) or 1.0
        best = sorted(votes.items(), key=lambda item: (-item[1], item[0]))[:k]
        return [(self._links[link], round(vote / total, 4)) for link, vote in best]

    def pack(self, context: Context) -> bytes:
        """The likeliest replies of this context as a trie, for completing without a request."""
        state = self._state(context)
        return pack(
            [(self.replies[place].text, float(state.scores[place])) for place in state.order[:LIVE_REPLIES]],
            self._policy.least_chance,
        )

    def _offers(self, places: Any, state: TurnState, k: int, typed: str, exclude: Collection[str]) -> list[Offer]:
        wanted = (
            Offer(
                text=self.replies[place].text,
                score=round(float(state.scores[place]), 6),
                reply_id=self.replies[place].reply_id,
                source="model",
            )
            for place in places
            if self._folded[place] != typed and self.replies[place].text_key not in exclude
        )
        return distinct(wanted, k)

    def _likeness(self, candidate: str, expected: NDArray[np.float32]) -> float:
        ids = [self._text_terms[term] for term in terms(candidate) if term in self._text_terms]
        if not ids:
            return 0.0
        weights = self._text["idf"][ids]
        return float((expected[ids] * weights).sum() / np.linalg.norm(weights))

    def _state(self, context: Context) -> TurnState:
        key = (agent_position(context), *((turn["role"], turn["text"]) for turn in context[-KEY_TURNS:]))
        with self._lock:
            if key in self._states:
                self._states.move_to_end(key)
                return self._states[key]
        state = self._rank(context)
        with self._lock:
            self._states[key] = state
            while len(self._states) > KNOWN_TURNS:
                self._states.popitem(last=False)
        return state

    def _rank(self, context: Context) -> TurnState:
        contexts, similarity = self._neighbours.nearest(context_terms(context))
        replies = self._context_replies[contexts]
        known = replies >= 0
        votes = np.bincount(replies[known], similarity[known] ** 2, len(self.replies))
        share = votes / (float((similarity**2).sum()) or 1.0)
        scores = share + POSITION_WEIGHT * np.exp(self._positions[agent_position(context)]) + FREQUENCY_FLOOR
        scores = (scores / scores.sum()).astype(np.float32)
        order = np.lexsort((np.arange(len(scores)), -scores))
        completing = Completing(Turn(self._mixture, context, scores))
        return TurnState(scores, order, contexts, similarity, completing)


def load(folder: Path | str) -> Model:
    """The model of a folder; raises ModelUnusable when it is missing, corrupt or of another format."""
    return Model(Path(folder))
