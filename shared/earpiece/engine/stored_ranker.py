"""The ranker out of a model's folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.candidates import Candidates
from earpiece.engine.encoder import Encoder, EncoderArrays
from earpiece.engine.files import read_array
from earpiece.engine.lexicon import Bags, Lexicon
from earpiece.engine.ranking import Index, Ranker
from earpiece.engine.remade import StoredHeads
from earpiece.engine.second_stage import SecondStage
from earpiece.engine.turn_sequence import IntentNumbers, SequenceArrays, TurnSequence

STAGE_ARRAYS = ("mean", "spread", "hidden", "bias", "out", "line")


def ranker_of(folder: Path, names: Sequence[str], places: Mapping[str, int]) -> Ranker:
    """The ranker; `names` are the folder's arrays, `places` those of the replies by their `text_key`.

    Large arrays stay mapped; the encoder's weights and those of the sequence of turns go to 32 bits.
    """
    heads = sorted({name.split("_")[0] for name in names if name.startswith("encoder")})
    arrays = [_head_arrays(folder, head, names) for head in heads]
    encoder = Encoder(read_array(folder, "gram_hashes"), StoredHeads(lambda: [EncoderArrays.of(one) for one in arrays]))
    idf = np.asarray(read_array(folder, "lexicon_idf"), np.float32)
    unknown = float(read_array(folder, "lexicon_unknown")[0])
    lexicon = Lexicon(np.asarray(read_array(folder, "lexicon_hashes")), idf, unknown)
    return Ranker(encoder, lexicon, _index(folder, names), _sequence(folder, names, encoder, places))


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


def _index(folder: Path, names: Sequence[str]) -> Index:
    vectors = np.asarray(read_array(folder, "reply_vectors"), np.float32)
    return Index(
        replies=Candidates(
            vectors * read_array(folder, "reply_vector_scale"),
            Bags(
                np.asarray(read_array(folder, "reply_word_hashes")),
                np.asarray(read_array(folder, "reply_word_weights")),
                np.asarray(read_array(folder, "reply_word_values")),
                np.asarray(read_array(folder, "reply_word_offsets")),
            ),
            np.asarray(read_array(folder, "reply_static"), np.float32),
            np.arange(len(vectors)),
            np.asarray(read_array(folder, "reply_times")) if "reply_times" in names else None,
        ),
        positions=np.asarray(read_array(folder, "reply_positions"), np.float32),
        projection=np.asarray(read_array(folder, "context_projection"), np.float32),
        context_vectors=np.asarray(read_array(folder, "context_vectors")),
        context_replies=np.asarray(read_array(folder, "context_replies")),
    )
