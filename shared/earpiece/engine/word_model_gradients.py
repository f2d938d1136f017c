"""What a batch of messages costs the word model, and the gradient of that for every array, written out.

Shapes: T positions, B messages, N valid positions, E, H and K units, V words; time comes first, so that a step of the
recurrence is one product. One mask of dropout serves all positions of a message (Gal and Ghahramani 2016).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from earpiece.engine.word_model import END, Words

Array = NDArray[Any]
Arrays = Mapping[str, Array]
LONGEST = 48  # words of a message; what follows is not learned from
ROWS = 256  # of the softmax at once: its matrix stays in the processor's cache


def _no_words() -> Words:
    return np.zeros(0, np.int32)


@dataclass(frozen=True, slots=True)
class WordExample:
    """One message as word ids without END, the vector (C,) of the conversation before it, and its last words' ids."""

    context: NDArray[np.floating[Any]]
    words: Words
    recent: Words = field(default_factory=_no_words)


@dataclass(frozen=True, slots=True)
class Batch:
    """`read` (T, B) the word before each position; `targets` and `owners` (N,) its word and message.

    `bags` (B, V) holds each message's recent words; `copy_rows` and `copy_words` say at which of the N positions
    which words may be copied, those of position i at `copy_starts[i] : copy_starts[i + 1]`.
    """

    context: Array
    read: Words
    valid: NDArray[np.bool_]
    targets: Words
    owners: NDArray[np.intp]
    bags: Any
    copy_rows: NDArray[np.intp]
    copy_words: Words
    copy_starts: NDArray[np.intp]


def batch_of(examples: Sequence[WordExample], word_count: int, dtype: Any) -> Batch:
    said = [example.words[:LONGEST] for example in examples]
    lengths = np.array([len(words) + 1 for words in said])
    valid = np.arange(lengths.max())[:, None] < lengths
    targets, read = np.full(valid.shape, END, np.int32), np.full(valid.shape, END, np.int32)
    for column, words in enumerate(said):
        targets[: len(words), column] = words
        read[1 : len(words) + 1, column] = words
    owners = np.nonzero(valid)[1]
    copies = [np.unique(example.recent).astype(np.int32) for example in examples]
    sizes = np.array([len(copy) for copy in copies])
    starts, listed = np.append(0, sizes.cumsum()), np.concatenate(copies)
    weights = np.repeat(1 / np.sqrt(np.maximum(sizes, 1)), sizes).astype(dtype)
    bags = sparse.csr_array((weights, listed, starts), shape=(len(examples), word_count))
    copy_starts = np.append(0, sizes[owners].cumsum())
    rows = np.repeat(np.arange(len(owners)), sizes[owners])
    places = np.arange(len(rows)) - copy_starts[rows] + starts[owners[rows]]
    context = np.stack([example.context for example in examples]).astype(dtype)
    return Batch(context, read, valid, targets[valid], owners, bags, rows, listed[places], copy_starts)


def masks_of(batch: Batch, w: Arrays, rate: float, rng: np.random.Generator | None) -> Arrays:
    """Dropout, a row for each message: 0 at `rate` of the places, else what keeps the mean; ones without `rng`."""
    (hidden, embedding), topics = w["out"].shape, w["topic"].shape
    sizes = {"seen": topics[0], "topic": topics[1], "word": embedding, "hidden": hidden, "out": embedding}
    dtype, count = w["out"].dtype, batch.context.shape[0]
    if rng is None:
        return {name: np.ones((count, size), dtype) for name, size in sizes.items()}
    drawn = {name: rng.random((count, size), np.float32) for name, size in sizes.items()}
    return {name: ((mask >= rate) / (1 - rate)).astype(dtype) for name, mask in drawn.items()}


@dataclass(frozen=True, slots=True)
class _Conversation:
    """`seen` (B, C + E) goes into the topic, `topic` (B, K) comes out; `start` (B, H) is the first hidden vector."""

    seen: Array
    raw_topic: Array
    topic: Array
    start: Array


@dataclass(frozen=True, slots=True)
class _Reading:
    """Of each position: the words read (T, B, E), the gates, and `hidden` (T + 1, B, H) from the start on."""

    words: Array
    reset_update: Array
    candidate: Array
    kept: Array
    hidden: Array


