"""What the agent says next by what was said before, in its order: a gated recurrent unit that reads turn by turn.

A service that goes step by step depends on which steps were done, and sums of words do not hold an order. A turn is
read as its words (the rows of the encoder's tables, summed), who spoke, and which intent of the account's replies it
was; the intent of the agent's next turn is predicted. `turn_sequence_training` makes the arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.encoder import Encoder
from earpiece.engine.features import Context
from earpiece.engine.halves import widened
from earpiece.engine.normal import text_key
from earpiece.engine.remade import Remade

MOST_READ = 30  # turns, the newest
KNOWN_TURNS = 256
WEIGHT = 0.4  # of the sequence beside the second stage, in logarithms
LEAST_LOG_SHARE = -12.0
Floats = NDArray[np.float32]
Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class SequenceArrays:
    """`intent` (intents + 1, units), the last row for the customer's turns; the rest (in, out).

    What is read of a turn is (width + 2 + units,): its words, whose turn it is, its intent. The last intent stands for
    all that is none of the account's replies.
    """

    intent: Floats
    read: Floats  # reset, update, candidate, side by side, as in `hidden`
    read_bias: Floats
    hidden: Floats
    out: Floats
    skip: Floats  # from what was read last to the intents
    bias: Floats

    @classmethod
    def of(cls, arrays: Mapping[str, Any]) -> SequenceArrays:
        """From stored arrays."""
        return cls(**{one.name: widened(np.asarray(arrays[one.name])) for one in fields(cls)})

    @property
    def held_bytes(self) -> int:
        return sum(getattr(self, one.name).nbytes for one in fields(self))


class IntentNumbers:
    """The intents of an account's replies, numbered; the last number is of what is none of the replies."""

    def __init__(self, intents: NDArray[Any], places: Mapping[str, int]) -> None:
        """`intents` as `intents.intents` gives them; `places` of the replies by their `text_key`."""
        different, numbers = np.unique(intents, return_inverse=True)
        self.of_replies: Numbers = numbers
        self.count = len(different) + 1
        self._places = places

    def of(self, text: str) -> int:
        """The number of what an agent said."""
        place = self._places.get(text_key(text))
        return self.count - 1 if place is None else int(self.of_replies[place])


class TurnSequence:
    """Predicts the intent of the agent's next turn. Safe for many threads."""

    def __init__(self, encoder: Encoder, numbers: IntentNumbers, make: Callable[[], SequenceArrays]) -> None:
        self.in_32_bits = Remade(make, lambda arrays: arrays.held_bytes)
        self._numbers = numbers
        # What was read at one turn is read again at the next. Not bound to self: that ring would outlive its last user.
        self.read = lru_cache(maxsize=KNOWN_TURNS)(partial(_read, encoder, numbers, self.in_32_bits))

    def log_shares(self, context: Context) -> Floats:
        """(intents,) after a context of at least one turn."""
        arrays = self.in_32_bits.get()
        hidden = np.zeros(len(arrays.hidden), np.float32)
        for turn in context[-MOST_READ:]:
            seen, gates = self.read(turn["role"], turn["text"])
            hidden = stepped(arrays.hidden, hidden, gates)[0]
        scores = hidden @ arrays.out + seen @ arrays.skip + arrays.bias
        return log_softmax(scores)

    def weighed(self, logits: Floats, listed: NDArray[np.int64], context: Context) -> Floats:
        """The second stage's logits of the listed replies, and of none, with what the sequence says of the replies."""
        chances = log_softmax(logits)
        expected = self.log_shares(context)[self._numbers.of_replies[listed]]
        chances[:-1] += np.float32(WEIGHT) * (np.maximum(expected, LEAST_LOG_SHARE) - chances[:-1])
        return chances


def stepped(weights: Floats, hidden: Floats, gates: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """The unit after one turn more, then what its gradient needs: reset, update, candidate, what it kept of before."""
    size = hidden.shape[-1]
    kept = hidden @ weights
    both = np.tanh((gates[..., : 2 * size] + kept[..., : 2 * size]) * np.float32(0.5)) * np.float32(0.5)
    both += np.float32(0.5)
    reset, update = both[..., :size], both[..., size:]
    candidate = np.tanh(gates[..., 2 * size :] + reset * kept[..., 2 * size :])
    return candidate + update * (hidden - candidate), reset, update, candidate, kept[..., 2 * size :]


def log_softmax(scores: Floats) -> Floats:
    """Logarithms of shares along the last axis."""
    lower = scores - scores.max(axis=-1, keepdims=True)
    logs: Floats = lower - np.log(np.exp(lower).sum(axis=-1, keepdims=True))
    return logs


def _read(
    encoder: Encoder, numbers: IntentNumbers, stored: Remade[SequenceArrays], role: str, text: str
) -> tuple[Floats, Floats]:
    """What is read of a turn, and the gates that it opens."""
    arrays = stored.get()
    number = numbers.of(text) if role == "agent" else numbers.count
    who = np.array([role != "agent", role == "agent"], np.float32)
    seen = np.concatenate([encoder.words(text), who, arrays.intent[number]])
    return seen, seen @ arrays.read + arrays.read_bias
