"""The encoder: contexts and replies as unit vectors of one space, near each other when the one answers the other.

A dual encoder over hashed n-grams (Henderson et al., arXiv 1705.00652, in small): summed rows of one table for both
sides, tanh, and a layer for each side; the context's has a hidden layer beside it. Several encoders of other seeds
are concatenated: their mean is better than each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.features import Context, context_tags, context_texts, grams
from earpiece.engine.kept import Kept
from earpiece.engine.layers import loaded_layers

Vector = NDArray[np.float32]
SMALL = 1e-6
READ_TEXTS = 8_192  # of some hundred conversations at once
BYTES_A_TEXT = 500  # beside its numbers
KNOWN_TAGS = 128


@dataclass(frozen=True, slots=True)
class EncoderArrays:
    """`table` (rows, width) in int8 with a `scale` a row; the rest (in, out) in 32 bits."""

    table: NDArray[np.int8]
    scale: NDArray[np.float16]
    context_weights: Vector  # (FIELDS * width, out)
    context_bias: Vector
    hidden_weights: Vector  # (FIELDS * width, hidden)
    hidden_bias: Vector
    hidden_out: Vector  # (hidden, out)
    reply_weights: Vector  # (width, out)
    reply_bias: Vector

    @classmethod
    def of(cls, arrays: Mapping[str, Any]) -> EncoderArrays:
        """From stored arrays; the layers are brought to 32 bits once."""
        layers = loaded_layers({name: array for name, array in arrays.items() if name not in ("table", "scale")})
        return cls(table=np.asarray(arrays["table"]), scale=np.asarray(arrays["scale"]), **layers)

    @property
    def widened_bytes(self) -> int:
        """What the arrays hold that were brought to 32 bits."""
        return sum(getattr(self, one.name).nbytes for one in fields(self) if one.name not in ("table", "scale"))


class Encoder:
    """Text to vectors of length one: (out,) a head, all heads joined."""

    def __init__(self, gram_hashes: NDArray[np.uint32], heads: Iterable[EncoderArrays]) -> None:
        self._hashes = np.asarray(gram_hashes)
        self.heads = heads
        self.width = sum(len(head.reply_bias) for head in heads)  # the length of a vector
        # A text is read at every turn that comes after it.
        self._texts: Kept[str, _Summed] = Kept(READ_TEXTS)
        self._replies: Kept[str, Vector] = Kept(READ_TEXTS)
        self._tags: Kept[tuple[int, ...], _Summed] = Kept(KNOWN_TAGS)

    def forget(self) -> None:
        """Let go of the texts that were read."""
        self._texts.forget()
        self._replies.forget()
        self._tags.forget()

    def forget_unused(self, for_s: float) -> None:
        """Let go of the texts that nobody read in so many seconds."""
        self._texts.forget_unused(for_s)
        self._replies.forget_unused(for_s)

    @property
    def held_bytes(self) -> int:
        """About what the texts hold that were read."""
        return (len(self._texts) + len(self._replies)) * (BYTES_A_TEXT + 4 * self.width)

    def context(self, context: Context) -> Vector:
        """The vector of a context."""
        fields = context_texts(context)
        read = iter(self._read([text for texts in fields for text in texts]))
        tags = self._tags.get_all([context_tags(context)], lambda some: _summed(self._hashes, self.heads, some))
        summed = [*([next(read) for _ in texts] for texts in fields), tags]
        pooled = np.tanh(np.stack([_pooled(texts, tags[0].sums.shape) for texts in summed], axis=1))
        return _joined([_context_vector(head, one.ravel()) for head, one in zip(self.heads, pooled, strict=True)])

    def words(self, texts: Sequence[str]) -> Vector:
        """The words of each text before any layer, all heads joined: (texts, heads * width of a table)."""
        read: Vector = np.tanh(np.array([one.pooled for one in self._read(texts)], np.float32))
        return read.reshape(len(texts), -1)

    def replies(self, texts: Sequence[str]) -> list[Vector]:
        """The vector of each of these replies."""
        return self._replies.get_all(texts, self._replies_made)

    def reply(self, text: str) -> Vector:
        """The vector of a reply."""
        return self.replies([text])[0]

    def _read(self, texts: Sequence[str]) -> list[_Summed]:
        return self._texts.get_all(texts, lambda some: _summed(self._hashes, self.heads, [grams(one) for one in some]))

    def _replies_made(self, texts: Sequence[str]) -> list[Vector]:
        return [
            _joined(
                [unit(one @ head.reply_weights + head.reply_bias) for head, one in zip(self.heads, pooled, strict=True)]
            )
            for pooled in (np.tanh(one.pooled) for one in self._read(texts))
        ]


def known_rows(hashes: NDArray[np.uint32], found: Sequence[int]) -> NDArray[np.int64]:
    """The places of those of `found` that are among the sorted `hashes`."""
    return known_rows_of(hashes, [found])[0]


def known_rows_of(
    hashes: NDArray[np.uint32], found: Sequence[Sequence[int]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The same for many texts, one after the other, and how many are known of each."""
    sizes = [len(one) for one in found]
    wanted = np.fromiter(chain.from_iterable(found), np.uint32, sum(sizes))
    if not len(hashes):
        return np.zeros(0, np.int64), np.zeros(len(found), np.int64)
    places = np.minimum(hashes.searchsorted(wanted), len(hashes) - 1)
    is_known = hashes[places] == wanted
    counts = np.bincount(np.repeat(np.arange(len(found)), sizes), is_known, len(found))
    return places[is_known], counts.astype(np.int64)


def unit(rows: Any) -> Any:
    """Rows of length one."""
    return rows / (np.linalg.norm(rows, axis=-1, keepdims=True) + SMALL)


def _joined(parts: Sequence[Vector]) -> Vector:
    return np.concatenate(parts) * np.float32(len(parts) ** -0.5)


@dataclass(frozen=True, slots=True)
class _Summed:
    """The rows of a text's grams, summed, by head (heads, width of a table), and how many they are."""

    sums: Vector
    count: int

    @property
    def pooled(self) -> Vector:
        return self.sums * np.float32(max(self.count, 1) ** -0.5)


def _summed(
    hashes: NDArray[np.uint32], heads: Iterable[EncoderArrays], found: Sequence[Sequence[int]]
) -> list[_Summed]:
    """Of the grams of each text; all are looked up at once."""
    rows, counts = known_rows_of(hashes, found)
    wide = [(head.scale[rows].astype(np.float32), head.table[rows].astype(np.float32)) for head in heads]
    ends = np.cumsum(counts).tolist()
    bounds = zip([0, *ends], ends, strict=False)
    return [
        _Summed(np.array([scale[begin:end] @ table[begin:end] for scale, table in wide], np.float32), end - begin)
        for begin, end in bounds
    ]


def _pooled(texts: Sequence[_Summed], shape: tuple[int, ...]) -> Vector:
    if not texts:
        return np.zeros(shape, np.float32)
    if len(texts) == 1:
        return texts[0].pooled
    return _Summed(np.sum([one.sums for one in texts], axis=0), sum(one.count for one in texts)).pooled


def _context_vector(head: EncoderArrays, pooled: Vector) -> Vector:
    hidden = np.maximum(pooled @ head.hidden_weights + head.hidden_bias, 0)
    vector: Vector = unit(pooled @ head.context_weights + head.context_bias + hidden @ head.hidden_out)
    return vector
