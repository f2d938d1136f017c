"""The loss of the sequence of turns and its gradients, by hand.

The turns of a conversation are read once, however many of them are the agent's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.in_batch import among_pairs, shortened, through_length
from earpiece.engine.softmax import log_softmax
from earpiece.engine.turn_sequence import DIGITS, stepped

Array = NDArray[Any]
Weights = dict[str, Any]
INTENTS_SHARE = 0.7  # of the loss; the answers have the rest


@dataclass(frozen=True, slots=True)
class ReadTurn:
    """A turn's words (width,) and `digits_alone`; of an agent's also its intent, what it is as an answer
    (`read_answer`), and a key that it shares with those that say the same.
    """

    words: Array
    digits: Array
    intent: int | None = None
    answer: Array | None = None
    key: int = -1


@dataclass(frozen=True, slots=True)
class Batch:
    """`words` (turns, conversations, width), `who` (…, 2), `digits` (…, 9), `intents` with the number of intents for
    the customer; `is_asked` where the agent's turn follows; of those turns, in this order, the intents, the answers and
    their keys.
    """

    words: Array
    who: Array
    digits: Array
    intents: Array
    is_asked: Array
    next_intents: Array
    answers: Array
    keys: Array


@dataclass(frozen=True, slots=True)
class Drops:
    """What is left out, as factors."""

    words: Any
    intents: Any
    hidden: Any


NOTHING_DROPPED = Drops(1.0, 1.0, 1.0)


def batch_of(conversations: Sequence[Sequence[ReadTurn]], intents: int) -> Batch:
    """Conversations side by side, the shorter ones filled up with turns that nobody asks about."""
    longest, width = max(map(len, conversations)), len(conversations[0][0].words)
    words = np.zeros((longest, len(conversations), width), np.float32)
    who = np.zeros((longest, len(conversations), 2), np.float32)
    digits = np.zeros((longest, len(conversations), DIGITS), np.float32)
    said = np.full((longest, len(conversations)), intents)
    for column, conversation in enumerate(conversations):
        words[: len(conversation), column] = [turn.words for turn in conversation]
        digits[: len(conversation), column] = [turn.digits for turn in conversation]
        is_agent = np.array([turn.intent is not None for turn in conversation])
        who[: len(conversation), column] = np.stack([~is_agent, is_agent], axis=1)
        said[: len(conversation), column] = [intents if turn.intent is None else turn.intent for turn in conversation]
    is_asked = np.zeros(said.shape, bool)
    is_asked[:-1] = said[1:] < intents
    next_turns = [conversations[column][place + 1] for place, column in np.argwhere(is_asked).tolist()]
    return Batch(
        words,
        who,
        digits,
        said,
        is_asked,
        np.array([turn.intent for turn in next_turns]),
        np.array([turn.answer for turn in next_turns], np.float32),
        np.array([turn.key for turn in next_turns]),
    )


def loss_and_gradients(weights: Weights, batch: Batch, drops: Drops) -> tuple[float, Weights]:
    """The mean cross entropy of intents and answers, by their shares, and its gradient by every array."""
    intents = weights["intent"][batch.intents] * drops.intents
    seen = np.concatenate([batch.words * drops.words, batch.who, intents, batch.digits], axis=2)
    gates = seen @ weights["read"] + weights["read_bias"]
    hidden = [np.zeros((gates.shape[1], len(weights["hidden"])), gates.dtype)]
    made = []
    for turn in gates:
        after, *rest = stepped(weights["hidden"], hidden[-1], turn)
        hidden.append(after)
        made.append(rest)
    kept = np.stack(hidden[1:]) * drops.hidden
    asked, last = kept[batch.is_asked], seen[batch.is_asked]
    of_intents, by_intents = _of_intents(weights, asked, last, batch)
    of_answers, by_answers = _of_answers(weights, asked, last, batch)
    by_hidden, by_seen = np.zeros_like(kept), np.zeros_like(seen)
    by_hidden[batch.is_asked] = by_intents.pop("asked") + by_answers.pop("asked")
    by_seen[batch.is_asked] = by_intents.pop("last") + by_answers.pop("last")
    by_gates, by_kept = _back(weights["hidden"], hidden, made, by_hidden * drops.hidden)
    by_seen += by_gates @ weights["read"].T
    by_intent = np.zeros_like(weights["intent"])
    first = batch.words.shape[2] + batch.who.shape[2]
    np.add.at(by_intent, batch.intents, by_seen[..., first : first + intents.shape[2]] * drops.intents)
    return of_intents + of_answers, {
        "intent": by_intent,
        "read": np.tensordot(seen, by_gates, ((0, 1), (0, 1))),
        "read_bias": by_gates.sum(axis=(0, 1)),
        "hidden": np.tensordot(np.stack(hidden[:-1]), by_kept, ((0, 1), (0, 1))),
        **by_intents,
        **by_answers,
    }


def _of_intents(weights: Weights, asked: Array, last: Array, batch: Batch) -> tuple[float, Weights]:
    """The share of the cross entropy of the next intents, and its gradients, those by `asked` and `last` among them."""
    logs = log_softmax(asked @ weights["out"] + last @ weights["skip"] + weights["bias"])
    rows = np.arange(len(logs))
    by_scores = np.exp(logs)
    by_scores[rows, batch.next_intents] -= 1
    by_scores *= INTENTS_SHARE / len(logs)
    return -INTENTS_SHARE * float(logs[rows, batch.next_intents].mean()), {
        "out": asked.T @ by_scores,
        "skip": last.T @ by_scores,
        "bias": by_scores.sum(axis=0),
        "asked": by_scores @ weights["out"].T,
        "last": by_scores @ weights["skip"].T,
    }


def _of_answers(weights: Weights, asked: Array, last: Array, batch: Batch) -> tuple[float, Weights]:
    """The share of the cross entropy of finding each turn's answer and each answer's turn, and its gradients."""
    each_way = (1 - INTENTS_SHARE) / 2
    wanted, wanted_lengths = shortened(asked @ weights["want"] + last @ weights["want_skip"] + weights["want_bias"])
    answers, answer_lengths = shortened(batch.answers @ weights["answer"])
    both, by_cosines, by_sharpness = among_pairs(wanted @ answers.T, weights["sharpness"][0], batch.keys)
    by_wanted = through_length(by_cosines @ answers * each_way, wanted, wanted_lengths)
    by_answers = through_length(by_cosines.T @ wanted * each_way, answers, answer_lengths)
    return both * each_way, {
        "want": asked.T @ by_wanted,
        "want_skip": last.T @ by_wanted,
        "want_bias": by_wanted.sum(axis=0),
        "answer": batch.answers.T @ by_answers,
        "sharpness": np.array([by_sharpness * each_way], weights["sharpness"].dtype),
        "asked": by_wanted @ weights["want"].T,
        "last": by_wanted @ weights["want_skip"].T,
    }


def _back(weights: Array, hidden: Sequence[Array], made: Sequence[Sequence[Array]], by_each: Array) -> Any:
    """The gradients by the gates and by the products with what was kept, both (turns, conversations, 3 * hidden)."""
    by_gates = np.zeros((*by_each.shape[:2], weights.shape[1]), by_each.dtype)
    by_kept = np.zeros_like(by_gates)
    by_after = np.zeros_like(by_each[0])
    for place in range(len(made) - 1, -1, -1):
        reset, update, candidate, kept = made[place]
        by_after = by_after + by_each[place]
        by_candidate = by_after * (1 - update) * (1 - candidate * candidate)
        by_reset = by_candidate * kept * reset * (1 - reset)
        by_update = by_after * (hidden[place] - candidate) * update * (1 - update)
        by_gates[place] = np.concatenate([by_reset, by_update, by_candidate], axis=1)
        by_kept[place] = np.concatenate([by_reset, by_update, by_candidate * reset], axis=1)
        by_after = by_after * update + by_kept[place] @ weights.T
    return by_gates, by_kept
