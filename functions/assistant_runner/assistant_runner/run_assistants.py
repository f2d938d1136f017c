"""Something happened to a conversation: the assistants that it concerns, each once."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from assistant_runner.deps import Deps
from assistant_runner.settings import Settings
from earpiece.assistants.running import Place, Wanted, run_once
from earpiece.assistants.telling import tell
from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.assistant_messages import RunRequested, run_requested
from earpiece.domain.assistant_runs import OPEN, Run
from earpiece.domain.assistants import Assistant, Trigger
from earpiece.domain.conversations import Conversation, ConversationStatus
from earpiece.domain.errors import NotFound, Unavailable
from earpiece.domain.json_body import read_object
from earpiece.telemetry.logs import bind_ids
from earpiece.web.push import PushedMessage

log = structlog.get_logger()


def run_assistants(pushed: PushedMessage, account: Account, *, deps: Deps, settings: Settings) -> None:
    """Run what the message is about. Acknowledge after this returns; deliver again when it raises.

    Raises InvalidInput for what can never be processed, NotFound for a conversation or assistant that is not there,
    and Unavailable while no model answers, or another process does the same run: nothing is paid twice by that.
    """
    request = run_requested(read_object(pushed.data), pushed.attributes.get("kind", ""), account.account_id)
    bind_ids(conversation_id=request.conversation_id)
    if account.status is not AccountStatus.ACTIVE:
        log.info("account_dropped", status=account.status)
        return
    place = deps.place(account)
    concerned = [one for one in _concerned(request, account, deps) if place.settings.llm.model(one.model)]
    if not concerned:  # most accounts have no model: they cost no read of the conversation
        return
    _let_settle(pushed, deps, settings)
    conversation = deps.conversations(account).find(request.conversation_id)
    if conversation is None:
        raise NotFound("there is no such conversation")
    if _is_past(request, conversation):
        return
    deps.reach("runner-before-run")
    runs = [_run(assistant, conversation, request, place) for assistant in concerned]
    if waiting := [run for run in runs if run.outcome.state in OPEN]:
        raise Unavailable(f"{len(waiting)} of {len(runs)} runs wait", retry_after_s=5)


def _let_settle(pushed: PushedMessage, deps: Deps, settings: Settings) -> None:
    # A notice overtakes messages: each of a conversation's events is pushed by itself, in any order.
    if pushed.published_at and pushed.attributes.get("kind") != Trigger.ASKED:
        age_s = (deps.now() - pushed.published_at).total_seconds()
        deps.pause(min(settings.settle_s, max(0.0, settings.settle_s - age_s)))


def _run(assistant: Assistant, conversation: Conversation, request: RunRequested, place: Place) -> Run:
    began = place.now()
    run = run_once(Wanted(assistant, conversation, request.trigger, request.asked), place)
    if run.started_at < began and run.outcome.state not in OPEN:
        # It was done before: whoever did it may not have come so far as to tell of it.
        tell(run, place)
    return run


def _concerned(request: RunRequested, account: Account, deps: Deps) -> Sequence[Assistant]:
    assistants = deps.assistants(account)
    if request.trigger is not Trigger.ASKED:
        return [one for one in assistants.all() if request.trigger in one.triggers]
    found = assistants.find(request.code)
    if found is None:
        raise NotFound(f"there is no assistant {request.code}")
    return [found]


def _is_past(request: RunRequested, conversation: Conversation) -> bool:
    """Whether it is not so any more: nobody takes over what has ended, and what was opened again has not ended."""
    is_hand_over = request.trigger in (Trigger.TRANSFERRED, Trigger.AGENT_LEFT)
    has_ended = conversation.status is ConversationStatus.ENDED
    return is_hand_over if has_ended else request.trigger is Trigger.ENDED
