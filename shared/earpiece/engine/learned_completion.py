"""Learn completion beside a ranker: tables and word model of older conversations, gates and policy of the newest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from earpiece.engine.completion_tables import Message, learn_tables, mixture_of, vocabulary_of
from earpiece.engine.completion_training import fit_completion
from earpiece.engine.encoder import Encoder
from earpiece.engine.examples import Example
from earpiece.engine.features import Context
from earpiece.engine.offers import OfferPolicy
from earpiece.engine.ranking import Ranker
from earpiece.engine.recent_words import recent_ids
from earpiece.engine.second_stage import SecondStage
from earpiece.engine.vocabulary import Vocabulary
from earpiece.engine.word_mixture import Turn
from earpiece.engine.word_model import WordModel
from earpiece.engine.word_model_gradients import LONGEST
from earpiece.engine.word_model_training import WordExample, WordModelSettings, affordable, train_word_model

RESTARTED: dict[str, Any] = {"epochs": 3, "learning_rate": 4e-3}  # where an earlier model is the start
LEAST_EXAMPLES = 500  # under these a word model learns nothing that the tables do not know
Report = Callable[[str, float], None]


class CompletionSettings(Protocol):
    """What of the training settings concerns completion."""

    @property
    def min_customers(self) -> int: ...
    @property
    def most_false_offers(self) -> float: ...
    @property
    def typed_messages(self) -> int: ...
    @property
    def has_word_model(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class LearnedCompletion:
    """Arrays to store, `completion_…` and `word_model_…`, and the policy that the manifest keeps."""

    arrays: dict[str, Any]
    policy: OfferPolicy


def learn_completion(
    *,
    messages: Sequence[Message],
    earlier: Sequence[Message],
    examples: Sequence[Example],
    held_out: Sequence[tuple[Context, str]],
    replies: Sequence[str],
    ranker: Ranker,
    encoder: Encoder,
    reply_stage: SecondStage,
    settings: CompletionSettings,
    report: Report,
    start: Mapping[str, Any] | None,
) -> LearnedCompletion:
    """`messages` are all, `earlier` and `examples` those before the held-out ones; `ranker` has not seen the latter.
    `encoder` is the one that will serve.

    The final tables keep the vocabulary's words of all messages, which the word model must know: it is trained with
    that vocabulary, on the earlier messages.
    """
    tables = learn_tables(messages, settings.min_customers)
    vocabulary = vocabulary_of(tables)
    common = vocabulary.of_word_model()
    word_arrays = _learn_words(examples, common, encoder, report, start) if settings.has_word_model else {}
    word_model = WordModel(word_arrays) if word_arrays else None
    fitting = mixture_of(learn_tables(earlier, settings.min_customers, vocabulary), replies, word_model)
    report("gates", 0.0)

    def turn_of(context: Context) -> Turn:
        ranking = ranker.rank(context, reply_stage)
        return Turn(fitting, context, ranking.probabilities, encoder.context(context))

    order = np.random.default_rng(13).permutation(len(held_out))
    fitted = fit_completion(
        fitting, [held_out[place] for place in order], turn_of, settings.most_false_offers, settings.typed_messages
    )
    stored = {f"completion_{name}": array for name, array in {**tables, "gates": fitted.gates}.items()}
    small = {f"word_model_{name}": array for name, array in word_arrays.items() if name != "vocabulary"}
    return LearnedCompletion({**stored, **small}, fitted.policy)


def _learn_words(
    examples: Sequence[Example],
    vocabulary: Vocabulary,
    encoder: Encoder,
    report: Report,
    start: Mapping[str, Any] | None,
) -> dict[str, Any]:
    if len(examples) < LEAST_EXAMPLES:
        return {}
    settings = WordModelSettings(**RESTARTED) if start else WordModelSettings()
    ids = [np.array(vocabulary.encode(one.text.split()), np.int32) for one in examples]
    kept = affordable(np.array([min(len(one), LONGEST) + 1 for one in ids], np.intp), settings)
    said = [
        WordExample(
            context=encoder.context(examples[place].context),
            words=ids[place],
            recent=recent_ids(examples[place].context, vocabulary),
        )
        for place in kept.tolist()
    ]
    return train_word_model(
        said,
        vocabulary.words,
        settings,
        progress=lambda done: report("words", done.tokens / max(done.all_tokens, 1)),
        start=start,
    )
