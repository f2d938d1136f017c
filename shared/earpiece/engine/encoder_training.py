"""Training of the encoder: in-batch softmax over pairs of context and reply, gradients written by hand.

Loss: cross entropy of each context among the batch's replies and of each reply among its contexts, cosine times a
learned scale (`in_batch`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from earpiece.engine.adam import Adam
from earpiece.engine.encoder import SMALL
from earpiece.engine.features import FIELDS, Context, context_tags, context_texts
from earpiece.engine.gram_rows import GramRows, Text, gram_rows
from earpiece.engine.in_batch import among_pairs, shortened, through_length
from earpiece.engine.layers import stored_layers

FIRST_SCALE = 2.5
LEAST_RATE = 0.05
TEXTS_AT_ONCE = 10_000
Array = NDArray[Any]
Weights = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """`rates` of the table and of the layers; `gram_drop` and `hidden_drop` are shares left out at random."""

    width: int = 128
    out: int = 128
    hidden: int = 256
    epochs: int = 6
    batch: int = 512
    gram_drop: float = 0.4
    hidden_drop: float = 0.5
    rates: tuple[float, float] = (3e-3, 1e-3)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Contexts and their replies as rows of known grams: by field of the context, the replies', and reply keys."""

    fields: tuple[GramRows, ...]
    replies: GramRows
    keys: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.keys)


def frequent_grams(found: Iterable[Sequence[int]], owners: Sequence[int], most: int, min_owners: int) -> Array:
    """The sorted hashes of the most frequent grams that at least `min_owners` customers (or their agents) used."""
    texts = zip(found, owners, strict=True)
    parts = [np.zeros(0, np.uint64)]
    while some := list(islice(texts, TEXTS_AT_ONCE)):
        parts.append(_owned(some))
    pairs = np.unique(np.concatenate(parts))
    kept, counts = np.unique((pairs >> np.uint64(32)).astype(np.uint32), return_counts=True)
    kept, counts = kept[counts >= min_owners], counts[counts >= min_owners]
    best = np.lexsort((kept, -counts))[:most]
    hashes: Array = np.sort(kept[best])
    return hashes


def _owned(texts: Sequence[tuple[Sequence[int], int]]) -> Array:
    """Each gram with each of its owners once, in one number."""
    sizes = [len(found) for found, _ in texts]
    flat = np.fromiter((gram for found, _ in texts for gram in found), np.uint32, sum(sizes))
    owner = np.repeat(np.array([owner for _, owner in texts], np.uint32), sizes)
    owned: Array = np.unique((flat.astype(np.uint64) << np.uint64(32)) | owner)
    return owned


def pairs_of(hashes: Array, contexts: Sequence[Context], replies: Sequence[str], keys: Sequence[int]) -> Pairs:
    """The rows of these pairs."""
    *fields, said = gram_rows(hashes, map(_texts, contexts, replies), FIELDS + 1)
    return Pairs(tuple(fields), said, np.asarray(keys, np.int64))


def _texts(context: Context, reply: str) -> Sequence[Sequence[Text]]:
    return (*context_texts(context), [context_tags(context)], [reply])


