"""Train the sequence of turns: at each turn of the agent, to tell its intent and to find it among other answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.adam import Adam
from earpiece.engine.encoder import Encoder
from earpiece.engine.normal import text_key
from earpiece.engine.turn_sequence import DIGITS, IntentNumbers, digits_alone, read_answer
from earpiece.engine.turn_sequence_gradients import Batch, Drops, ReadTurn, batch_of, loss_and_gradients

LEAST_RATE = 0.02
LONGEST_STEP = 1.0
FIRST_SHARPNESS = 2.5
Array = NDArray[Any]
Weights = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SequenceSettings:
    """`most_turns` are read over all epochs; `…_drop` are shares left out at random, `decay` pulls to nothing."""

    hidden: int = 96
    units: int = 32
    wanted: int = 128
    most_epochs: int = 14
    least_epochs: int = 4
    most_turns: int = 650_000
    batch: int = 32
    rate: float = 3e-3
    decay: float = 0.02
    words_drop: float = 0.3
    intent_drop: float = 0.15
    hidden_drop: float = 0.3


class TurnReader:
    """Reads turns, the same text once; in 16 bits, because there are many."""

    def __init__(self, encoder: Encoder, numbers: IntentNumbers) -> None:
        self._encoder, self._numbers = encoder, numbers
        self._keys: dict[str, int] = {}
        self._read: dict[tuple[str, str], ReadTurn] = {}

    def __call__(self, role: str, text: str) -> ReadTurn:
        if (role, text) not in self._read:
            self._read[role, text] = self._made(role, text)
        return self._read[role, text]

    def _made(self, role: str, text: str) -> ReadTurn:
        words = self._encoder.words([text])[0]
        if role != "agent":
            return ReadTurn(words.astype(np.float16), digits_alone(text))
        answer = read_answer(self._encoder.reply(text), words)
        key = self._keys.setdefault(text_key(text), len(self._keys))
        intent = self._numbers.of(text)
        return ReadTurn(words.astype(np.float16), digits_alone(text), intent, answer.astype(np.float16), key)


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


def _first(
    conversations: Sequence[Sequence[ReadTurn]], intents: int, settings: SequenceSettings, random: np.random.Generator
) -> Weights:
    """Where training begins: each intent as likely as it is frequent, and what was read is kept for a while."""
    size, wanted = settings.hidden, settings.wanted
    given = len(conversations[0][0].words) + 2 + settings.units + DIGITS
    answered = len(next(turn.answer for turn in conversations[0] if turn.answer is not None))
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
        "want": random.standard_normal((size, wanted)) * size**-0.5,
        "want_skip": random.standard_normal((given, wanted)) * given**-0.5 * 0.3,
        "want_bias": np.zeros(wanted),
        "answer": random.standard_normal((answered, wanted)) * answered**-0.5,
        "sharpness": np.array([FIRST_SHARPNESS]),
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
