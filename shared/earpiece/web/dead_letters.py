"""What a pushed message comes to that can never be processed: a dead letter with its reason, and an acknowledgement."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import structlog

from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.dead_letters import DeadLetter, Origin, dead_letter_id
from earpiece.domain.errors import InvalidInput, NotFound
from earpiece.domain.times import parse_instant
from earpiece.ports.accounts import AccountLookup
from earpiece.ports.events import DeadLettersOf
from earpiece.telemetry.logs import bind_ids
from earpiece.web.push import PushedMessage

log = structlog.get_logger()

UNKNOWN_ACCOUNT = "unknown-account"
EXHAUSTED = "attempts-exhausted"
ROW_REFUSED = "row-refused"
# Pub/Sub adds them to what it forwards: cloud.google.com/pubsub/docs/handling-failures#track_delivery_attempts.
_FORWARDED = "CloudPubSubDeadLetterSource"


class KeepsDeadLetters(Protocol):
    """What the deps of a unit that takes pushes hold."""

    @property
    def accounts(self) -> AccountLookup: ...
    @property
    def dead_letters(self) -> DeadLettersOf: ...
    @property
    def now(self) -> Callable[[], datetime]: ...


def process_or_keep(
    pushed: PushedMessage, process: Callable[[Account], None], *, origin: Origin, deps: KeepsDeadLetters
) -> None:
    """Let `process` have the message, with the account that its attributes name. Acknowledge after this returns.

    What `process` raises as InvalidInput or NotFound will be no better at the next attempt: that becomes a dead letter
    at the first. Anything else passes, and Pub/Sub delivers again. A deleted account's message is dropped.
    """
    account = _account(pushed, deps)
    if account is None:
        _record(pushed, None, UNKNOWN_ACCOUNT, origin, deps)
        return
    if _is_dropped(account):
        return
    try:
        process(account)
    except (InvalidInput, NotFound) as error:
        _record(pushed, account, error.slug, origin, deps)


def keep_exhausted(pushed: PushedMessage, *, origin: Origin, deps: KeepsDeadLetters) -> None:
    """What Pub/Sub gave up on (a crash or nobody there, at each attempt) becomes a dead letter of its account."""
    account = _account(pushed, deps)
    if account is None or not _is_dropped(account):
        _record(pushed, account, EXHAUSTED, origin, deps)


def keep_refused_row(pushed: PushedMessage, *, deps: KeepsDeadLetters) -> None:
    """A row that BigQuery did not take, which its subscription gave up on, becomes a dead letter of its account.

    It keeps the name of the topic that it came by: the subscription's, without its end `.bigquery`.
    """
    topic = pushed.attributes.get(f"{_FORWARDED}Subscription", "").removesuffix(".bigquery")
    account = _account(pushed, deps)
    if account is None or not _is_dropped(account):
        named = replace(pushed, attributes={**pushed.attributes, "topic": topic})
        _record(named, account, ROW_REFUSED, Origin.WAREHOUSE_ROW, deps)


def _account(pushed: PushedMessage, deps: KeepsDeadLetters) -> Account | None:
    account = deps.accounts.find(pushed.attributes.get("account_id", ""))
    if account is not None:
        bind_ids(account_id=account.account_id)
    return account


def _is_dropped(account: Account) -> bool:
    if account.status is not AccountStatus.DELETED:
        return False
    log.info("account_dropped", status=account.status)
    return True


def _record(
    pushed: PushedMessage, account: Account | None, reason: str, origin: Origin, deps: KeepsDeadLetters
) -> None:
    now = deps.now()
    dead_letter = DeadLetter(
        dead_letter_id=dead_letter_id(origin, hashlib.sha256(pushed.data).hexdigest()),
        origin=origin,
        reason=reason,
        payload=pushed.data,
        attributes={name: value for name, value in pushed.attributes.items() if not name.startswith(_FORWARDED)},
        first_attempt_at=_first_published_at(pushed) or now,
        last_attempt_at=now,
        attempts=_attempts(pushed),
    )
    deps.dead_letters(account).record(dead_letter)
    log.error("dead_letter_recorded", reason=reason, dead_letter_id=dead_letter.dead_letter_id)


def _first_published_at(pushed: PushedMessage) -> datetime | None:
    told = pushed.attributes.get(f"{_FORWARDED}TopicPublishTime")
    try:
        return parse_instant(told) if told else pushed.published_at
    except InvalidInput:
        return pushed.published_at


def _attempts(pushed: PushedMessage) -> int:
    told = pushed.attributes.get(f"{_FORWARDED}DeliveryCount", "")
    return int(told) if re.fullmatch("[0-9]{1,6}", told) else pushed.attempt or 1
