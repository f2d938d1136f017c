"""What a model is trained from. Files and BigQuery fill the same shape; in BigQuery SQL has counted and sampled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earpiece.domain.errors import InvalidInput
from earpiece.engine.conversations import ReplyCount, TrainingConversation, Turn
from earpiece.engine.reply_counting import SaidReplies, Wordings, count_replies
from earpiece.engine.sampling import Heading, SampleBounds, split

__all__ = ["Corpus", "CountBounds", "ReplyCount", "TrainingConversation", "Turn", "corpus_of", "count_replies"]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Conversations to train and to test on (the newest), and the replies counted over those to train on."""

    train: Sequence[TrainingConversation]
    test: Sequence[TrainingConversation]
    replies: Sequence[ReplyCount]
    has_agent_ids: bool

    @property
    def data_hash(self) -> str:
        """SHA-256 over the contents, in whatever order they came."""
        parts = [_hash(repr(item)) for items in (self.train, self.test, self.replies) for item in items]
        return _hash("".join(sorted(parts)))


@dataclass(frozen=True, slots=True)
class CountBounds:
    """Replies are kept that at least so many agents said to so many customers, and of these the `most` frequent.

    Where no conversation names an agent the first is off.
    """

    min_agents: int = 0
    min_customers: int = 0
    most: int | None = None


def corpus_of(
    conversations: Iterable[TrainingConversation],
    *,
    test_share: float = 0.1,
    bounds: SampleBounds | None = None,
    counting: CountBounds | None = None,
    report: Callable[[str, float], None] = lambda _step, _share: None,
) -> Corpus:
    """Split by time (by a hash of the id where there are no times), sample and count, as SQL does for an account.

    `conversations` are gone through twice and only those that are kept stay in memory, so give what reads them anew.
    Replies are counted over all conversations before the first to test on, also those that are not in the sample.
    """
    again = list(conversations) if iter(conversations) is conversations else conversations
    report("reading", 0.0)
    said, headings = SaidReplies(), []
    for number, conversation in enumerate(again):
        said.add(conversation, number)
        headings.append(_heading(conversation))
    chosen = split(headings, bounds or SampleBounds(), test_share)
    is_counted = _before(headings, chosen.test)
    counting = counting or CountBounds()
    min_agents = counting.min_agents if said.has_agent_ids else 0
    wordings = Wordings(said.counted(is_counted, min_agents, counting.min_customers, counting.most))
    report("reading", 0.5)
    kept = _kept(again, {*chosen.train, *chosen.test}, is_counted, wordings)
    train, test = ([kept[number] for number in part] for part in (chosen.train, chosen.test))
    return Corpus(train, test, wordings.replies(counting.most), said.has_agent_ids)


def _heading(conversation: TrainingConversation) -> Heading:
    first = conversation.turns[0].ts if conversation.turns else None
    count = sum(turn.role == "agent" for turn in conversation.turns)
    return Heading(first if first is not None else 0.0, _digest(conversation.conversation_id), count)


def _before(headings: Sequence[Heading], test: Sequence[int]) -> NDArray[np.bool_]:
    """Which conversations began before those to test on."""
    if not test:
        return np.ones(len(headings), np.bool_)
    first = (headings[test[0]].began_at, headings[test[0]].fingerprint)
    return np.array([(one.began_at, one.fingerprint) < first for one in headings], np.bool_)


def _kept(
    conversations: Iterable[TrainingConversation],
    wanted: Collection[int],
    is_counted: NDArray[np.bool_],
    wordings: Wordings,
) -> dict[int, TrainingConversation]:
    kept: dict[int, TrainingConversation] = {}
    for number, conversation in enumerate(conversations):
        if is_counted[number]:
            wordings.add(conversation)
        if number in wanted:
            kept[number] = conversation
    if len(kept) < len(wanted):
        raise InvalidInput("the conversations became fewer while they were being read; read them again")
    return kept


def _hash(text: str) -> str:
    return _digest(text).hex()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
