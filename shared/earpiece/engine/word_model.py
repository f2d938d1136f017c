"""The next word after the words of a message so far, given the conversation: a small recurrent network, in numpy.

A gated recurrent unit (Cho et al. 2014, with the reset gate after the product as in cuDNN) reads the message word by
word. It starts from the conversation: a vector made elsewhere, and the words of the last turns as a bag of the same
embeddings that are read and predicted (tied as in Press and Wolf 2017). Words of the last turns get a bonus, by word
and by place, so that names and products are copied. `word_model_training` makes the arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.domain.errors import ModelUnusable

END = 0  # the end of a message, and what stands before its first word
UNKNOWN = 1
Floats = NDArray[np.float32]
Words = NDArray[np.int32]
Shapes = dict[str, tuple[int, ...]]


def shapes(words: int, context: int, embedding: int, hidden: int, topic: int) -> Shapes:
    """The arrays by name, for that many words and units; the last column of `word` is the word's bias."""
    return {
        "word": (words, embedding + 1),
        "copy_word": (words,),
        "topic": (context + embedding, topic),
        "topic_bias": (topic,),
        "start": (topic, hidden),
        "start_bias": (hidden,),
        "read_word": (embedding, 3 * hidden),  # reset, update, candidate, side by side
        "read_topic": (topic, 3 * hidden),
        "read_hidden": (hidden, 3 * hidden),
        "read_bias": (3 * hidden,),
        "candidate_bias": (hidden,),
        "out": (hidden, embedding),
        "out_bias": (embedding,),
        "copy": (hidden, 1),
        "copy_bias": (1,),
    }


@dataclass(frozen=True, slots=True)
class State:
    """The message up to a word. `gates` (3H,) and `copies` (R,) are the conversation's, `hidden` (H,) the message's."""

    hidden: Floats
    gates: Floats
    copies: Words


class WordModel:
    """Arrays in float32 copies of their own, so that a step converts nothing; see `resident_bytes`. Thread-safe."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take what training made, in any float type; raises ModelUnusable when one is missing or does not fit."""
        self._w = _checked(arrays)
        self._hidden, self._embedding = map(int, self._w["out"].shape)
        self._first_seen = self.seen([END])

    @property
    def word_count(self) -> int:
        count: int = self._w["word"].shape[0]
        return count

    @property
    def context_size(self) -> int:
        given: int = self._w["topic"].shape[0]
        return given - self._embedding

    @property
    def resident_bytes(self) -> int:
        return sum(array.nbytes for array in self._w.values())

    def begin(self, context: Floats, recent: Words) -> State:
        """Before the first word. `context` (C,); `recent` the ids of the last turns' words in their order."""
        w = self._w
        copies = np.unique(recent)
        bag = w["word"][copies, : self._embedding].sum(axis=0) / np.float32(max(len(copies), 1)) ** 0.5
        topic = np.tanh(np.concatenate([context.astype(np.float32), bag]) @ w["topic"] + w["topic_bias"])
        start = np.tanh(topic @ w["start"] + w["start_bias"])
        gates = topic @ w["read_topic"] + w["read_bias"]
        return State(self._read(start[None], self._first_seen + gates)[0], gates, copies)

    def seen(self, word_ids: Sequence[int]) -> Floats:
        """What `read` takes of words (N, 3H), whatever was said before them."""
        w = self._w
        found: Floats = w["word"][np.array(word_ids), : self._embedding] @ w["read_word"]
        return found

    def read(self, states: Sequence[State], seen: Floats) -> list[State]:
        """After a word more each; all states are of one conversation. Many at once cost little more than one."""
        first = states[0]
        hidden = self._read(np.stack([state.hidden for state in states]), seen + first.gates)
        return [State(one, first.gates, first.copies) for one in hidden]

    def predict(self, states: Sequence[State]) -> Floats:
        """Probabilities of the next word (N, V), each row's sum is 1; all states are of one conversation."""
        return self._predict(np.stack([state.hidden for state in states]), states[0].copies)

    def _read(self, hidden: Floats, seen: Floats) -> Floats:
        """N messages with a word more each (N, H)."""
        w, size = self._w, self._hidden
        kept = hidden @ w["read_hidden"]
        reset_update = np.tanh((seen[..., : 2 * size] + kept[..., : 2 * size]) * np.float32(0.5)) * np.float32(0.5)
        reset_update += np.float32(0.5)
        reset, update = reset_update[..., :size], reset_update[..., size:]
        candidate = np.tanh(seen[..., 2 * size :] + reset * (kept[..., 2 * size :] + w["candidate_bias"]))
        moved: Floats = candidate + update * (hidden - candidate)
        return moved

    def _predict(self, hidden: Floats, copies: Words) -> Floats:
        """Probabilities of the next word (N, V)."""
        w = self._w
        sought = np.ones((len(hidden), self._embedding + 1), np.float32)
        sought[:, :-1] = hidden @ w["out"] + w["out_bias"]
        scores = np.ascontiguousarray((w["word"] @ sought.T).T)  # more than twice as fast as the other way round
        scores[:, copies] += hidden @ w["copy"] + w["copy_bias"] + w["copy_word"][copies]
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return scores


def _checked(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
    try:
        (words, wide), (context_and_embedding, topic) = arrays["word"].shape, arrays["topic"].shape
        wanted = shapes(words, context_and_embedding - wide + 1, wide - 1, arrays["out"].shape[0], topic)
        wrong = [name for name, shape in wanted.items() if arrays[name].shape != shape]
    except (KeyError, ValueError, IndexError) as error:
        raise ModelUnusable(f"the word model lacks an array or has one of another rank: {error}") from error
    if wrong:
        raise ModelUnusable(f"arrays of the word model do not fit the others: {', '.join(wrong)}")
    return {name: np.array(arrays[name], np.float32) for name in wanted}
