"""A trained model, loaded by memory map: whole replies, completions, scores, links, and the pack for the widget."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.ma  # numpy.unique imports it when it is first called, for 50 ms of somebody's request
from numpy.typing import NDArray

from earpiece.domain.errors import ModelUnusable
from earpiece.engine.candidates import Candidate
from earpiece.engine.completing import Completing, Completion
from earpiece.engine.completion_tables import TABLES, mixture_of
from earpiece.engine.features import MOST_TURNS, Context, ContextTurn, shortened
from earpiece.engine.files import read_array, read_json, verified
from earpiece.engine.kept import Kept
from earpiece.engine.language import LANGUAGES, Language, conversation_language
from earpiece.engine.link_ranking import link_index
from earpiece.engine.mining import MinedReply
from earpiece.engine.normal import text_key
from earpiece.engine.offers import OfferPolicy
from earpiece.engine.packing import pack_turn
from earpiece.engine.prefixes import fold, is_near_beginning
from earpiece.engine.ranking import Ranking
from earpiece.engine.remade import StoredWordModel
from earpiece.engine.sentences import KeptOutlooks, Sentences
from earpiece.engine.slots import filled
from earpiece.engine.stored_ranker import ranker_of, stage_of
from earpiece.engine.suggestions import Offer
from earpiece.engine.vocabulary import AFTER_ALL
from earpiece.engine.word_languages import word_weights
from earpiece.engine.word_mixture import Turn

KNOWN_TURNS = 1_024  # a few hundred conversations at once, at the turns that somebody still types at
OTHER_LANGUAGE = np.float32(0.02)  # of its probability is left to a reply in another language than the customer's
KNOWN_CANDIDATES = 2_000
LIVE_REPLIES = 200
NEAR_BEGINNINGS = 1_000  # of the best replies are compared letter by letter with what may hold a slip of the finger
# What Python objects weigh, measured with tests/bench/test_resident_models.py.
BYTES_A_REPLY, HEAP_A_BYTE, BYTES_A_WORD = 500, 2, 180
STATE_BYTES = 100_000  # of a context that was typed through
OUTLOOK_BYTES_A_WORD = 4  # what is predicted of it


@dataclass(frozen=True, slots=True)
class TurnState:
    """What one context was worth: computed once a turn, not once a key. `shares` (replies,) are of whole intents."""

    ranking: Ranking
    shares: NDArray[np.float32]
    completing: Completing


class Model:
    """One model version. Safe for many threads; a request holds one object from its start to its end."""

    def __init__(self, folder: Path) -> None:
        try:
            self.manifest = verified(folder)
            self._load(folder)
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            raise ModelUnusable(f"{folder}: a file of the model cannot be read") from error
        self._states: Kept[Any, TurnState] = Kept(KNOWN_TURNS)
        self._candidates: Kept[str, Candidate] = Kept(KNOWN_CANDIDATES)
        self._outlooks = KeptOutlooks()

    def _load(self, folder: Path) -> None:
        names = [name.removesuffix(".npy") for name in self.manifest["files"] if name.endswith(".npy")]
        self.replies = [MinedReply(**reply) for reply in read_json(folder, "replies")]
        self._place = {reply.text_key: place for place, reply in enumerate(self.replies)}
        self._folded = [fold(reply.text) for reply in self.replies]
        self._sorted = sorted(range(len(self.replies)), key=self._folded.__getitem__)
        self._sorted_folded = [self._folded[place] for place in self._sorted]
        self._intents = np.asarray(read_array(folder, "reply_intents"))
        self._languages = np.asarray(read_array(folder, "reply_languages"))
        self._ranker = ranker_of(folder, names, self._place)
        self._reply_stage, self._score_stage = stage_of(folder, "reply_stage"), stage_of(folder, "score_stage")
        tables = {name: read_array(folder, f"completion_{name}") for name in TABLES}
        words = {
            name.removeprefix("word_model_"): read_array(folder, name)
            for name in names
            if name.startswith("word_model_")
        }
        texts = [reply.text for reply in self.replies]
        self._mixture = mixture_of(tables, texts, StoredWordModel(words) if words else None)
        self._word_weights = word_weights(self._mixture.vocabulary.words, texts, self._languages.tolist())
        self._policy = OfferPolicy(**self.manifest["completion_policy"])
        self._suggestion_threshold = float(self.manifest["thresholds"]["suggestion"])
        arrays = {name: read_array(folder, name) for name in names if name.startswith("link_")}
        self._links = link_index(read_json(folder, "links"), arrays)
        self._remade = self._ranker.remade
        if isinstance(self._mixture.word_model, StoredWordModel):
            self._remade.append(self._mixture.word_model.in_32_bits)
        self._resting_bytes = self._estimate()

    def _estimate(self) -> int:
        """Of what stays while the model rests: its arrays, mapped or read, and its texts as Python objects."""
        sizes = {name: one["size_bytes"] for name, one in self.manifest["files"].items()}
        arrays = sum(size for name, size in sizes.items() if name.endswith(".npy"))
        texts = BYTES_A_REPLY * len(self.replies) + HEAP_A_BYTE * sizes["replies.json"]
        return int(arrays + texts + BYTES_A_WORD * len(self._mixture.vocabulary))

    @property
    def resident_bytes(self) -> int:
        """About what this model adds to the memory of the process now; mapped files count as if all was touched."""
        held = sum(one.held_bytes for one in self._remade)
        outlooks = OUTLOOK_BYTES_A_WORD * len(self._mixture.vocabulary) * len(self._outlooks)
        read = self._ranker.encoder.held_bytes + (self._ranker.sequence.held_bytes if self._ranker.sequence else 0)
        return self._resting_bytes + held + outlooks + read + STATE_BYTES * len(self._states)

    @property
    def reply_languages(self) -> Sequence[Language | None]:
        """Of each of `replies`; None where it is in none that we can tell."""
        return [LANGUAGES[number] if number >= 0 else None for number in self._languages.tolist()]

    def rest(self) -> None:
        """Let go of what can be made again in milliseconds, while nobody types. Requests in progress go on."""
        for one in self._remade:
            one.let_go()
        self._ranker.encoder.forget()
        if self._ranker.sequence:
            self._ranker.sequence.forget()
        self._states.forget()
        self._candidates.forget()
        self._outlooks.forget()

    def forget_unused(self, for_s: float) -> None:
        """Let go of the conversations in which nobody typed in so many seconds."""
        self._ranker.encoder.forget_unused(for_s)
        if self._ranker.sequence:
            self._ranker.sequence.forget_unused(for_s)
        self._states.forget_unused(for_s)
        self._candidates.forget_unused(for_s)
        self._outlooks.forget_gone()

    @property
    def longest_unused_s(self) -> float:
        """Of the conversations that it remembers, how long ago somebody typed in the one that was left longest ago."""
        return self._states.longest_unused_s

    def suggest(self, context: Context, prefix: str, k: int, *, exclude: Collection[str] = ()) -> list[Offer]:
        """At most k whole replies of different intents, best first, that begin as typed; ties by place.

        `score` is the probability that this, or something alike, is said. With nothing typed, none under the
        account's threshold. `exclude` holds normalised texts (`text_key`) that must not be offered, like what the
        agent said before.
        """
        state = self._state(context)
        typed = fold(prefix.strip())
        if not typed:
            likely = np.flatnonzero(state.shares >= self._suggestion_threshold)
            return self._offers(self._best(likely, state), state, k, "", exclude, context)
        low = bisect_left(self._sorted_folded, typed)
        high = bisect_left(self._sorted_folded, typed + AFTER_ALL, low)
        found = self._offers(self._best(self._sorted[low:high], state), state, k, typed, exclude, context)
        if not found:
            best = state.ranking.best(NEAR_BEGINNINGS)
            near = (place for place in best if is_near_beginning(typed, self._folded[place]))
            found = self._offers(near, state, k, typed, exclude, context)
        return found

    def complete(self, context: Context, prefix: str) -> str | None:
        """The text to append to what was typed, or None where no extension is likely enough."""
        found = self.completion(context, prefix)
        return found.text if found else None

    def completion(self, context: Context, prefix: str, threshold: float | None = None) -> Completion | None:
        """The same with its probability; `threshold` stands in for the least that the model's policy asks for."""
        policy = self._policy if threshold is None else replace(self._policy, least_chance=threshold)
        return self._state(context).completing.complete(prefix, policy)

    def score(self, context: Context, candidates: Sequence[str]) -> list[float]:
        """How well each candidate would stand as the next reply; they compare within one context only."""
        if not candidates:
            return []
        turn = self._state(context).ranking.turn
        known = [self._candidate(text) for text in candidates]
        return [float(score) for score in self._ranker.score(turn, known, self._score_stage)]

    def urls(self, context: Context, k: int) -> list[str]:
        """At most k links that agents sent in like contexts, best first."""
        return [link for link, _ in self.scored_urls(context, k)]

    def scored_urls(self, context: Context, k: int) -> list[tuple[str, float]]:
        """The same with scores between 0 and 1."""
        turn = self._state(context).ranking.turn
        ranked = self._links.ranked(turn)[:k]
        return [(self._links.links[place], round(share, 4)) for place, share in ranked]

    def pack(self, context: Context, draft: str = "") -> bytes:
        """What may follow a draft, for completing without a request."""
        state = self._state(context)
        best = state.ranking.best(LIVE_REPLIES)
        replies = [(self.replies[place].text, float(state.ranking.probabilities[place])) for place in best]
        return pack_turn(state.completing.sentences.turn, self._policy, replies, draft)

    def _best(self, places: Iterable[int], state: TurnState) -> Iterator[int]:
        """The likeliest reply of each intent among these places, the likeliest intent first."""
        some = np.fromiter(places, np.int64)
        seen: set[int] = set()
        chances = state.ranking.probabilities[some]
        for place in some[np.lexsort((some, -chances, -state.shares[some]))].tolist():
            if (intent := int(self._intents[place])) not in seen:
                seen.add(intent)
                yield place

    def _offers(
        self, places: Iterable[int], state: TurnState, k: int, typed: str, exclude: Collection[str], context: Context
    ) -> list[Offer]:
        offers: list[Offer] = []
        for place in places:
            reply = self.replies[place]
            if len(offers) == k:
                break
            if self._folded[place] == typed or reply.text_key in exclude:
                continue
            text, score = filled(reply.text, context), round(float(state.shares[place]), 6)
            offers.append(Offer(text=text, score=min(score, 1.0), reply_id=reply.reply_id, source="model"))
        return offers

    def _candidate(self, text: str) -> Candidate:
        return self._candidates.get(text, lambda: self._ranker.candidate(text, self._place.get(text_key(text), -1)))

    def _state(self, context: Context) -> TurnState:
        short = shortened(context)
        key = (len(context), *((turn["role"], turn["text"]) for turn in short[-MOST_TURNS:]))
        return self._states.get(key, lambda: self._rank(short))

    def _rank(self, context: Sequence[ContextTurn]) -> TurnState:
        language = conversation_language(context[-MOST_TURNS:])
        is_other = self._in_other_than(language)
        ranking = _without(self._ranker.rank(context, self._reply_stage), is_other)
        shares = np.bincount(self._intents, ranking.probabilities, len(self._intents))[self._intents]
        shares[is_other] = 0  # never suggested unasked; found by its beginning, for agents know what they type
        words = self._word_weights.get(language) if language else None
        turn = Turn(self._mixture, context, ranking.probabilities, ranking.turn.vector, words)
        return TurnState(ranking, shares.astype(np.float32), Completing(Sentences(turn, self._outlooks)))

    def _in_other_than(self, language: Language | None) -> NDArray[np.bool_]:
        """Which replies are in another language than this one; those in none are in no other."""
        if language is None:
            return np.zeros(len(self._languages), bool)
        is_other: NDArray[np.bool_] = (self._languages >= 0) & (self._languages != LANGUAGES.index(language))
        return is_other


def _without(ranking: Ranking, is_other: NDArray[np.bool_]) -> Ranking:
    """The same with those held to be unlikely."""
    if not is_other.any():
        return ranking
    chances = np.where(is_other, OTHER_LANGUAGE * ranking.probabilities, ranking.probabilities)
    return replace(ranking, probabilities=chances)
