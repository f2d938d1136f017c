"""What every adapter of Replies promises."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from tests.contract.adapter_sets import Adapters

from earpiece.domain.accounts import Account
from earpiece.domain.replies import Reply, ReplyState
from earpiece.ports.conversations import Replies


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


def known_after(replies: Replies, known: Sequence[Reply], moment: datetime) -> tuple[list[Reply], int]:
    """What one has who knew these at that moment and takes over what changed, and how many there should be."""
    since = replies.since(moment)
    merged = {reply.reply_id: reply for reply in (*known, *since.changed)}
    return listed(list(merged.values())), since.count


def test_whoever_asks_only_for_what_changed_has_it_all(adapters: Adapters, account: Account):
    replies = adapters.replies(account)
    replies.put(some(0, 5))
    first = replies.since(None)
    assert (listed(first.changed), first.count) == (some(0, 5), 5)

    blocked = replace(some(1, 1)[0], state=ReplyState.BLOCKED)
    adapters.replies(account).put([blocked])
    adapters.replies(account).add(some(4, 3))

    merged, count = known_after(replies, first.changed, first.until)
    assert (merged, count) == (listed(replies.all()), 7)
    assert blocked in merged


def test_an_account_without_replies_has_a_moment_to_ask_from_too(adapters: Adapters, account: Account):
    replies = adapters.replies(account)
    first = replies.since(None)
    assert (list(first.changed), first.count) == ([], 0)

    replies.add(some(0, 2))

    assert known_after(replies, [], first.until) == (some(0, 2), 2)


def test_the_number_of_replies_tells_of_those_that_were_removed(adapters: Adapters, account: Account):
    replies = adapters.replies(account)
    replies.put(some(0, 4))
    first = replies.since(None)

    adapters.replies(account).remove(["r-0001", "r-0003", "never-there"])
    replies.add(some(7, 1))

    merged, count = known_after(replies, first.changed, first.until)
    assert (len(merged), count) == (5, 3)
    told = some(0, 8)
    assert listed(replies.since(None).changed) == listed(replies.all()) == [told[0], told[2], told[7]]


def test_a_removed_reply_may_be_added_again(adapters: Adapters, account: Account):
    replies = adapters.replies(account)
    replies.put(some(0, 401))

    replies.remove([reply.reply_id for reply in some(0, 401)])
    replies.remove([])

    assert replies.add(some(0, 2)) == 2
    assert listed(replies.all()) == some(0, 2)


def test_what_changed_long_before_is_not_read_again(adapters: Adapters, account: Account):
    replies = adapters.replies(account)
    replies.put(some(0, 3))

    assert list(replies.since(replies.since(None).until + timedelta(minutes=1)).changed) == []


def test_of_two_who_add_the_same_at_once_each_counts_its_own_and_all_are_there(adapters: Adapters, account: Account):
    shares = (some(0, 30), some(15, 30))

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda share: adapters.replies(account).add(share), shares))

    assert listed(adapters.replies(account).all()) == some(0, 45)
    assert sum(counts) == 45
