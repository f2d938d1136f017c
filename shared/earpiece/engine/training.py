"""From a corpus to a model's folder. The same corpus and settings give the same bytes on as many BLAS threads."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from earpiece.domain.errors import EarpieceError
from earpiece.engine.completion_tables import Message
from earpiece.engine.corpus import Corpus, TrainingConversation
from earpiece.engine.earlier_model import EarlierModel
from earpiece.engine.examples import Example
from earpiece.engine.features import MOST_TURNS, ContextTurn
from earpiece.engine.files import code_version, write_array, write_json, write_manifest
from earpiece.engine.language import LANGUAGES, reply_language
from earpiece.engine.learned_completion import LearnedCompletion, learn_completion
from earpiece.engine.link_training import learn_links
from earpiece.engine.links import link_key, links_of
from earpiece.engine.mining import MinedReply, mine
from earpiece.engine.normal import text_key
from earpiece.engine.ranker_training import RankerSettings, TrainedRanker, train_ranker
from earpiece.engine.sampling import MOST_MESSAGES
from earpiece.engine.second_stage import SecondStage

MOST_REPLIES = 10_000
RIGHT_KEPT = 0.999  # of the right suggestions stay above the threshold
FIRST_THRESHOLD = 0.0005  # where too few suggestions were right to tell
LEAST_RIGHT = 50
Report = Callable[[str, float], None]


def unreported(step: str, share: float) -> None:
    """Nobody asked for progress."""


class InsufficientData(EarpieceError):
    """There is too little to learn from; the facts say how much there was."""

    slug = "insufficient_data"
    title = "There is too little data to train a model"


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """`min_…` are the least numbers of different agents and customers behind a reply, a link or a word.

    `most_messages` bounds memory and time: no more messages of agents are learned from, the newest. A corpus that has
    been sampled within it (`sampling`) has older ones too.
    """

    min_agents: int = 2
    min_customers: int = 2
    min_conversations: int = 20
    most_false_offers: float = 0.2
    typed_messages: int = 300
    most_messages: int = MOST_MESSAGES
    has_word_model: bool = True


def train(
    corpus: Corpus,
    out: Path,
    settings: TrainingSettings | None = None,
    report: Report = unreported,
    start: Path | None = None,
) -> dict[str, Any]:
    """Write a model into the empty folder `out` and return its manifest; raises InsufficientData.

    `start` is the folder of the account's last model, from which learning goes on in half the passes; one that cannot
    be used is passed over. `report` hears the step and the share of it that is done.
    """
    settings = settings or TrainingSettings()
    report("replies", 0.0)
    min_agents = settings.min_agents if corpus.has_agent_ids else 1
    replies = mine(corpus.replies, min_agents=min_agents, min_customers=settings.min_customers)[:MOST_REPLIES]
    _require_enough(corpus, replies, settings)
    said = list(deque(_examples(corpus.train, replies), settings.most_messages))
    usable = [example for example in said if example.context]
    ranker_settings = RankerSettings(min_customers=settings.min_customers)
    earlier = EarlierModel.of(start) if start else None
    trained = train_ranker(usable, replies, ranker_settings, report, earlier)
    completion = _learn_completion(said, usable, trained, replies, settings, report, earlier)
    out.mkdir(parents=True, exist_ok=True)
    links = _kept_links(corpus, settings)
    write_json(out, "links", links)
    known_links = learn_links(usable, links, trained.ranker)
    _write(
        out,
        replies,
        trained,
        completion,
        {"reply_intents": trained.intents, "reply_languages": _languages(replies), **known_links},
    )
    report("written", 1.0)
    return write_manifest(
        out,
        {
            "data_hash": corpus.data_hash,
            "code_version": code_version(),
            "is_continued": earlier is not None,
            "settings": {**asdict(settings), "is_agent_test_on": corpus.has_agent_ids},
            "counts": {
                "train_conversations": len(corpus.train),
                "test_conversations": len(corpus.test),
                "contexts": len(usable),
                "replies": len(replies),
            },
            "thresholds": {
                "completion": completion.policy.least_chance,
                "suggestion": _suggestion_threshold(trained, usable[trained.held_from :]),
            },
            "completion_policy": asdict(completion.policy),
        },
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


def _examples(conversations: Sequence[TrainingConversation], replies: Sequence[MinedReply]) -> Iterator[Example]:
    place = {reply.text_key: number for number, reply in enumerate(replies)}
    for number, conversation in enumerate(conversations):
        context: list[ContextTurn] = []
        for turn in conversation.turns:
            if turn.role == "agent" and turn.text.strip():
                reply = place.get(text_key(turn.text), -1)
                yield Example(context[-MOST_TURNS:], turn.text.strip(), reply, conversation.customer_id, number)
            context.append({"role": turn.role, "text": turn.text})


def _learn_completion(
    said: Sequence[Example],
    usable: Sequence[Example],
    trained: TrainedRanker,
    replies: Sequence[MinedReply],
    settings: TrainingSettings,
    report: Report,
    start: EarlierModel | None,
) -> LearnedCompletion:
    newest = usable[trained.held_from :]
    first_new = newest[0].conversation if newest else 0
    report("completion", 0.0)
    return learn_completion(
        messages=[Message(one.customer_id, one.text) for one in said],
        earlier=[Message(one.customer_id, one.text) for one in said if one.conversation < first_new],
        examples=usable[: trained.held_from],
        held_out=[(one.context, one.text) for one in newest],
        replies=[reply.text for reply in replies],
        ranker=trained.earlier,
        encoder=trained.ranker.encoder,
        reply_stage=SecondStage.of(trained.reply_stage),
        settings=settings,
        report=report,
        start=start.word_model() if start else None,
    )


def _write(
    out: Path,
    replies: Sequence[MinedReply],
    trained: TrainedRanker,
    completion: LearnedCompletion,
    more: Mapping[str, Any],
) -> None:
    write_json(out, "replies", [asdict(reply) for reply in replies])
    stages = {"reply_stage": trained.reply_stage, "score_stage": trained.score_stage}
    staged = {f"{stage}_{name}": array for stage, arrays in stages.items() for name, array in arrays.items()}
    for name, array in {**trained.arrays, **staged, **completion.arrays, **more}.items():
        write_array(out, name, array)


def _suggestion_threshold(trained: TrainedRanker, newest: Sequence[Example]) -> float:
    """The probability under which a suggestion is hardly ever right: few of the right ones lie below.

    The fewer were right, the further below the least of them: small chances are about as common as they are small.
    """
    stage, same, right = SecondStage.of(trained.reply_stage), trained.intents, []
    for one in newest[:: max(1, len(newest) // 1_500)]:
        if one.reply >= 0:
            shares = np.bincount(same, trained.earlier.rank(one.context, stage).probabilities, len(same))
            if shares[same[one.reply]] >= np.sort(shares)[-3:][0]:
                right.append(float(shares[same[one.reply]]))
    if len(right) < LEAST_RIGHT:
        return FIRST_THRESHOLD
    return round(float(np.quantile(right, 1 - RIGHT_KEPT)) * min(1.0, len(right) * (1 - RIGHT_KEPT)), 5)


def _languages(replies: Sequence[MinedReply]) -> Any:
    """The place of each reply's language in LANGUAGES, -1 for none."""
    places = {language: place for place, language in enumerate(LANGUAGES)}
    return np.array([places.get(reply_language(reply.text), -1) for reply in replies], np.int8)  # type: ignore[arg-type]


def _kept_links(corpus: Corpus, settings: TrainingSettings) -> list[str]:
    """The links that enough agents sent, each as it is commonly written; where nobody knows the agents, those of
    enough conversations.
    """
    senders: dict[str, set[str]] = defaultdict(set)
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for conversation in corpus.train:
        for turn in conversation.turns:
            if turn.role == "agent":
                for link in links_of(turn.text):
                    senders[link_key(link)].add(turn.agent_id or conversation.conversation_id)
                    written[link_key(link)][link] += 1
    kept = sorted(key for key, told in senders.items() if len(told) >= max(settings.min_agents, 2))
    return [min(written[key], key=lambda link: (-written[key][link], link)) for key in kept]
