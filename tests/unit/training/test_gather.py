"""What a version is trained from, and when there is too little."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from earpiece.domain.replies import reply_id_of
from earpiece.domain.settings import AccountSettings
from earpiece.engine.corpus import ReplyCount, TrainingConversation, Turn
from earpiece.engine.sampling import SampleBounds
from earpiece.engine.training import MOST_REPLIES
from earpiece.ports.warehouse import TrainingCounts, TrainingSample
from trainer.gather import gather

UNTIL = datetime(2026, 11, 20, tzinfo=UTC)
TEST_FROM = UNTIL - timedelta(days=2)
WANTED = AccountSettings(min_training_conversations=10, max_training_conversations=40, min_reply_agents=3)


def a_conversation(name, agent_id=None):
    turns = (Turn("customer", "Where is it?"), Turn("agent", "On its way.", agent_id))
    return TrainingConversation(name, f"customer of {name}", turns)


def a_reply(key):
    return ReplyCount(key, key.title(), 5, 3, 4, 5)


class Warehouse:
    """Answers what it was given, and remembers what it was asked."""

    def __init__(self, conversation_count=12, test=("t",), agent_id=None):
        self.asked = {}
        self._count = conversation_count
        self._test = [a_conversation(name) for name in test]
        self._agent_id = agent_id

    def counts(self, *, until):
        return TrainingCounts(self._count, 30, 15, 9)

    def sample(self, **asked):
        self.asked["sample"] = asked
        train = [a_conversation("a", self._agent_id), a_conversation("b")]
        return TrainingSample(train, self._test, TEST_FROM if self._test else None)

    def replies(self, **asked):
        self.asked["replies"] = asked
        return [a_reply("hello"), a_reply("never say this")]


def test_replies_are_counted_before_the_test_set_and_with_the_accounts_own_bounds():
    warehouse = Warehouse()

    gather(warehouse, WANTED, {"blocked"}, UNTIL)

    assert warehouse.asked["sample"] == {"until": UNTIL, "bounds": SampleBounds(40), "test_share": 0.1}
    people = {"min_agents": 3, "min_customers": 2}
    assert warehouse.asked["replies"] == {"until": UNTIL, "before": TEST_FROM, **people, "most": MOST_REPLIES + 1}


def test_a_blocked_reply_is_not_trained_on():
    gathered = gather(Warehouse(), WANTED, {reply_id_of("never say this")}, UNTIL)

    assert [reply.text_key for reply in gathered.corpus.replies] == ["hello"]


@pytest.mark.parametrize("warehouse", [Warehouse(conversation_count=9), Warehouse(test=())])
def test_too_little_data_is_told_with_its_numbers(warehouse):
    gathered = gather(warehouse, WANTED, (), UNTIL)

    assert gathered.corpus is None
    assert gathered.counts["min_training_conversations"] == 10
    assert gathered.counts["customer_count"] == 9
    assert "replies" not in warehouse.asked


@pytest.mark.parametrize(("agent_id", "has_agent_ids"), [("a-1", True), (None, False)])
def test_the_corpus_says_whether_its_agents_are_known(agent_id, has_agent_ids):
    assert gather(Warehouse(agent_id=agent_id), WANTED, (), UNTIL).corpus.has_agent_ids is has_agent_ids