def loss_and_gradients(w: Arrays, batch: Batch, masks: Arrays, gradients: Arrays | None) -> float:
    """The sum over positions of -log p of the word there; its gradients are added to `gradients`."""
    talk = _converse(w, batch, masks)
    reading = _read(w, batch, talk, masks)
    hidden = reading.hidden[1:][batch.valid] * masks["hidden"][batch.owners]
    masked_out = masks["out"][batch.owners]
    sought = np.empty((len(hidden), w["word"].shape[1]), hidden.dtype)
    sought[:, :-1] = (hidden @ w["out"] + w["out_bias"]) * masked_out
    sought[:, -1] = 1
    bonus = hidden @ w["copy"] + w["copy_bias"]
    loss, d_sought, d_bonus = _predict(w, batch, sought, bonus, gradients)
    if gradients is not None:
        d_out = d_sought[:, :-1] * masked_out
        _add_product(gradients, "out", hidden, d_out)
        _add_product(gradients, "copy", hidden, d_bonus)
        d_hidden = (d_out @ w["out"].T + d_bonus @ w["copy"].T) * masks["hidden"][batch.owners]
        d_gates, d_start = _unread(w, batch, reading, d_hidden, gradients)
        _unread_words(w, batch, reading, d_gates, masks, gradients)
        _unconverse(w, batch, talk, d_gates.sum(axis=0), d_start, masks, gradients)
    return loss


def _add_product(gradients: Arrays, name: str, inputs: Array, d_outputs: Array) -> None:
    gradients[name][...] += inputs.T @ d_outputs
    gradients[f"{name}_bias"][...] += d_outputs.sum(axis=0)


def _converse(w: Arrays, batch: Batch, masks: Arrays) -> _Conversation:
    bag = batch.bags @ w["word"][:, :-1]
    seen = np.concatenate([batch.context, bag], axis=1) * masks["seen"]
    raw_topic = np.tanh(seen @ w["topic"] + w["topic_bias"])
    topic = raw_topic * masks["topic"]
    return _Conversation(seen, raw_topic, topic, np.tanh(topic @ w["start"] + w["start_bias"]))


def _unconverse(
    w: Arrays, batch: Batch, talk: _Conversation, d_gates: Array, d_start: Array, masks: Arrays, gradients: Arrays
) -> None:
    d_start = d_start * (1 - talk.start**2)
    _add_product(gradients, "start", talk.topic, d_start)
    gradients["read_topic"][...] += talk.topic.T @ d_gates
    gradients["read_bias"][...] += d_gates.sum(axis=0)
    d_topic = d_gates @ w["read_topic"].T + d_start @ w["start"].T
    d_topic = d_topic * masks["topic"] * (1 - talk.raw_topic**2)
    _add_product(gradients, "topic", talk.seen, d_topic)
    d_seen = (d_topic @ w["topic"].T) * masks["seen"]
    gradients["word"][:, :-1] += batch.bags.T @ d_seen[:, batch.context.shape[1] :]


def _read(w: Arrays, batch: Batch, talk: _Conversation, masks: Arrays) -> _Reading:
    (length, count), size = batch.read.shape, len(w["read_hidden"])
    words = w["word"][batch.read, :-1] * masks["word"]
    gates = (words.reshape(length * count, -1) @ w["read_word"]).reshape(length, count, -1)
    gates += talk.topic @ w["read_topic"] + w["read_bias"]
    hidden = np.empty((length + 1, count, size), words.dtype)
    hidden[0] = talk.start
    kept = np.empty((length, count, size), words.dtype)
    for t in range(length):
        moved = hidden[t] @ w["read_hidden"]
        reset_update, candidate = gates[t, :, : 2 * size], gates[t, :, 2 * size :]
        reset_update += moved[:, : 2 * size]
        _squash(reset_update)
        np.add(moved[:, 2 * size :], w["candidate_bias"], out=kept[t])
        candidate += reset_update[:, :size] * kept[t]
        np.tanh(candidate, out=candidate)
        hidden[t + 1] = candidate + reset_update[:, size:] * (hidden[t] - candidate)
    return _Reading(words, gates[:, :, : 2 * size], gates[:, :, 2 * size :], kept, hidden)


