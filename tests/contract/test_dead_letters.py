"""What every adapter of DeadLetters promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.contract.adapter_sets import Adapters

from earpiece.domain.accounts import Account
from earpiece.domain.dead_letters import DeadLetter, Origin
from earpiece.domain.errors import NotFound

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_a_dead_letter_counts_its_attempts_and_opens_again_when_its_replay_fails(adapters: Adapters, account: Account):
    dead_letters = adapters.dead_letters(account)
    letter = DeadLetter("d-1", Origin.EVENT, "malformed-body", b"\x00" * 900_000, {"a": "b"}, NOW, NOW)
    later = replace(letter, last_attempt_at=NOW + timedelta(hours=1), reason="invalid-id")

    dead_letters.record(letter)
    assert dead_letters.find("d-1") == letter
    dead_letters.mark_replayed("d-1", NOW)
    assert dead_letters.all() == []
    assert len(dead_letters.all(include_replayed=True)) == 1
    dead_letters.record(later)

    (found,) = dead_letters.all()
    assert (found.attempts, found.reason, found.first_attempt_at, found.replayed_at) == (2, "invalid-id", NOW, None)
    assert found.last_attempt_at == later.last_attempt_at


def test_a_dead_letter_that_failed_again_meanwhile_stays_open(adapters: Adapters, account: Account):
    dead_letters = adapters.dead_letters(account)
    letter = DeadLetter("d-1", Origin.DELIVERY, "invalid-id", b"{", {}, NOW, NOW)
    dead_letters.record(letter)
    dead_letters.record(letter)

    dead_letters.mark_replayed("d-1", NOW, attempts=1)
    assert [found.attempts for found in dead_letters.all()] == [2]
    dead_letters.mark_replayed("d-1", NOW, attempts=2)
    assert dead_letters.all() == []
    (closed,) = dead_letters.all(include_replayed=True)
    assert closed.replayed_at == NOW
    assert dead_letters.find("d-9") is None


def test_dead_letters_are_listed_by_their_first_attempt(adapters: Adapters, account: Account):
    dead_letters = adapters.dead_letters(account)
    for number in (1, 0, 2):
        at = NOW + timedelta(seconds=number)
        dead_letters.record(DeadLetter(f"d-{9 - number}", Origin.EVENT, "invalid-id", b"", {}, at, NOW))

    assert [letter.dead_letter_id for letter in dead_letters.all()] == ["d-9", "d-8", "d-7"]


@pytest.mark.parametrize("attempts", [None, 1])
def test_one_that_is_not_there_cannot_be_closed(adapters: Adapters, account: Account, attempts: int | None):
    with pytest.raises(NotFound):
        adapters.dead_letters(account).mark_replayed("d-9", NOW, attempts=attempts)
    assert adapters.dead_letters(account).all(include_replayed=True) == []
