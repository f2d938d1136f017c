"""Train the word model: Adam over batches of messages of like length, its rate falling to nothing.

The same examples, settings and start give the same bytes on the same number of BLAS threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.word_model import END, shapes
from earpiece.engine.word_model_gradients import (
    LONGEST,
    Batch,
    WordExample,
    batch_of,
    loss_and_gradients,
    masks_of,
)

__all__ = [
    "Progress",
    "WordExample",
    "WordModelSettings",
    "affordable",
    "dropout_for",
    "perplexity",
    "train_word_model",
    "vocabulary",
]

Array = NDArray[Any]
Arrays = dict[str, Array]
MOST_IN_BATCH = 256


@dataclass(frozen=True, slots=True)
class WordModelSettings:
    """`most_tokens` bounds the cost: word positions learned from, over all epochs. It cuts epochs, then examples."""

    embedding: int = 128
    hidden: int = 256
    topic: int = 128
    epochs: int = 6
    most_tokens: int = 2_600_000
    batch_tokens: int = 2048
    least_batches: int = 400  # over all epochs; few examples make smaller batches
    learning_rate: float = 8e-3
    dropout: float = 0.15  # for much text; see dropout_for
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far training has come: word positions done and to do, and the perplexity of the last epoch's."""

    epoch: int
    tokens: int
    all_tokens: int
    perplexity: float


