"""From a corpus to a model's folder. The same corpus and settings give the same bytes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from earpiece.domain.errors import EarpieceError
from earpiece.engine import neighbours
from earpiece.engine.completion_tables import Message, learn_tables
from earpiece.engine.completion_training import NOT_FITTED, FittedCompletion, held_out_messages
from earpiece.engine.corpus import Corpus, TrainingConversation, count_replies
from earpiece.engine.features import ContextTurn, agent_position, context_terms, terms
from earpiece.engine.files import code_version, write_array, write_json, write_manifest
from earpiece.engine.links import links_of
from earpiece.engine.mining import MinedReply, mine
from earpiece.engine.model import load
from earpiece.engine.normal import text_key

MOST_REPLIES = 50_000
MOST_CONTEXTS = 200_000
POSITIONS = 4


class InsufficientData(EarpieceError):
    """There is too little to learn from; the facts say how much there was."""

    slug = "insufficient_data"
    title = "There is too little data to train a model"


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """`min_…` are the least numbers of different agents and customers behind a reply, a link or a word."""

    min_agents: int = 2
    min_customers: int = 2
    min_conversations: int = 20
    most_false_offers: float = 0.2
    typed_messages: int = 150


@dataclass(frozen=True, slots=True)
class Example:
    """One agent message with what came before it. `reply` is its place among the mined replies, -1 for none."""

    context: list[ContextTurn]
    text: str
    reply: int
    customer_id: str


def train(corpus: Corpus, out: Path, settings: TrainingSettings | None = None) -> dict[str, Any]:
    """Write a model into the empty folder `out` and return its manifest; raises InsufficientData."""
    settings = settings or TrainingSettings()
    return _write_model(corpus, out, settings, _fit_completion(corpus, settings))


def _write_model(corpus: Corpus, out: Path, settings: TrainingSettings, fitted: FittedCompletion) -> dict[str, Any]:
    min_agents = settings.min_agents if corpus.has_agent_ids else 1
    replies = mine(corpus.replies, min_agents=min_agents, min_customers=settings.min_customers)[:MOST_REPLIES]
    _require_enough(corpus, replies, settings)
    examples = list(_examples(corpus.train, replies))[-MOST_CONTEXTS:]
    out.mkdir(parents=True, exist_ok=True)
    _write_replies(out, replies, examples)
    _write_neighbours(out, examples, settings.min_customers)
    _write_completion(out, corpus.train, settings, fitted)
    _write_links(out, examples, corpus, settings)
    about = {
        "data_hash": corpus.data_hash,
        "code_version": code_version(),
        "settings": {**asdict(settings), "is_agent_test_on": corpus.has_agent_ids},
        "counts": {
            "train_conversations": len(corpus.train),
            "test_conversations": len(corpus.test),
            "contexts": len(examples),
            "replies": len(replies),
        },
        "thresholds": {"completion": fitted.policy.least_chance},
        "completion_policy": asdict(fitted.policy),
    }
    return write_manifest(out, about)


def _fit_completion(corpus: Corpus, settings: TrainingSettings) -> FittedCompletion:
    """Fitted on the newest tenth of the conversations, with a model of the others."""
    cut = len(corpus.train) - len(corpus.train) // 10
    earlier = Corpus(corpus.train[:cut], (), count_replies(corpus.train[:cut]), corpus.has_agent_ids)
    with TemporaryDirectory() as folder:
        try:
            _write_model(earlier, Path(folder) / "earlier", settings, NOT_FITTED)
        except InsufficientData:
            return NOT_FITTED
        return load(Path(folder) / "earlier").fit_completion(
            held_out_messages(corpus.train[cut:]), settings.most_false_offers, settings.typed_messages
        )


def _require_enough(corpus: Corpus, replies: Sequence[MinedReply], settings: TrainingSettings) -> None:
    count = len(corpus.train) + len(corpus.test)
    if count < settings.min_conversations or not replies:
        raise InsufficientData(
            f"{count} conversations and {len(replies)} replies said often enough; "
            f"at least {settings.min_conversations} conversations and one reply are needed",
            conversation_count=count,
            reply_count=len(replies),
            needed_conversation_count=settings.min_conversations,
        )


def _examples(conversations: Iterable[TrainingConversation], replies: Sequence[MinedReply]) -> Iterator[Example]:
    place = {reply.text_key: number for number, reply in enumerate(replies)}
    for conversation in conversations:
        context: list[ContextTurn] = []
        for turn in conversation.turns:
            if turn.role == "agent" and turn.text.strip():
                yield Example(
                    list(context[-6:]), turn.text, place.get(text_key(turn.text), -1), conversation.customer_id
                )
            context.append({"role": turn.role, "text": turn.text})


def _write_replies(out: Path, replies: Sequence[MinedReply], examples: Sequence[Example]) -> None:
    write_json(out, "replies", [asdict(reply) for reply in replies])
    positions = np.full((POSITIONS, len(replies)), 0.5, np.float64)
    for example in examples:
        if example.reply >= 0:
            positions[agent_position(example.context), example.reply] += 1
    share = positions / positions.sum(axis=1, keepdims=True)
    write_array(out, "reply_positions", np.log(share).astype(np.float32))


def _write_neighbours(out: Path, examples: Sequence[Example], min_customers: int) -> None:
    owners = [example.customer_id for example in examples]
    found = [context_terms(example.context) for example in examples]
    index = neighbours.build(found, owners, min_owners=min_customers)
    write_json(out, "terms", sorted(index.terms, key=index.terms.__getitem__))
    for name in ("idf", "offsets", "contexts", "weights"):
        write_array(out, f"neighbour_{name}", getattr(index, name))
    write_array(out, "context_replies", np.array([example.reply for example in examples], np.int32))
    said = [Counter(terms(example.text)) for example in examples]
    texts = neighbours.build(said, owners, min_owners=min_customers)
    write_json(out, "text_terms", sorted(texts.terms, key=texts.terms.__getitem__))
    write_array(out, "text_idf", texts.idf)
    by_context = _rows(texts)
    write_array(out, "text_offsets", by_context[0])
    write_array(out, "text_ids", by_context[1])
    write_array(out, "text_weights", by_context[2])


def _rows(index: neighbours.Neighbours) -> tuple[Any, Any, Any]:
    """The same weights by context instead of by term."""
    term = np.repeat(np.arange(len(index.terms)), np.diff(index.offsets)).astype(np.int32)
    order = np.lexsort((term, index.contexts))
    offsets = np.searchsorted(index.contexts[order], np.arange(index.context_count + 1)).astype(np.int64)
    return offsets, term[order], index.weights[order]


def _write_completion(
    out: Path, conversations: Iterable[TrainingConversation], settings: TrainingSettings, fitted: FittedCompletion
) -> None:
    messages = [
        Message(conversation.customer_id, turn.text)
        for conversation in conversations
        for turn in conversation.turns
        if turn.role == "agent"
    ]
    for name, array in {**learn_tables(messages, settings.min_customers), "gates": fitted.gates}.items():
        write_array(out, f"completion_{name}", array)


def _write_links(out: Path, examples: Sequence[Example], corpus: Corpus, settings: TrainingSettings) -> None:
    senders: Mapping[str, set[str]] = defaultdict(set)
    for conversation in corpus.train:
        for turn in conversation.turns:
            if turn.role == "agent":
                for link in links_of(turn.text):
                    senders[link].add(turn.agent_id or conversation.conversation_id)
    kept = sorted(link for link, told in senders.items() if len(told) >= max(settings.min_agents, 2))
    place = {link: number for number, link in enumerate(kept)}
    uses = [
        [number, place[link]]
        for number, example in enumerate(examples)
        for link in links_of(example.text)
        if link in place
    ]
    write_json(out, "links", kept)
    write_array(out, "link_uses", np.array(uses, np.int32).reshape(-1, 2))
