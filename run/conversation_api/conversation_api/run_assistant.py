"""What an agent asks an assistant for, and what they make of it."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from conversation_api.bodies import AssistantRequest, AssistantResultResponse
from conversation_api.deps import Deps
from conversation_api.read_conversation import find_conversation, shown_result
from conversation_api.settings import Settings
from earpiece.assistants.reading import edited_words
from earpiece.assistants.running import Place, Wanted, run_once, try_out
from earpiece.assistants.telling import send, tell
from earpiece.domain.accounts import Account
from earpiece.domain.assistant_messages import RunRequested, run_requested_to_json
from earpiece.domain.assistant_runs import FinalText, RunState
from earpiece.domain.assistants import Asked, Assistant, Trigger
from earpiece.domain.errors import NotFound
from earpiece.telemetry.logs import bind_ids
from earpiece.telemetry.traces import Trace

log = structlog.get_logger()


def run_assistant(
    conversation_id: str,
    code: str,
    asked: AssistantRequest,
    *,
    account: Account,
    passed_on: Mapping[str, str],
    trace: Trace,
    deps: Deps,
    settings: Settings,
) -> AssistantResultResponse:
    """The assistant's result for the conversation as it stands; asked again without anything new, the stored one.

    While no model answers the run waits and is tried again by assistant_runner. Raises NotFound, InvalidInput,
    Unavailable. `passed_on` are the headers by which the caller is known to suggestion_api.
    """
    bind_ids(conversation_id=conversation_id)
    assistant = _assistant(code, account, deps)
    conversation, results = find_conversation(conversation_id, deps.conversations(account))
    # What answers the customer next is for the engine to say; what answers the agent's own words is found by them.
    writes_next = assistant.reads.replies and not assistant.reads.takes_text
    suggested = deps.suggested(passed_on).top(conversation_id, conversation.event_count) if writes_next else ()
    wanted = Wanted(assistant, conversation, Trigger.ASKED, Asked(asked.text, asked.option), suggested)
    place = deps.place(account)
    if asked.is_try_out:
        return shown_result(code, conversation, try_out(wanted, place), None)
    run = run_once(wanted, place)
    if run.outcome.state is RunState.WAITING:
        _ask_later(wanted, trace, place, settings)
    return shown_result(code, conversation, run, results.final_texts.get(code))


def keep_final_text(
    conversation_id: str, code: str, text: str, *, account: Account, agent_id: str, deps: Deps
) -> AssistantResultResponse:
    """Keep what the agent made of the result, or wrote without one; how far they edited it goes to the warehouse.

    Raises NotFound, Unavailable.
    """
    bind_ids(conversation_id=conversation_id)
    _assistant(code, account, deps)
    conversation, results = find_conversation(conversation_id, deps.conversations(account))
    run = results.runs.get(code)
    has_text = run is not None and bool(run.outcome.text)
    words = edited_words(run.outcome.text, text) if run and has_text else None
    final = FinalText(text, agent_id, deps.now(), run.run_id if run else None, words)
    place = deps.place(account)
    place.runs.keep_final(conversation_id, code, final)
    if run:
        tell(run, place, final)
    log.info("final_text_kept", code=code, edited_words=words)
    return shown_result(code, conversation, run, final)


def _assistant(code: str, account: Account, deps: Deps) -> Assistant:
    found = deps.assistants(account).find(code)
    if found is None:
        raise NotFound("there is no such assistant")
    return found


def _ask_later(wanted: Wanted, trace: Trace, place: Place, settings: Settings) -> None:
    requested = RunRequested(wanted.conversation.conversation_id, Trigger.ASKED, wanted.assistant.code, wanted.asked)
    body = run_requested_to_json(requested, place.account.account_id)
    send(settings.run_requested_topic, body, "asked", place, traceparent=trace.traceparent)
