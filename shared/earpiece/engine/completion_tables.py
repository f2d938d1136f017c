"""What completion learns from an account, as arrays: made at training, put together when a model is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earpiece.engine import ngrams
from earpiece.engine.gates_training import default_gates
from earpiece.engine.reply_words import ReplyWords
from earpiece.engine.spelling import Spelling, learn_spelling
from earpiece.engine.vocabulary import UNKNOWN, Vocabulary, learn_vocabulary
from earpiece.engine.word_mixture import Floats, Mixture, WordPredictor

MOST_WORDS = 80  # of a message
TABLES = (
    "vocabulary",
    "common_words",
    "letters",
    "spelling",
    "gates",
    *(one.name for one in fields(ngrams.NextWords)),
)
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Message:
    """What an agent said, and to whom."""

    customer_id: str
    text: str


def learn_tables(messages: Sequence[Message], min_customers: int, vocabulary: Vocabulary | None = None) -> Arrays:
    """The words of these messages, what follows them, and how rare ones are spelt; `gates` are yet to be fitted.

    `vocabulary` stands in for the messages' own.
    """
    lines = [message.text.split()[:MOST_WORDS] for message in messages]
    owners = (message.customer_id for message in messages)
    vocabulary = vocabulary or learn_vocabulary(zip(owners, lines, strict=True), min_customers)
    spelling = learn_spelling(word for line in lines for word in line if vocabulary.id(word) == UNKNOWN)
    following = ngrams.build([vocabulary.encode(line) for line in lines], len(vocabulary))
    return {
        "vocabulary": _bytes("\n".join(vocabulary.words)),
        "common_words": vocabulary.common,
        "letters": _bytes(spelling.letters),
        "spelling": spelling.chances,
        "gates": default_gates(),
        **following.arrays(),
    }


def vocabulary_of(tables: Mapping[str, NDArray[Any]]) -> Vocabulary:
    return Vocabulary(_text(tables["vocabulary"]).split("\n"), np.asarray(tables["common_words"]))


def mixture_of(
    tables: Mapping[str, NDArray[Any]],
    replies: Sequence[str],
    word_model: WordPredictor | None = None,
    gates: Floats | None = None,
) -> Mixture:
    """The tables with the account's replies.

    A word model has the ids of `vocabulary_of(tables).of_word_model()`, or those of the whole vocabulary.
    """
    vocabulary = vocabulary_of(tables)
    return Mixture(
        vocabulary=vocabulary,
        next_words=ngrams.next_words(tables),
        replies=ReplyWords(replies, vocabulary),
        spelling=Spelling(_text(tables["letters"]), np.array(tables["spelling"])),
        gates=np.array(tables["gates"] if gates is None else gates),
        word_model=word_model,
    )


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)


def _text(array: NDArray[np.uint8]) -> str:
    return bytes(array).decode("utf-8", "surrogatepass")
