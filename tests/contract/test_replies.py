"""What every adapter of Replies promises."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.contract.adapter_sets import Adapters

from earpiece.domain.accounts import Account
from earpiece.domain.replies import Reply, ReplyState


def some(first: int, count: int, text: str = "We will look into it.") -> list[Reply]:
    return [Reply(f"r-{number:04}", f"{text} {number}", ReplyState.NEW, "nl") for number in range(first, first + count)]


def listed(replies: Sequence[Reply]) -> list[Reply]:
    return sorted(replies, key=lambda reply: reply.reply_id)


def test_an_account_begins_without_replies(adapters: Adapters, account: Account):
    assert list(adapters.replies(account).all()) == []
    assert adapters.replies(account).add([]) == 0


def test_what_is_put_stands_over_what_was_there(adapters: Adapters, account: Account):
    replies = adapters.replies(account)
    replies.put(some(0, 3))

    edited = Reply("r-0001", "Wij zoeken het uit – dank! 🙂", ReplyState.EDITED, "nl")
    replies.put([edited])

    before = some(0, 3)
    assert listed(adapters.replies(account).all()) == [before[0], edited, before[2]]


def test_what_is_added_leaves_what_was_decided(adapters: Adapters, account: Account):
    replies = adapters.replies(account)
    blocked = Reply("r-0001", "Never say this", ReplyState.BLOCKED, "en")
    replies.put([blocked])

    assert replies.add([*some(0, 3), *some(2, 1)]) == 2
    assert replies.add(some(0, 3)) == 0

    told = some(0, 3)
    assert listed(replies.all()) == [told[0], blocked, told[2]]


def test_more_than_any_batch_holds_are_added_and_put(adapters: Adapters, account: Account):
    replies = adapters.replies(account)

    assert replies.add(some(0, 1001)) == 1001
    replies.put(some(0, 1001, "Another wording"))

    assert listed(replies.all()) == some(0, 1001, "Another wording")


def test_of_two_who_add_the_same_at_once_each_counts_its_own_and_all_are_there(adapters: Adapters, account: Account):
    shares = (some(0, 30), some(15, 30))

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda share: adapters.replies(account).add(share), shares))

    assert listed(adapters.replies(account).all()) == some(0, 45)
    assert sum(counts) == 45
