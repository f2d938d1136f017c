"""What the agent says next by what was said before, in its order: a gated recurrent unit that reads turn by turn.

A service that goes step by step depends on which steps were done, and sums of words do not hold an order. A turn is
read as its words (the rows of the encoder's tables, summed), who spoke, and which intent of the account's replies it
was. Of the agent's next turn two things are predicted: its intent, and a vector to which those of answers that fit are
near, whatever their words. `turn_sequence_training` makes the arrays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.encoder import Encoder, unit
from earpiece.engine.features import MOST_CHARACTERS, Context
from earpiece.engine.kept import Kept
from earpiece.engine.layers import loaded_layers
from earpiece.engine.normal import text_key
from earpiece.engine.remade import Remade
from earpiece.engine.softmax import log_softmax

MOST_READ = 12  # turns, the newest, and up to 3 before them; more changed nothing
SKIPPED = 4  # turns at once, so that a longer conversation mostly begins with what was read already
KNOWN_TURNS, KNOWN_BEGINNINGS = 4_096, 1_024  # of some hundred conversations at once
BYTES_A_TURN, BYTES_A_BEGINNING = 500, 2_000  # beside their numbers
WEIGHT = 0.4  # of the intents beside the second stage, in logarithms
ANSWER_WEIGHT = np.float32(0.3)
DIGITS = 9
_ALONE = re.compile(r"(?<![\w'])[1-9](?![\w'])")
LEAST_LOG_SHARE = -12.0
Floats = NDArray[np.float32]
Numbers = NDArray[np.intp]
SaidTurn = tuple[str, str]  # role, text
ReadTurn = tuple[Floats, Floats]
NO_ANSWER: Floats = np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True)
class AnswerArrays:
    """From the unit, from what was read last, and from what is read of an answer, to vectors of one space."""

    want: Floats
    want_skip: Floats
    want_bias: Floats
    answer: Floats  # what is read of an answer is as `read_answer` gives it
    sharpness: Floats  # (1,), the logarithm of what cosines are multiplied with


@dataclass(frozen=True, slots=True)
class SequenceArrays:
    """`intent` (intents + 1, units), the last row for the customer's turns; the rest (in, out).

    What is read of a turn is (width + 2 + units + 9,): its words, whose turn it is, its intent, and the digits that
    stand alone, for these choose among a few: question 4, option 2. The last intent stands for all that is none of the
    account's replies. Models of before there were answers have no arrays for them.
    """

    intent: Floats
    read: Floats  # reset, update, candidate, side by side, as in `hidden`
    read_bias: Floats
    hidden: Floats
    out: Floats
    skip: Floats  # from what was read last to the intents
    bias: Floats
    answers: AnswerArrays | None

    @classmethod
    def of(cls, arrays: Mapping[str, Any]) -> SequenceArrays:
        """From stored arrays."""
        wide: dict[str, Any] = {**loaded_layers(arrays)}
        names = [one.name for one in fields(AnswerArrays)]
        answers = AnswerArrays(*(wide.pop(name) for name in names)) if names[0] in wide else None
        return cls(**wide, answers=answers)

    @property
    def held_bytes(self) -> int:
        arrays = [getattr(holder, one.name) for holder in (self, self.answers) if holder for one in fields(holder)]
        return sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a conversation stands: what the unit holds, and what was read last."""

    hidden: Floats
    last: Floats


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
        self._numbers_a_turn = sum(self.in_32_bits.get().read.shape)
        self._encoder, self._numbers = encoder, numbers
        # What was read at one turn is read again at the next.
        self.known: Kept[SaidTurn, ReadTurn] = Kept(KNOWN_TURNS)
        self._beginnings: Kept[tuple[SaidTurn, ...], Reached] = Kept(KNOWN_BEGINNINGS)

    def forget(self) -> None:
        """Let go of the turns that were read."""
        self.known.forget()
        self._beginnings.forget()

    def forget_unused(self, for_s: float) -> None:
        """Let go of the turns that nobody read in so many seconds."""
        self.known.forget_unused(for_s)
        self._beginnings.forget_unused(for_s)

    @property
    def held_bytes(self) -> int:
        """About what the turns hold that were read."""
        turns = len(self.known) * (BYTES_A_TURN + 4 * self._numbers_a_turn)
        return turns + len(self._beginnings) * BYTES_A_BEGINNING

    def reached(self, context: Context) -> Reached:
        """After a context of at least one turn."""
        skipped = max(len(context) - MOST_READ, 0) // SKIPPED * SKIPPED
        turns = tuple((turn["role"], turn["text"]) for turn in context[skipped:])
        return self._beginnings.get(turns, lambda: self._reached(turns))

    def _reached(self, turns: tuple[SaidTurn, ...]) -> Reached:
        arrays = self.in_32_bits.get()
        hidden, begun = np.zeros(len(arrays.hidden), np.float32), 0
        for count in range(len(turns) - 1, 0, -1):
            if known := self._beginnings.known(turns[:count]):
                hidden, begun = known.hidden, count
                break
        read = self.known.get_all(turns[begun:], self._made)
        for _, gates in read:
            hidden = stepped(arrays.hidden, hidden, gates)[0]
        return Reached(hidden, read[-1][0])

    def log_shares(self, reached: Reached) -> Floats:
        """(intents,) of the agent's next turn."""
        arrays = self.in_32_bits.get()
        return np.asarray(
            log_softmax(reached.hidden @ arrays.out + reached.last @ arrays.skip + arrays.bias), np.float32
        )

    def weighed(self, logits: Floats, listed: NDArray[np.int64], reached: Reached) -> Floats:
        """The second stage's logits of the listed replies, and of none, with what the sequence says of the replies."""
        chances = np.asarray(log_softmax(logits), np.float32)
        expected = self.log_shares(reached)[self._numbers.of_replies[listed]]
        chances[:-1] += np.float32(WEIGHT) * (np.maximum(expected, LEAST_LOG_SHARE) - chances[:-1])
        return chances

    def answer(self, text: str) -> Floats:
        """A text's vector as an answer, of length one; empty where the model has none."""
        arrays = self.in_32_bits.get().answers
        if not arrays:
            return NO_ANSWER
        vector = read_answer(self._encoder.reply(text), self._encoder.words([text])[0]) @ arrays.answer
        return np.asarray(unit(vector), np.float32)

    def answered(self, reached: Reached, answers: Floats) -> Floats:
        """How well each of these vectors would answer, in logarithms and already weighed for the score."""
        arrays = self.in_32_bits.get().answers
        if not arrays:
            return np.zeros(len(answers), np.float32)
        wanted = unit(reached.hidden @ arrays.want + reached.last @ arrays.want_skip + arrays.want_bias)
        return np.asarray(ANSWER_WEIGHT * np.exp(arrays.sharpness[0]) * (answers @ wanted), np.float32)

    def _made(self, turns: Sequence[SaidTurn]) -> list[ReadTurn]:
        """What is read of each turn, and the gates that it opens."""
        arrays = self.in_32_bits.get()
        is_agent = np.array([role == "agent" for role, _ in turns])
        numbers = [self._numbers.of(text) if role == "agent" else self._numbers.count for role, text in turns]
        parts = [
            self._encoder.words([text for _, text in turns]),
            np.stack([~is_agent, is_agent], axis=1),
            arrays.intent[numbers],
            np.stack([digits_alone(text) for _, text in turns]),
        ]
        seen = np.concatenate(parts, axis=1, dtype=np.float32)
        seen = seen[:, : len(arrays.read)]  # models of before digits were read do without
        gates = seen @ arrays.read + arrays.read_bias
        return [(one.copy(), opened.copy()) for one, opened in zip(seen, gates, strict=True)]  # they part ways


def read_answer(vector: Floats, words: Floats) -> Floats:
    """What is read of an answer: its vector as the encoder gives it, brought to the size of words, and its words."""
    return np.concatenate([vector * np.float32(len(vector) ** 0.5 / 2), words])


def stepped(weights: Floats, hidden: Floats, gates: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """The unit after one turn more, then what its gradient needs: reset, update, candidate, what it kept of before."""
    size = hidden.shape[-1]
    kept = hidden @ weights
    both = np.tanh((gates[..., : 2 * size] + kept[..., : 2 * size]) * np.float32(0.5)) * np.float32(0.5)
    both += np.float32(0.5)
    reset, update = both[..., :size], both[..., size:]
    candidate = np.tanh(gates[..., 2 * size :] + reset * kept[..., 2 * size :])
    return candidate + update * (hidden - candidate), reset, update, candidate, kept[..., 2 * size :]


def digits_alone(text: str) -> Floats:
    """(9,): which of the digits from 1 stand alone in a text; for the encoder's words all digits are the same."""
    found = np.zeros(DIGITS, np.float32)
    found[[int(digit) - 1 for digit in _ALONE.findall(text[:MOST_CHARACTERS])]] = 1
    return found
