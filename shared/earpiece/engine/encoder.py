"""The encoder: contexts and replies as unit vectors of one space, near each other when the one answers the other.

A dual encoder over hashed n-grams (Henderson et al., arXiv 1705.00652, in small): summed rows of one table for both
sides, tanh, and a layer for each side; the context's has a hidden layer beside it. Several encoders of other seeds
are concatenated: their mean is better than each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.features import FIELDS, Context, context_fields, grams
from earpiece.engine.layers import loaded_layers

Vector = NDArray[np.float32]
SMALL = 1e-6
KNOWN_REPLIES = 512


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
        # What an agent said is compared at every turn. Not bound to self: that ring would outlive its last user.
        self.reply = lru_cache(maxsize=KNOWN_REPLIES)(partial(_reply, self._hashes, heads))

    def rows(self, found: Sequence[int]) -> NDArray[np.int64]:
        """The rows of the grams that the encoder knows."""
        return known_rows(self._hashes, found)

    def context(self, context: Context) -> Vector:
        """The vector of a context."""
        found = [self.rows(field) for field in context_fields(context)]
        return _joined([_context_vector(head, found) for head in self.heads])

    def words(self, text: str) -> Vector:
        """The words of a text before any layer, all heads joined: (heads * width of a table,)."""
        rows = self.rows(grams(text))
        return np.concatenate([np.tanh(_pooled(head, rows)) for head in self.heads])


def known_rows(hashes: NDArray[np.uint32], found: Sequence[int]) -> NDArray[np.int64]:
    """The places of those of `found` that are among the sorted `hashes`."""
    if not found or not len(hashes):
        return np.zeros(0, np.int64)
    wanted = np.array(found, np.uint32)
    places = np.minimum(np.searchsorted(hashes, wanted), len(hashes) - 1)
    known: NDArray[np.int64] = places[hashes[places] == wanted]
    return known


def unit(rows: Any) -> Any:
    """Rows of length one."""
    return rows / (np.linalg.norm(rows, axis=-1, keepdims=True) + SMALL)


def _reply(hashes: NDArray[np.uint32], heads: Iterable[EncoderArrays], text: str) -> Vector:
    """The vector of a reply."""
    rows = known_rows(hashes, grams(text))
    return _joined([_reply_vector(head, rows) for head in heads])


def _joined(parts: Sequence[Vector]) -> Vector:
    return np.concatenate(parts) * np.float32(len(parts) ** -0.5)


def _pooled(head: EncoderArrays, rows: NDArray[np.int64]) -> Vector:
    if not len(rows):
        return np.zeros(head.table.shape[1], np.float32)
    scale = head.scale[rows].astype(np.float32) / np.float32(len(rows) ** 0.5)
    return np.asarray(scale @ head.table[rows].astype(np.float32), np.float32)


def _context_vector(head: EncoderArrays, fields: Sequence[NDArray[np.int64]]) -> Vector:
    pooled = np.tanh(np.concatenate([_pooled(head, rows) for rows in fields[:FIELDS]]))
    hidden = np.maximum(pooled @ head.hidden_weights + head.hidden_bias, 0)
    vector: Vector = unit(pooled @ head.context_weights + head.context_bias + hidden @ head.hidden_out)
    return vector


def _reply_vector(head: EncoderArrays, rows: NDArray[np.int64]) -> Vector:
    vector: Vector = unit(np.tanh(_pooled(head, rows)) @ head.reply_weights + head.reply_bias)
    return vector
