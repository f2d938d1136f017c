"""The index of an account's replies, and of past contexts that one of them followed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.candidates import Candidate, Candidates
from earpiece.engine.encoder import Encoder, unit
from earpiece.engine.examples import Example
from earpiece.engine.features import agent_position
from earpiece.engine.lexicon import Lexicon
from earpiece.engine.mining import MinedReply
from earpiece.engine.ranking import Index

SMALL_WIDTH = 64
POSITIONS = 4
Array = NDArray[Any]


def index_of(
    encoder: Encoder,
    lexicon: Lexicon,
    examples: Sequence[Example],
    replies: Sequence[MinedReply],
    most_contexts: int,
) -> Index:
    """These replies as the examples show them, and at most so many contexts."""
    counts = np.bincount([one.reply for one in examples if one.reply >= 0], minlength=len(replies))
    candidates = [
        Candidate.of(reply.text, place, int(counts[place]), encoder, lexicon) for place, reply in enumerate(replies)
    ]
    positions = np.full((POSITIONS, len(replies)), 0.5, np.float64)
    for one in examples:
        if one.reply >= 0:
            positions[agent_position(one.context), one.reply] += 1
    share = np.log(positions / positions.sum(axis=0)) if len(replies) else positions
    # Those that tell of a reply; evenly over time where they are too many: what is rare and old may still be asked.
    telling = [one for one in examples if one.reply >= 0]
    chosen = [telling[place] for place in _spread(len(telling), most_contexts)]
    vectors = np.array([encoder.context(one.context) for one in chosen], np.float32).reshape(-1, encoder.width)
    projection = _projection(vectors)
    small = np.rint(unit(vectors @ projection) * 127).astype(np.int8)
    return Index(
        Candidates.of(candidates, encoder.width),
        share.astype(np.float32),
        projection,
        small,
        np.array([one.reply for one in chosen], np.int32),
    )


def _spread(count: int, most: int) -> list[int]:
    """The newest half of what may be kept, and the rest evenly over what is older."""
    if count <= most:
        return list(range(count))
    newest = most // 2
    return [*np.linspace(0, count - newest - 1, most - newest).astype(int).tolist(), *range(count - newest, count)]


def _projection(vectors: Array) -> Array:
    """The directions in which contexts differ most (width, small)."""
    if not len(vectors):
        return np.eye(vectors.shape[1], SMALL_WIDTH, dtype=np.float32)
    _, directions = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    found: Array = directions[:, ::-1][:, :SMALL_WIDTH].astype(np.float32)
    return np.ascontiguousarray(found * np.sign(found[np.abs(found).argmax(axis=0), np.arange(found.shape[1])]))


def index_arrays(index: Index) -> dict[str, Array]:
    """As they are stored."""
    scale = 127 / max(float(np.abs(index.replies.vectors).max(initial=0)), 1e-6)
    return {
        "reply_vectors": np.rint(index.replies.vectors * scale).astype(np.int8),
        "reply_vector_scale": np.array([1 / scale], np.float32),
        "reply_static": index.replies.static.astype(np.float16),
        "reply_times": index.replies.times,
        "reply_positions": index.positions.astype(np.float16),
        "reply_word_hashes": index.replies.bags.hashes,
        "reply_word_weights": index.replies.bags.weights.astype(np.float16),
        "reply_word_values": index.replies.bags.values,
        "reply_word_offsets": index.replies.bags.offsets,
        "context_projection": index.projection.astype(np.float16),
        "context_vectors": index.context_vectors,
        "context_replies": index.context_replies,
    }