def train_word_model(
    examples: Sequence[WordExample],
    words: Sequence[str],
    settings: WordModelSettings | None = None,
    *,
    progress: Callable[[Progress], None] = lambda _: None,
    start: Mapping[str, Array] | None = None,
) -> Arrays:
    """The arrays of a WordModel in float16, and `vocabulary`, the words themselves as UTF-8 lines.

    `words[0]` stands for the end and `words[1]` for unknown words. `start` is an earlier model's arrays: words are
    found again by their spelling; arrays that it lacks, or has in another shape, begin anew. Leave out `topic` when
    contexts are made by another encoder than then, and halve the learning rate (measured: 0.004).
    """
    settings = settings or WordModelSettings()
    counts = np.array([min(len(example.words), LONGEST) + 1 for example in examples], np.intp)
    kept = affordable(counts, settings)
    epochs = max(1, min(settings.epochs, settings.most_tokens // max(int(counts[kept].sum()), 1)))
    rng = np.random.default_rng(settings.seed)
    flat, w = _begin(examples, words, settings, rng, start)
    if len(kept):
        learning = _Learning(flat, w, dropout_for(int(counts[kept].sum()), settings))
        _learn(learning, [examples[i] for i in kept], counts[kept], replace(settings, epochs=epochs), rng, progress)
    listed = "\n".join(words).encode("utf-8", "surrogatepass")
    return {**{name: array.astype(np.float16) for name, array in w.items()}, "vocabulary": np.frombuffer(listed, "u1")}


def affordable(token_counts: NDArray[np.intp], settings: WordModelSettings) -> NDArray[np.intp]:
    """Which examples one epoch within `most_tokens` can hold, a sample by seed; contexts are needed for these only."""
    order = np.random.default_rng(settings.seed).permutation(len(token_counts))
    return np.sort(order[np.cumsum(token_counts[order]) <= settings.most_tokens])


def perplexity(arrays: Mapping[str, Array], examples: Sequence[WordExample]) -> float:
    """Of the examples' words and ends, unknown words included."""
    w = {name: array.astype(np.float32) for name, array in arrays.items() if name != "vocabulary"}
    counts = np.array([min(len(example.words), LONGEST) + 1 for example in examples], np.intp)
    loss = 0.0
    for chosen in _batches(np.argsort(counts, kind="stable"), counts, 4096):
        batch = batch_of([examples[i] for i in chosen], len(w["word"]), np.float32)
        loss += loss_and_gradients(w, batch, masks_of(batch, w, 0.0, None), None)
    return float(np.exp(loss / counts.sum()))


class _Learning:
    """The parameters, their gradients and Adam's moments, each one flat array with a view for every name."""

    def __init__(self, flat: Array, w: Arrays, dropout: float) -> None:
        self.flat, self.w, self.dropout = flat, w, dropout
        self.flat_gradient, self.gradients = _flat({name: array.shape for name, array in w.items()})
        self.mean, self.square, self.moved = np.zeros_like(flat), np.zeros_like(flat), np.zeros_like(flat)

    def learn(self, batch: Batch, rate: float, rng: np.random.Generator) -> float:
        self.flat_gradient[:] = 0
        masks = masks_of(batch, self.w, self.dropout, rng)
        loss = loss_and_gradients(self.w, batch, masks, self.gradients)
        self._clip(len(batch.targets))
        self._adam(np.float32(rate))
        return loss

    def _clip(self, positions: int) -> None:
        norm = float(np.sqrt(np.dot(self.flat_gradient, self.flat_gradient))) / positions
        self.flat_gradient *= np.float32(min(1.0, 1.0 / max(norm, 1e-12)) / positions)

    def _adam(self, rate: np.float32) -> None:
        # Uncorrected moments: 0.1 and 0.01 make the first step as long as corrected ones would, 0.1 / sqrt(0.01) = 1.
        np.subtract(self.flat_gradient, self.mean, out=self.moved)
        self.mean += self.moved * np.float32(0.1)
        np.multiply(self.flat_gradient, self.flat_gradient, out=self.moved)
        self.moved -= self.square
        self.moved *= np.float32(0.01)
        self.square += self.moved
        np.sqrt(self.square, out=self.moved)
        self.moved += np.float32(1e-8)
        np.divide(self.mean, self.moved, out=self.moved)
        self.moved *= rate
        self.flat -= self.moved


def _learn(
    learning: _Learning,
    examples: Sequence[WordExample],
    counts: NDArray[np.intp],
    settings: WordModelSettings,
    rng: np.random.Generator,
    progress: Callable[[Progress], None],
) -> None:
    all_tokens, done = int(counts.sum()) * settings.epochs, 0
    size = min(settings.batch_tokens, max(all_tokens // settings.least_batches, 128))
    for epoch in range(settings.epochs):
        loss = 0.0
        chosen = list(_batches(np.argsort(counts + rng.random(len(counts)) * 3), counts, size))
        for place in rng.permutation(len(chosen)):
            batch = batch_of([examples[i] for i in chosen[place]], len(learning.w["word"]), np.float32)
            share = done / all_tokens
            rate = settings.learning_rate * min(1.0, share / 0.02 + 0.01) * max(0.02, 1 - share)
            loss += learning.learn(batch, rate, rng)
            done += len(batch.targets)
        progress(Progress(epoch + 1, done, all_tokens, float(np.exp(loss * settings.epochs / all_tokens))))


def dropout_for(tokens: int, settings: WordModelSettings) -> float:
    """The share dropped for that many word positions: little text needs more of it.

    Measured on multiwoz: 0.15 is best at 176,000 positions, 0.25 at 45,000, 0.3 at 11,000.
    """
    return float(settings.dropout * np.clip((175_000 / max(tokens, 1)) ** 0.25, 0.7, 2.4))


def _batches(order: NDArray[np.intp], counts: NDArray[np.intp], tokens: int) -> Iterator[NDArray[np.intp]]:
    """Stretches of `order`, which runs from short to long, of at most that many positions with their padding."""
    begin = 0
    while begin < len(order):
        end, longest = begin + 1, int(counts[order[begin]])
        while end < len(order) and end - begin < MOST_IN_BATCH:
            longest = max(longest, int(counts[order[end]]))
            if (end - begin + 1) * longest > tokens:
                break
            end += 1
        yield order[begin:end]
        begin = end


def _begin(
    examples: Sequence[WordExample],
    words: Sequence[str],
    settings: WordModelSettings,
    rng: np.random.Generator,
    start: Mapping[str, Array] | None,
) -> tuple[Array, Arrays]:
    context = len(examples[0].context) if examples else 0
    sizes = (settings.embedding, settings.hidden, settings.topic)
    flat, w = _flat(shapes(len(words), context, *sizes))
    for name, array in w.items():
        if name == "read_hidden":
            array[:] = np.concatenate([_rotation(rng, settings.hidden) for _ in range(3)], axis=1)
        elif array.ndim == 2 and name not in ("word", "copy"):
            array[:] = rng.standard_normal(array.shape) / np.sqrt(len(array))
    w["word"][:, :-1] = rng.standard_normal((len(words), settings.embedding)) * 0.1
    w["word"][:, -1] = _log_share(examples, len(words))
    if start is not None:
        _resume(w, words, start)
    return flat, w


def _rotation(rng: np.random.Generator, size: int) -> Array:
    # Columns at right angles, a little shortened: what the unit remembers neither grows nor dies at first.
    turned, _ = np.linalg.qr(rng.standard_normal((size, size)))
    shortened: Array = turned * 0.9
    return shortened


def _log_share(examples: Sequence[WordExample], word_count: int) -> Array:
    said = [example.words[:LONGEST] for example in examples]
    counts = np.bincount(np.concatenate([*said, np.zeros(1, np.int32)]), minlength=word_count) + 1.0
    counts[END] += len(examples)
    logs: Array = np.log(counts / counts.sum())
    return logs


def _resume(w: Arrays, words: Sequence[str], start: Mapping[str, Array]) -> None:
    before = {word: row for row, word in enumerate(vocabulary(start))}
    pairs = [(row, before[word]) for row, word in enumerate(words) if word in before]
    rows, old = (list(side) for side in zip(*pairs, strict=True)) if pairs else ([], [])
    for name, array in w.items():
        earlier = start.get(name, np.zeros(0))
        if name in ("word", "copy_word") and earlier.shape[1:] == array.shape[1:] and len(earlier):
            array[rows] = earlier[old]
        elif earlier.shape == array.shape:
            array[:] = earlier


def vocabulary(arrays: Mapping[str, Array]) -> list[str]:
    """The words of a trained model, by id."""
    return bytes(arrays["vocabulary"]).decode("utf-8", "surrogatepass").split("\n")


def _flat(wanted: Mapping[str, tuple[int, ...]]) -> tuple[Array, Arrays]:
    sizes = [int(np.prod(shape)) for shape in wanted.values()]
    flat = np.zeros(sum(sizes), np.float32)
    parts = np.split(flat, np.cumsum(sizes)[:-1])
    return flat, {name: part.reshape(shape) for (name, shape), part in zip(wanted.items(), parts, strict=True)}
