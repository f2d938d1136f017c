"""Train the ranker: encoders on the older conversations, the second stage on the newest, and an index over all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine.earlier_model import EarlierModel
from earpiece.engine.encoder import Encoder, EncoderArrays
from earpiece.engine.encoder_training import (
    EncoderSettings,
    Pairs,
    first_weights,
    frequent_grams,
    packed,
    pairs_of,
    train_encoder,
)
from earpiece.engine.examples import Example, text_numbers
from earpiece.engine.features import Context, context_fields, context_tags, grams
from earpiece.engine.index_training import index_arrays, index_of
from earpiece.engine.intents import intents
from earpiece.engine.layers import stored_layers
from earpiece.engine.lexicon import Lexicon, build_lexicon
from earpiece.engine.mining import MinedReply
from earpiece.engine.ranking import Index, Ranker
from earpiece.engine.ranking_lists import second_stages
from earpiece.engine.turn_sequence import IntentNumbers, SequenceArrays, TurnSequence
from earpiece.engine.turn_sequence_training import SequenceSettings, TurnReader, train_turn_sequence

SAME_INTENT = 0.85
FEW_PAIRS = 5_000
LEAST_STEPS = 120
MOST_EPOCHS = 20
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class RankerSettings:
    """`most_rows` of the encoder's table, `heads` encoders, `held_share` of the newest for the second stage.

    `last_epochs` are passes over all, once the second stage is fitted, and `last_sequence_epochs` those of the sequence
    of turns. There is one for accounts of `least_conversations`, agents of which say `least_known` of what they say in
    the words of a reply.
    """

    heads: int = 2
    most_rows: int = 40_000
    least_rows: int = 9_500
    most_contexts: int = 12_000
    most_pairs: int = 150_000
    held_share: float = 0.1
    last_epochs: int = 2
    last_sequence_epochs: int = 4
    least_conversations: int = 1_000
    most_conversations: int = 6_000
    least_known: float = 0.2
    min_customers: int = 2


Report = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class TrainedRanker:
    """The ranker with its stored arrays, by name; `earlier` knows nothing of the examples from `held_from`.

    `intents` (replies,) are as `intents.intents` gives them.
    """

    ranker: Ranker
    earlier: Ranker
    held_from: int
    arrays: Mapping[str, Array]
    reply_stage: Mapping[str, Array]
    score_stage: Mapping[str, Array]
    intents: NDArray[np.int32]


def train_ranker(
    usable: Sequence[Example],
    replies: Sequence[MinedReply],
    settings: RankerSettings,
    report: Report,
    start: EarlierModel | None,
) -> TrainedRanker:
    """Train on examples that have a context, in the order of time; `start` is the account's last model."""
    report("features", 0.0)
    held_from = _held_from(usable, settings.held_share)
    older, newest = usable[:held_from], usable[held_from:]
    hashes = _known_grams(usable, settings)
    lexicon = build_lexicon(
        [one.text for one in usable] + [one.context[-1]["text"] for one in usable],
        [one.customer_id for one in usable] * 2,
        min_owners=settings.min_customers,
    )
    keys = text_numbers(usable)
    pairs = pairs_of(hashes, [one.context for one in usable], [one.text for one in usable], keys)
    heads = _train_heads(_part(pairs, slice(0, held_from)), hashes, settings, report, start)
    encoder = _encoder(hashes, heads)
    index = index_of(encoder, lexicon, older, replies, settings.most_contexts)
    same = intents([reply.text_key for reply in replies], index.replies.bags, SAME_INTENT)
    numbers = IntentNumbers(same, {reply.text_key: place for place, reply in enumerate(replies)})
    report("sequence", 0.0)
    sequence = _learn_sequence(older, numbers, encoder, settings, {})
    earlier = Ranker(encoder, lexicon, index, _sequence(encoder, numbers, sequence))
    report("second stage", 0.0)
    score_stage, reply_stage = second_stages(Ranker(encoder, lexicon, index), newest)
    heads = _taught_more(heads, pairs, hashes, settings, report)
    encoder = _encoder(hashes, heads)
    index = index_of(encoder, lexicon, usable, replies, settings.most_contexts)
    report("sequence, newest", 0.0)
    sequence = _learn_sequence(usable, numbers, encoder, settings, sequence) if sequence else {}
    stored = stored_layers(sequence)
    return TrainedRanker(
        Ranker(encoder, lexicon, index, _sequence(encoder, numbers, stored)),
        earlier,
        held_from,
        {**_arrays(hashes, heads, lexicon, index), **{f"sequence_{name}": array for name, array in stored.items()}},
        reply_stage,
        score_stage,
        same,
    )