def _squash(x: Array) -> None:
    """The logistic function in place; by tanh, which NumPy vectorises."""
    x *= 0.5
    np.tanh(x, out=x)
    x *= 0.5
    x += 0.5


def _unread(w: Arrays, batch: Batch, reading: _Reading, d_hidden: Array, gradients: Arrays) -> tuple[Array, Array]:
    """The gradients of the gates (T, B, 3H) and of the first hidden vector, back through time."""
    length, count, size = reading.candidate.shape
    d_at = np.zeros((length, count, size), d_hidden.dtype)
    d_at[batch.valid] = d_hidden
    d_gates = np.empty((length, count, 3 * size), d_hidden.dtype)
    d_kept = np.empty_like(d_at)
    back = np.ascontiguousarray(w["read_hidden"].T)
    d = np.zeros((count, size), d_hidden.dtype)
    for t in reversed(range(length)):
        d += d_at[t]
        reset, update = reading.reset_update[t, :, :size], reading.reset_update[t, :, size:]
        candidate = reading.candidate[t]
        d_candidate = d * (1 - update) * (1 - candidate * candidate)
        d_gates[t, :, 2 * size :] = d_candidate
        d_gates[t, :, :size] = d_candidate * reading.kept[t] * reset * (1 - reset)
        d_gates[t, :, size : 2 * size] = d * (reading.hidden[t] - candidate) * update * (1 - update)
        np.multiply(d_candidate, reset, out=d_kept[t])
        d *= update
        d += d_gates[t, :, : 2 * size] @ back[: 2 * size]
        d += d_kept[t] @ back[2 * size :]
    before = reading.hidden[:-1].reshape(length * count, size)
    gradients["read_hidden"][:, : 2 * size] += before.T @ d_gates.reshape(length * count, -1)[:, : 2 * size]
    gradients["read_hidden"][:, 2 * size :] += before.T @ d_kept.reshape(length * count, size)
    gradients["candidate_bias"][...] += d_kept.sum(axis=(0, 1))
    return d_gates, d


def _unread_words(w: Arrays, batch: Batch, reading: _Reading, d_gates: Array, masks: Arrays, gradients: Arrays) -> None:
    length, count, _ = d_gates.shape
    flat = d_gates.reshape(length * count, -1)
    gradients["read_word"][...] += reading.words.reshape(length * count, -1).T @ flat
    d_words = (flat @ w["read_word"].T).reshape(length, count, -1) * masks["word"]
    places = np.arange(length * count + 1)
    ones = np.ones(length * count, flat.dtype)
    chosen = sparse.csr_array((ones, batch.read.ravel(), places), shape=(length * count, len(w["word"])))
    gradients["word"][:, :-1] += chosen.T @ d_words.reshape(length * count, -1)


def _predict(
    w: Arrays, batch: Batch, sought: Array, bonus: Array, gradients: Arrays | None
) -> tuple[float, Array, Array]:
    """The loss, and its gradients by `sought` (N, E + 1) and by `bonus` (N, 1)."""
    loss, d_sought, d_bonus = 0.0, np.zeros_like(sought), np.zeros_like(bonus)
    for first in range(0, len(sought), ROWS):
        span = slice(first, min(first + ROWS, len(sought)))
        rows = np.arange(span.stop - first)
        copies = slice(batch.copy_starts[first], batch.copy_starts[span.stop])
        owner, copied = batch.copy_rows[copies] - first, batch.copy_words[copies]
        scores = sought[span] @ w["word"].T
        scores[owner, copied] += bonus[span][owner, 0] + w["copy_word"][copied]
        scores -= scores.max(axis=1, keepdims=True)
        right = scores[rows, batch.targets[span]]
        np.exp(scores, out=scores)
        total = scores.sum(axis=1)
        loss += float((np.log(total) - right).sum(dtype=np.float64))
        if gradients is None:
            continue
        scores /= total[:, None]
        scores[rows, batch.targets[span]] -= 1
        d_copied = scores[owner, copied]
        d_bonus[span, 0] = np.bincount(owner, d_copied, len(rows))
        gradients["copy_word"][...] += np.bincount(copied, d_copied, len(w["word"])).astype(scores.dtype)
        np.matmul(scores, w["word"], out=d_sought[span])
        gradients["word"][...] += scores.T @ sought[span]
    return loss, d_sought, d_bonus
