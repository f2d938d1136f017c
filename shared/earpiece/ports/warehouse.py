"""What one account's model is trained from, already filtered, normalised, counted and sampled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from earpiece.engine.corpus import ReplyCount, TrainingConversation
from earpiece.engine.sampling import SampleBounds


@dataclass(frozen=True, slots=True)
class TrainingCounts:
    """How much there is to learn from, before sampling."""

    conversation_count: int
    message_count: int
    agent_message_count: int
    customer_count: int


@dataclass(frozen=True, slots=True)
class TrainingSample:
    """Conversations oldest first, split by time: those to test on began at `test_from` or later."""

    train: Sequence[TrainingConversation]
    test: Sequence[TrainingConversation]
    test_from: datetime | None


class Warehouse(Protocol):
    """The training data of one account. `until`: only conversations that have been quiet since then count."""

    def counts(self, *, until: datetime) -> TrainingCounts: ...

    def sample(self, *, until: datetime, bounds: SampleBounds, test_share: float) -> TrainingSample:
        """Conversations by the rule of `engine.sampling`, the same ones for the same data."""

    def replies(
        self, *, until: datetime, before: datetime, min_agents: int, min_customers: int, most: int
    ) -> Sequence[ReplyCount]:
        """What agents said in conversations that began before `before`, by at least so many to at least so many.

        The `most` frequent, the first of them first.
        """