def _learn_sequence(
    examples: Sequence[Example],
    numbers: IntentNumbers,
    encoder: Encoder,
    settings: RankerSettings,
    start: Mapping[str, Array],
) -> dict[str, Array]:
    """The arrays of a TurnSequence, nothing where there is too little to learn from; goes on from `start`."""
    last = {one.conversation: one for one in examples}
    known = sum(one.reply >= 0 for one in examples)
    if not start and (len(last) < settings.least_conversations or known < settings.least_known * len(examples)):
        return {}
    read = TurnReader(encoder, numbers)
    newest = [last[conversation] for conversation in sorted(last)][-settings.most_conversations :]
    conversations = [
        [*(read(turn["role"], turn["text"]) for turn in one.context), read("agent", one.text)] for one in newest
    ]
    epochs = settings.last_sequence_epochs if start else 0
    return train_turn_sequence(conversations, numbers.count, SequenceSettings(), epochs=epochs, start=start)


def _sequence(encoder: Encoder, numbers: IntentNumbers, arrays: Mapping[str, Array]) -> TurnSequence | None:
    return TurnSequence(encoder, numbers, lambda: SequenceArrays.of(arrays)) if arrays else None


def _train_heads(
    pairs: Pairs, hashes: Array, settings: RankerSettings, report: Report, start: EarlierModel | None
) -> list[dict[str, Array]]:
    plan = _plan(len(pairs))
    if start:
        plan = replace(plan, epochs=-(-plan.epochs // 2))
    heads = []
    for head in range(settings.heads):
        first = first_weights(len(hashes), plan, np.random.default_rng(head))
        heads.append(
            train_encoder(
                pairs,
                len(hashes),
                plan,
                head,
                start=start.encoder(head, hashes, first) if start else first,
                progress=partial(_report_head, report, head, settings.heads),
            )
        )
    return heads


def _taught_more(
    heads: Sequence[Mapping[str, Array]], pairs: Pairs, hashes: Array, settings: RankerSettings, report: Report
) -> list[dict[str, Array]]:
    """The encoders after a few passes over all pairs, the newest too; the second stage that they feed still fits."""
    plan = replace(_plan(len(pairs)), epochs=settings.last_epochs)
    found = []
    for number, head in enumerate(heads):
        report("encoder, newest", number / len(heads))
        found.append(train_encoder(pairs, len(hashes), plan, settings.heads + number, start=head))
    return found


def _report_head(report: Report, head: int, heads: int, done: float) -> None:
    report("encoder", (head + done) / heads)


def _held_from(examples: Sequence[Example], share: float) -> int:
    """Where the newest conversations begin; never in the middle of one."""
    conversations = sorted({one.conversation for one in examples})
    first = conversations[int(len(conversations) * (1 - share))]
    return next(place for place, one in enumerate(examples) if one.conversation >= first)


def _plan(pair_count: int) -> EncoderSettings:
    """Few pairs need more passes and smaller batches, and cannot spare as many of their words."""
    if pair_count < FEW_PAIRS:
        epochs = int(np.clip(LEAST_STEPS * 256 // max(pair_count, 1), 8, MOST_EPOCHS))
        return EncoderSettings(out=192, epochs=epochs, batch=256, gram_drop=0.25, hidden_drop=0.3)
    if pair_count < 15_000:
        return EncoderSettings(out=192, epochs=13, batch=256)
    if pair_count < 40_000:
        return EncoderSettings(out=192, epochs=10, batch=384)
    return EncoderSettings(out=192, epochs=8, batch=768)


def _known_grams(examples: Sequence[Example], settings: RankerSettings) -> Array:
    owners = {customer: number for number, customer in enumerate(dict.fromkeys(one.customer_id for one in examples))}
    found = ((*grams(one.text), *_new_grams(one.context)) for one in examples)
    most = int(np.clip(len(examples) // 2, settings.least_rows, settings.most_rows))
    return frequent_grams(found, [owners[one.customer_id] for one in examples], most, settings.min_customers)


def _new_grams(context: Context) -> tuple[int, ...]:
    fields = context_fields(context[-2:])
    return (*fields[0], *fields[1], *context_tags(context))


def _part(pairs: Pairs, span: slice) -> Pairs:
    return Pairs(tuple(field[span] for field in pairs.fields), pairs.replies[span], pairs.keys[span])


def _encoder(hashes: Array, heads: Sequence[Mapping[str, Array]]) -> Encoder:
    return Encoder(hashes, [EncoderArrays.of(packed(head)) for head in heads])


def _arrays(hashes: Array, heads: Sequence[Mapping[str, Array]], lexicon: Lexicon, index: Index) -> dict[str, Array]:
    arrays = {
        "gram_hashes": hashes,
        "lexicon_hashes": lexicon.hashes,
        "lexicon_idf": lexicon.idf.astype(np.float16),
        "lexicon_unknown": np.array([lexicon.unknown], np.float32),
        **index_arrays(index),
    }
    for number, head in enumerate(heads):
        arrays.update({f"encoder{number}_{name}": array for name, array in packed(head).items()})
    return arrays
