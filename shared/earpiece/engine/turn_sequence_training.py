"""Train the sequence of turns: at each turn of the agent the cross entropy of its intent, gradients by hand.

The turns of a conversation are read once, however many of them are the agent's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.adam import Adam
from earpiece.engine.turn_sequence import log_softmax, stepped

LEAST_RATE = 0.02
LONGEST_STEP = 1.0
Array = NDArray[Any]
Weights = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReadTurn:
    """A turn's words (width,) and its intent, None for the customer's."""

    words: Array
    intent: int | None


@dataclass(frozen=True, slots=True)
class SequenceSettings:
    """`most_turns` are read over all epochs; `…_drop` are shares left out at random, `decay` pulls to nothing."""

    hidden: int = 96
    units: int = 32
    most_epochs: int = 14
    least_epochs: int = 4
    most_turns: int = 650_000
    batch: int = 32
    rate: float = 3e-3
    decay: float = 0.02
    words_drop: float = 0.3
    intent_drop: float = 0.15
    hidden_drop: float = 0.3


@dataclass(frozen=True, slots=True)
class Batch:
    """`words` (turns, conversations, width), `who` (…, 2), `intents` with the number of intents for the customer;
    `is_asked` where the agent's turn follows, `answers` the intents of those.
    """

    words: Array
    who: Array
    intents: Array
    is_asked: Array
    answers: Array


@dataclass(frozen=True, slots=True)
class Drops:
    """What is left out, as factors."""

    words: Any
    intents: Any
    hidden: Any


NOTHING_DROPPED = Drops(1.0, 1.0, 1.0)


def train_turn_sequence(
    conversations: Sequence[Sequence[ReadTurn]],
    intents: int,
    settings: SequenceSettings,
    *,
    epochs: int = 0,
    start: Mapping[str, Any] | None = None,
) -> Weights:
    """The arrays of a TurnSequence in 32 bits; `start` goes on from earlier ones for that many `epochs`."""
    random = np.random.default_rng(0)
    turns = sum(map(len, conversations))
    epochs = epochs or int(np.clip(settings.most_turns // turns, settings.least_epochs, settings.most_epochs))
    weights = {
        name: np.array(array, np.float32)
        for name, array in (start or _first(conversations, intents, settings, random)).items()
    }
    moves = {name: Adam(array, settings.rate) for name, array in weights.items()}
    steps, step = epochs * -(-len(conversations) // settings.batch), 0
    for _ in range(epochs):
        order = random.permutation(len(conversations))
        for begin in range(0, len(order), settings.batch):
            batch = batch_of([conversations[place] for place in order[begin : begin + settings.batch]], intents)
            _, gradients = loss_and_gradients(weights, batch, _drops(batch, settings, random))
            _move(weights, moves, gradients, settings, max(LEAST_RATE, 1 - step / steps))
            step += 1
    return weights


def batch_of(conversations: Sequence[Sequence[ReadTurn]], intents: int) -> Batch:
    """Conversations side by side, the shorter ones filled up with turns that nobody asks about."""
    longest, width = max(map(len, conversations)), len(conversations[0][0].words)
    words = np.zeros((longest, len(conversations), width), np.float32)
    who = np.zeros((longest, len(conversations), 2), np.float32)
    said = np.full((longest, len(conversations)), intents)
    for column, conversation in enumerate(conversations):
        words[: len(conversation), column] = [turn.words for turn in conversation]
        is_agent = np.array([turn.intent is not None for turn in conversation])
        who[: len(conversation), column] = np.stack([~is_agent, is_agent], axis=1)
        said[: len(conversation), column] = [intents if turn.intent is None else turn.intent for turn in conversation]
    is_asked = np.zeros(said.shape, bool)
    is_asked[:-1] = said[1:] < intents
    return Batch(words, who, said, is_asked, said[1:][is_asked[:-1]])


def loss_and_gradients(weights: Weights, batch: Batch, drops: Drops) -> tuple[float, Weights]:
    """The mean cross entropy of the answers, and its gradient by every array."""
    width = batch.words.shape[2]
    seen = np.concatenate([batch.words * drops.words, batch.who, weights["intent"][batch.intents] * drops.intents], 2)
    gates = seen @ weights["read"] + weights["read_bias"]
    hidden = [np.zeros((gates.shape[1], len(weights["hidden"])), gates.dtype)]
    made = []
    for turn in gates:
        after, *rest = stepped(weights["hidden"], hidden[-1], turn)
        hidden.append(after)
        made.append(rest)
    kept = np.stack(hidden[1:]) * drops.hidden
    asked, last = kept[batch.is_asked], seen[batch.is_asked]
    logs = log_softmax(asked @ weights["out"] + last @ weights["skip"] + weights["bias"])
    rows = np.arange(len(logs))
    by_scores = np.exp(logs)
    by_scores[rows, batch.answers] -= 1
    by_scores /= max(len(logs), 1)
    by_hidden, by_seen = np.zeros_like(kept), np.zeros_like(seen)
    by_hidden[batch.is_asked] = by_scores @ weights["out"].T
    by_seen[batch.is_asked] = by_scores @ weights["skip"].T
    by_gates, by_kept = _back(weights["hidden"], hidden, made, by_hidden * drops.hidden)
    by_seen += by_gates @ weights["read"].T
    by_intent = np.zeros_like(weights["intent"])
    np.add.at(by_intent, batch.intents, by_seen[..., width + 2 :] * drops.intents)
    return float(-logs[rows, batch.answers].mean()) if len(logs) else 0.0, {
        "intent": by_intent,
        "read": np.tensordot(seen, by_gates, ((0, 1), (0, 1))),
        "read_bias": by_gates.sum(axis=(0, 1)),
        "hidden": np.tensordot(np.stack(hidden[:-1]), by_kept, ((0, 1), (0, 1))),
        "out": asked.T @ by_scores,
        "skip": last.T @ by_scores,
        "bias": by_scores.sum(axis=0),
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


def _first(
    conversations: Sequence[Sequence[ReadTurn]], intents: int, settings: SequenceSettings, random: np.random.Generator
) -> Weights:
    """Where training begins: each intent as likely as it is frequent, and what was read is kept for a while."""
    size, given = settings.hidden, len(conversations[0][0].words) + 2 + settings.units
    said = [turn.intent for conversation in conversations for turn in conversation if turn.intent is not None]
    counts = np.bincount(said, minlength=intents) + 0.5
    read_bias = np.zeros(3 * size)
    read_bias[size : 2 * size] = 1
    return {
        "intent": random.standard_normal((intents + 1, settings.units)) * 0.3,
        "read": random.standard_normal((given, 3 * size)) * given**-0.5,
        "read_bias": read_bias,
        "hidden": random.standard_normal((size, 3 * size)) * size**-0.5,
        "out": random.standard_normal((size, intents)) * size**-0.5 * 0.5,
        "skip": random.standard_normal((given, intents)) * given**-0.5 * 0.1,
        "bias": np.log(counts / counts.sum()),
    }


def _drops(batch: Batch, settings: SequenceSettings, random: np.random.Generator) -> Drops:
    turns, count, width = batch.words.shape

    def factors(shape: tuple[int, ...], share: float) -> Array:
        return (random.random(shape, dtype=np.float32) > share) / np.float32(1 - share)

    return Drops(
        factors((turns, count, width), settings.words_drop),
        factors((turns, count, 1), settings.intent_drop),
        factors((turns, count, settings.hidden), settings.hidden_drop),
    )


def _move(
    weights: Weights, moves: Mapping[str, Adam], gradients: Weights, settings: SequenceSettings, factor: float
) -> None:
    length = float(np.sqrt(sum(float((one * one).sum()) for one in gradients.values())))
    shorter = np.float32(min(1.0, LONGEST_STEP / max(length, 1e-9)))
    for name, gradient in gradients.items():
        if weights[name].ndim > 1:
            weights[name] *= np.float32(1 - settings.rate * factor * settings.decay)
        moves[name].step(gradient * shorter, factor)
