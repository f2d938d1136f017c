"""One delivery, from raw bytes to durable."""

from __future__ import annotations

import json
from dataclasses import dataclass

import structlog

from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.dead_letters import DeadLetter, Origin, dead_letter_id
from earpiece.domain.deliveries import Delivery, Normalised
from earpiece.domain.errors import AccountDeleted, EarpieceError, InvalidInput, InvalidSignature, Unavailable
from earpiece.domain.events import ConversationEvent, event_to_json
from earpiece.domain.ids import digest
from earpiece.platforms import Platform
from earpiece.ports.events import OutgoingMessage, Waiting
from earpiece.telemetry.traces import Trace
from webhook_intake.budget import Budget
from webhook_intake.deps import Deps
from webhook_intake.settings import Settings

log = structlog.get_logger()

DEAD_LETTER_HEADERS = ("content-type", "webhook-id", "webhook-timestamp", "user-agent")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery; it is durable, or was dropped on purpose."""

    event_count: int = 0
    unknown_kinds: tuple[str, ...] = ()
    is_dropped: bool = False


def receive(
    delivery: Delivery, account_id: str, platform: Platform, *, trace: Trace, deps: Deps, settings: Settings
) -> Receipt:
    """Make a platform's delivery durable, or raise. Acknowledge only after this returns.

    Raises NotAuthentic (an unknown account reads as a bad signature), AccountDeleted, InvalidInput (kept as a dead
    letter), Unavailable when nothing was kept and the platform must send it again. All within `answer_within_s`.
    """
    budget = Budget.of(settings.answer_within_s, deps.monotonic_s)
    account = deps.accounts.find(account_id)
    if account is None:
        raise InvalidSignature
    if account.status is AccountStatus.DELETED:
        raise AccountDeleted
    platform.verify(delivery, deps.integrations(account).secrets(platform.name))
    if account.status is AccountStatus.SUSPENDED:
        log.info("account_dropped", status=account.status)
        return Receipt(is_dropped=True)
    told = _normalise(delivery, account, platform, budget, deps=deps, settings=settings)
    if told.events:
        _make_durable(delivery, account, told.events, budget, trace=trace, deps=deps, settings=settings)
    log.info("delivery_accepted", event_count=len(told.events), unknown_count=len(told.unknown_kinds))
    return Receipt(len(told.events), told.unknown_kinds)


def _normalise(
    delivery: Delivery, account: Account, platform: Platform, budget: Budget, *, deps: Deps, settings: Settings
) -> Normalised:
    try:
        return platform.normalise(delivery, account.account_id)
    except InvalidInput as error:
        _keep_dead_letter(delivery, account, error, deps, budget.left_s(settings.outbox_timeout_s))
        raise


def _make_durable(
    delivery: Delivery,
    account: Account,
    events: tuple[ConversationEvent, ...],
    budget: Budget,
    *,
    trace: Trace,
    deps: Deps,
    settings: Settings,
) -> None:
    messages = tuple(_message(event, trace) for event in events)
    publish_s = budget.left_s(settings.publish_timeout_s, share=0.5)  # the outbox needs as much when it fails
    try:
        deps.publisher.publish(settings.events_topic, messages, timeout_s=publish_s)
    except Unavailable:
        entry_id = digest("outbox", *(event.event_id for event in events))
        waiting = Waiting(entry_id, settings.events_topic, messages, delivery.received_at)
        deps.outbox(account).keep(waiting, timeout_s=budget.left_s(settings.outbox_timeout_s))
        deps.kick.something_waits()
        log.warning("delivery_kept_in_outbox", event_count=len(events))
    else:
        deps.reach("intake-after-publish")
        deps.kick.publishing_works()


def _message(event: ConversationEvent, trace: Trace) -> OutgoingMessage:
    attributes = {"account_id": event.account_id, "kind": event.kind.value, "traceparent": trace.traceparent}
    return OutgoingMessage(json.dumps(event_to_json(event), ensure_ascii=False).encode(), attributes)


def _keep_dead_letter(delivery: Delivery, account: Account, error: EarpieceError, deps: Deps, timeout_s: float) -> None:
    headers = {name: delivery.headers[name] for name in DEAD_LETTER_HEADERS if name in delivery.headers}
    dead_letter = DeadLetter(
        dead_letter_id=dead_letter_id(Origin.DELIVERY, delivery.platform + delivery.body_hash),
        origin=Origin.DELIVERY,
        reason=error.slug,
        payload=delivery.body,
        attributes={**headers, "platform": delivery.platform},
        first_attempt_at=delivery.received_at,
        last_attempt_at=delivery.received_at,
    )
    deps.dead_letters(account).record(dead_letter, timeout_s=timeout_s)
    log.warning("dead_letter_recorded", reason=error.slug, dead_letter_id=dead_letter.dead_letter_id)
