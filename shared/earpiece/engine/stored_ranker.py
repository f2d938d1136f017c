"""The ranker out of a model's folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.candidates import Candidates
from earpiece.engine.encoder import Encoder, EncoderArrays
from earpiece.engine.files import read_array
from earpiece.engine.lexicon import Bags, Lexicon
from earpiece.engine.ranking import Index, Ranker
from earpiece.engine.remade import Remade, StoredHeads
from earpiece.engine.second_stage import SecondStage
from earpiece.engine.turn_sequence import IntentNumbers, SequenceArrays, TurnSequence

STAGE_ARRAYS = ("mean", "spread", "hidden", "bias", "out", "line")
WORD_ARRAYS = ("hashes", "weights", "values", "offsets")
INDEX_ARRAYS = (
    "reply_vectors",
    "reply_vector_scale",
    "reply_static",
    "reply_positions",
    "context_projection",
    "context_vectors",
    "context_replies",
)


def ranker_of(folder: Path, names: Sequence[str], places: Mapping[str, int]) -> Ranker:
    """The ranker; `names` are the folder's arrays, `places` those of the replies by their `text_key`.

    Large arrays stay mapped; the weights and the replies' vectors go to 32 bits while they are needed.
    """
    heads = sorted({name.split("_")[0] for name in names if name.startswith("encoder")})
    arrays = [_head_arrays(folder, head, names) for head in heads]
    encoder = Encoder(read_array(folder, "gram_hashes"), StoredHeads(lambda: [EncoderArrays.of(one) for one in arrays]))
    idf = np.asarray(read_array(folder, "lexicon_idf"), np.float32)
    unknown = float(read_array(folder, "lexicon_unknown")[0])
    lexicon = Lexicon(np.asarray(read_array(folder, "lexicon_hashes")), idf, unknown)
    index = Remade(_index_made(folder, names), lambda index: index.widened_bytes)
    return Ranker(encoder, lexicon, index, _sequence(folder, names, encoder, places))


def stage_of(folder: Path, stage: str) -> SecondStage:
    """A second stage by its name."""
    return SecondStage.of({name: read_array(folder, f"{stage}_{name}") for name in STAGE_ARRAYS})


def _head_arrays(folder: Path, head: str, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    own = [name for name in names if name.startswith(f"{head}_")]
    return {name.removeprefix(f"{head}_"): read_array(folder, name) for name in own}


def _sequence(folder: Path, names: Sequence[str], encoder: Encoder, places: Mapping[str, int]) -> TurnSequence | None:
    """None where the account has none."""
    arrays = _head_arrays(folder, "sequence", names)
    if not arrays:
        return None
    numbers = IntentNumbers(np.asarray(read_array(folder, "reply_intents")), places)
    return TurnSequence(encoder, numbers, lambda: SequenceArrays.of(arrays))


def _index_made(folder: Path, names: Sequence[str]) -> Callable[[], Index]:
    """How the index is made of its arrays, which are opened once."""
    bags = Bags(*(np.asarray(read_array(folder, f"reply_word_{name}")) for name in WORD_ARRAYS))
    vectors, scale, static, positions, projection, context_vectors, context_replies = (
        np.asarray(read_array(folder, name)) for name in INDEX_ARRAYS
    )
    times = np.asarray(read_array(folder, "reply_times")) if "reply_times" in names else None

    def made() -> Index:
        wide = vectors.astype(np.float32) * scale
        return Index(
            replies=Candidates(wide, bags, static.astype(np.float32), np.arange(len(wide)), times),
            positions=positions.astype(np.float32),
            projection=projection.astype(np.float32),
            context_vectors=context_vectors,
            context_replies=context_replies,
        )

    return made
