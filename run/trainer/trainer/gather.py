"""What a version is trained from: what the warehouse has counted and sampled, without what may not be offered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from earpiece.domain.replies import reply_id_of
from earpiece.domain.settings import AccountSettings
from earpiece.engine.corpus import Corpus
from earpiece.engine.sampling import SampleBounds
from earpiece.engine.training import MOST_REPLIES
from earpiece.ports.warehouse import TrainingCounts, Warehouse

TEST_SHARE = 0.1  # the newest conversations of the sample


@dataclass(frozen=True, slots=True)
class Gathered:
    """`corpus` is None when there is too little to learn from; `counts` are of all there is, before sampling."""

    corpus: Corpus | None
    counts: dict[str, Any]


def gather(warehouse: Warehouse, wanted: AccountSettings, blocked: Collection[str], until: datetime) -> Gathered:
    """The corpus of the conversations that have been quiet since `until`; blocked reply ids are left out."""
    counts = warehouse.counts(until=until)
    if counts.conversation_count < wanted.min_training_conversations:
        return Gathered(None, _told(counts, wanted))
    bounds = SampleBounds(most_conversations=wanted.max_training_conversations)
    sample = warehouse.sample(until=until, bounds=bounds, test_share=TEST_SHARE)
    if sample.test_from is None or not sample.train:
        return Gathered(None, _told(counts, wanted))
    replies = warehouse.replies(
        until=until,
        before=sample.test_from,
        min_agents=wanted.min_reply_agents,
        min_customers=wanted.min_reply_customers,
        most=MOST_REPLIES + len(blocked),
    )
    offered = [reply for reply in replies if reply_id_of(reply.text_key) not in blocked]
    has_agent_ids = any(turn.agent_id for conversation in sample.train for turn in conversation.turns)
    return Gathered(Corpus(sample.train, sample.test, offered, has_agent_ids), _told(counts, wanted))


def _told(counts: TrainingCounts, wanted: AccountSettings) -> dict[str, Any]:
    return {**asdict(counts), "min_training_conversations": wanted.min_training_conversations}
