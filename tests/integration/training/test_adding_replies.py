"""Mined replies are added beside what an administrator decides at the same moment."""

from __future__ import annotations

import pytest

from earpiece.adapters.firestore_replies import FirestoreReplies
from earpiece.domain.replies import Reply, ReplyState


@pytest.fixture
def replies(account, clients) -> FirestoreReplies:
    return FirestoreReplies(account, clients.of(account))


def test_a_reply_that_was_decided_between_reading_and_writing_stays_decided(replies, account, clients):
    class DecidedMeanwhile(FirestoreReplies):
        """Reads, and then an administrator blocks one that was not there."""

        is_first = True

        def all(self):
            found = super().all()
            if self.is_first:
                self.is_first = False
                replies.put([Reply("r2", "No.", ReplyState.BLOCKED)])
            return found

    mined = [Reply(f"r{number}", f"Text {number}.", ReplyState.NEW) for number in range(1, 4)]

    added = DecidedMeanwhile(account, clients.of(account)).add(mined)

    assert added == 2
    assert {reply.reply_id: reply.state for reply in replies.all()} == {
        "r1": ReplyState.NEW,
        "r2": ReplyState.BLOCKED,
        "r3": ReplyState.NEW,
    }


def test_more_replies_than_one_batch_are_added_once(replies):
    mined = [Reply(f"r{number:04}", "Text.", ReplyState.NEW) for number in range(450)]

    assert (replies.add(mined), replies.add(mined)) == (450, 0)
    assert len(replies.all()) == 450
