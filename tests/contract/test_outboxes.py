"""What every adapter of Outbox and Outboxes promises."""

from __future__ import annotations

import random
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.contract.adapter_sets import Adapters
from tests.real_project import an_account_id

from earpiece.domain.accounts import Account
from earpiece.ports.events import OutgoingMessage, Waiting

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def waiting_at(second: int, outbox_id: str | None = None) -> Waiting:
    messages = (OutgoingMessage(b"\xff\x00" * 9, {"a": "b"}), OutgoingMessage(b"%d" % second))
    return Waiting(outbox_id or secrets.token_hex(16), "topic", messages, NOW + timedelta(seconds=second))


def test_the_outboxes_give_the_oldest_of_every_account_and_database_first(
    adapters: Adapters, clock: Any, account: Account
):
    apart = adapters.registry(clock).create(Account(an_account_id(), database=adapters.own_database))
    kept = [waiting_at(second) for second in range(6)]
    for second in (2, 0, 5, 3, 1, 4):
        adapters.outbox((account, apart)[second % 2]).keep(kept[second], timeout_s=5)

    found = [entry for entry in adapters.outboxes().oldest(100) if entry[0] in kept]
    assert [waiting for waiting, _ in found] == kept
    assert [waiting for waiting, _ in adapters.outboxes().oldest(4)] == kept[:4]
    assert [waiting for waiting, _ in adapters.outboxes().oldest(2, after=kept[2].kept_at)] == kept[3:5]

    for _, remove in found:
        remove()
        remove()
    assert [entry for entry in adapters.outboxes().oldest(100) if entry[0] in kept] == []


def test_what_waits_under_one_id_is_one_and_waits_in_each_account_for_itself(adapters: Adapters, account: Account):
    other = Account(an_account_id())
    mine, theirs = waiting_at(0, "the-same-id"), waiting_at(1, "the-same-id")
    for owner, waiting in ((account, mine), (account, mine), (other, theirs)):
        adapters.outbox(owner).keep(waiting, timeout_s=5)

    (first, remove_first), (second, remove_second) = adapters.outboxes().oldest(100)
    assert (first, second) == (mine, theirs)
    remove_first()
    assert [waiting for waiting, _ in adapters.outboxes().oldest(100)] == [theirs]
    remove_second()


def test_the_events_of_the_largest_delivery_find_room(adapters: Adapters, account: Account):
    text = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyzäéß ", k=1_000_000)).encode()[: 1024 * 1024]
    waiting = replace(waiting_at(0), messages=(OutgoingMessage(text),))

    adapters.outbox(account).keep(waiting, timeout_s=10)

    ((found, remove),) = adapters.outboxes().oldest(100)
    assert found == waiting
    remove()