def train_encoder(
    pairs: Pairs,
    rows: int,
    settings: EncoderSettings,
    seed: int,
    *,
    start: Mapping[str, Any] | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> Weights:
    """The weights of one head, in 32 bits; `start` goes on from earlier ones, at `settings` of its own."""
    random = np.random.default_rng(seed)
    weights = {
        name: np.array(array, np.float32) for name, array in (start or first_weights(rows, settings, random)).items()
    }
    moves = {
        name: Adam(array, settings.rates[0] if name == "table" else settings.rates[1])
        for name, array in weights.items()
    }
    size = min(settings.batch, len(pairs))
    steps = settings.epochs * (len(pairs) // size)
    for step in range(steps):
        if step % (len(pairs) // size) == 0:
            order = random.permutation(len(pairs))
            progress(step / steps)
        at = step % (len(pairs) // size) * size
        batch = order[at : at + size]
        _step(weights, moves, pairs, batch, settings, random, max(LEAST_RATE, 1 - step / steps))
    return weights


def packed(weights: Mapping[str, Any]) -> Weights:
    """As stored: the table in int8 with a scale a row, and the layers."""
    table = weights["table"]
    scale = np.maximum(np.abs(table).max(axis=1), SMALL) / 127
    layers = {name: array for name, array in weights.items() if name not in ("table", "temperature")}
    small = {"table": np.rint(table / scale[:, None]).astype(np.int8), "scale": scale.astype(np.float16)}
    return {**stored_layers(layers), **small}


def first_weights(rows: int, settings: EncoderSettings, random: np.random.Generator) -> Weights:
    """Where training begins."""
    width, out, hidden = settings.width, settings.out, settings.hidden
    reply = random.standard_normal((width, out)) * width**-0.5
    context = random.standard_normal((FIELDS * width, out)) * (FIELDS * width) ** -0.5
    context[:width] = reply  # a reply that shares words with the last question is near it from the start
    return {
        "table": random.standard_normal((max(rows, 1), width)) * width**-0.5,
        "context_weights": context,
        "context_bias": np.zeros(out),
        "reply_weights": reply,
        "reply_bias": np.zeros(out),
        "hidden_weights": random.standard_normal((FIELDS * width, hidden)) * (FIELDS * width) ** -0.5,
        "hidden_bias": np.zeros(hidden),
        "hidden_out": random.standard_normal((hidden, out)) * hidden**-0.5 * 0.5,
        "temperature": np.array([FIRST_SCALE]),
    }


def _dropped(matrix: Any, share: float, random: np.random.Generator) -> Any:
    kept = (random.random(len(matrix.data), dtype=np.float32) > share) / np.float32(1 - share)
    matrix.data = matrix.data * kept
    return matrix


def _step(
    weights: Weights,
    moves: Mapping[str, Adam],
    pairs: Pairs,
    batch: Array,
    settings: EncoderSettings,
    random: np.random.Generator,
    factor: float,
) -> None:
    fields = [_dropped(field.matrix(batch), settings.gram_drop, random) for field in pairs.fields]
    said = _dropped(pairs.replies.matrix(batch), settings.gram_drop, random)
    table = weights["table"]
    context_in = np.tanh(np.concatenate([field @ table for field in fields], axis=1))
    reply_in = np.tanh(said @ table)
    hidden = np.maximum(context_in @ weights["hidden_weights"] + weights["hidden_bias"], 0)
    kept = (random.random(hidden.shape, dtype=np.float32) > settings.hidden_drop) / np.float32(1 - settings.hidden_drop)
    hidden *= kept
    context_out = context_in @ weights["context_weights"] + weights["context_bias"] + hidden @ weights["hidden_out"]
    reply_out = reply_in @ weights["reply_weights"] + weights["reply_bias"]
    context, context_length = shortened(context_out)
    reply, reply_length = shortened(reply_out)
    _, by_cosine, by_scale = among_pairs(context @ reply.T, weights["temperature"][0], pairs.keys[batch])
    by_context = through_length(by_cosine @ reply, context, context_length)
    by_reply = through_length(by_cosine.T @ context, reply, reply_length)
    by_hidden = (by_context @ weights["hidden_out"].T) * (hidden > 0) * kept
    by_context_in = by_context @ weights["context_weights"].T + by_hidden @ weights["hidden_weights"].T
    by_context_in *= 1 - context_in * context_in
    by_reply_in = (by_reply @ weights["reply_weights"].T) * (1 - reply_in * reply_in)
    for name, gradient in (
        ("context_weights", context_in.T @ by_context),
        ("context_bias", by_context.sum(axis=0)),
        ("hidden_weights", context_in.T @ by_hidden),
        ("hidden_bias", by_hidden.sum(axis=0)),
        ("hidden_out", hidden.T @ by_context),
        ("reply_weights", reply_in.T @ by_reply),
        ("reply_bias", by_reply.sum(axis=0)),
        ("temperature", np.array([by_scale], np.float32)),
    ):
        moves[name].step(gradient, factor)
    _step_table(moves["table"], [*fields, said], [*np.split(by_context_in, FIELDS, axis=1), by_reply_in], factor)


def _step_table(move: Adam, inputs: Sequence[Any], gradients: Sequence[Array], factor: float) -> None:
    joined = sparse.hstack([one.T for one in inputs]).tocsr()
    touched = np.flatnonzero(np.diff(joined.indptr))
    move.step(joined[touched] @ np.concatenate(gradients), factor, touched)
