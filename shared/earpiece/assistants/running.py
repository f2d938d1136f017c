"""A run of an assistant over a conversation: done once for each state of it, stored, and told to the warehouse."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from earpiece.assistants.answering import Question, Source, answer
from earpiece.assistants.library import Library
from earpiece.assistants.skipping import why_not
from earpiece.assistants.telling import tell
from earpiece.assistants.transcript import Turn, spoken, state_of, transcript_of
from earpiece.domain.accounts import Account
from earpiece.domain.assistant_runs import Outcome, Run, RunState, run_id_of
from earpiece.domain.assistants import Asked, Assistant, Language, Skip, Trigger
from earpiece.domain.conversations import Conversation
from earpiece.domain.errors import InvalidInput, NotFound, Unavailable
from earpiece.domain.settings import AccountSettings
from earpiece.ports.assistants import AssistantRuns, LanguageModel, SuggestedReply
from earpiece.ports.events import Outbox, Publisher

log = structlog.get_logger()

LEAST_LEASE_S = 60  # for reading, checking and storing, beside the calls


@dataclass(frozen=True, slots=True)
class Place:
    """Whose assistant runs, and with what. `topic` takes the rows of `assistant_runs`."""

    account: Account
    settings: AccountSettings
    runs: AssistantRuns
    model: LanguageModel
    library: Library
    publisher: Publisher
    outbox: Outbox
    topic: str
    now: Callable[[], datetime]
    longest_call_s: float = 62.0  # after which the model gives up


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to run, and why."""

    assistant: Assistant
    conversation: Conversation
    trigger: Trigger
    asked: Asked = field(default_factory=Asked)
    suggested: Sequence[SuggestedReply] = ()  # by the engine, for an assistant that writes the next reply


def run_once(wanted: Wanted, place: Place) -> Run:
    """The run of this state of the conversation: done now, or found as it was done or is being done elsewhere.

    One that no model answered comes back WAITING. Raises InvalidInput for a text or option that the assistant does
    not take, Unavailable when the store is away.
    """
    check_asked(wanted.assistant, wanted.asked)
    question, run = _prepared(wanted, place)
    skip = _why_not(wanted, question, place)
    if skip is Skip.NO_MODEL:  # nothing is kept: it is another matter once there is one
        return replace(run, finished_at=run.started_at, outcome=Outcome(RunState.SKIPPED, skip.value))
    taken = place.runs.start(run, place.now(), lease_s=lease_s(question, place.longest_call_s))
    if taken is not run:
        return taken
    ended = replace(run, outcome=_outcome(question, skip, place), finished_at=place.now())
    place.runs.finish(ended)
    log.info("assistant_run_finished", code=run.code, state=ended.outcome.state.value, reason=ended.outcome.reason)
    if ended.outcome.state is not RunState.WAITING:
        tell(ended, place)
    return ended


def try_out(wanted: Wanted, place: Place) -> Run:
    """The same against any conversation, past ones too, for whoever writes an assistant; nothing is stored."""
    check_asked(wanted.assistant, wanted.asked)
    question, run = _prepared(wanted, place)
    outcome = _outcome(question, _why_not(wanted, question, place), place)
    return replace(run, outcome=outcome, finished_at=place.now())


def lease_s(question: Question, longest_call_s: float) -> int:
    """Longer than the run takes: two calls for each segment, and two for the whole where there are several.

    A crash holds up the next try for so long.
    """
    segments = max(1, len(question.transcript.segments))
    calls = 2 * (segments + (segments > 1))
    return LEAST_LEASE_S + math.ceil(calls * longest_call_s)


def is_stale(run: Run, conversation: Conversation) -> bool:
    """Whether something was said, edited or removed since the run read the conversation."""
    return run.read_state != state_of(spoken(conversation))


def check_asked(assistant: Assistant, asked: Asked) -> None:
    """Raises InvalidInput."""
    if asked.text and not assistant.reads.takes_text:
        raise InvalidInput(f"the assistant {assistant.code} takes no text")
    options = assistant.reads.options
    if options and (asked.option not in options or not asked.text.strip()):
        raise InvalidInput(f"the assistant {assistant.code} needs a text and an option of {', '.join(options)}")
    if asked.option and not options:
        raise InvalidInput(f"the assistant {assistant.code} has no options")


def _prepared(wanted: Wanted, place: Place) -> tuple[Question, Run]:
    assistant, conversation = wanted.assistant, wanted.conversation
    turns = spoken(conversation)
    sources = place.library.sources(place.account, place.settings, assistant, wanted.asked, turns, wanted.suggested)
    language = place.settings.default_language if assistant.language is Language.ACCOUNT else ""
    question = Question(
        assistant, transcript_of(turns, assistant.reads), language, wanted.asked, sources, conversation.participants
    )
    read_state = state_of(turns)
    run = Run(
        run_id=_run_id(wanted, place.account, turns, language, sources),
        conversation_id=conversation.conversation_id,
        code=assistant.code,
        assistant_version=assistant.version,
        model=assistant.model,
        trigger=wanted.trigger,
        read_state=read_state,
        based_on=conversation.event_count,
        settings_version=place.account.settings_version or "",
        started_at=place.now(),
    )
    return question, run


def _run_id(
    wanted: Wanted, account: Account, turns: tuple[Turn, ...], language: str, sources: tuple[Source, ...]
) -> str:
    given = (language, wanted.asked.text, wanted.asked.option, *(source.line() for source in sources))
    state = state_of(turns)
    return run_id_of(account.account_id, wanted.conversation.conversation_id, state, wanted.assistant, *given)


def _why_not(wanted: Wanted, question: Question, place: Place) -> Skip | None:
    assistant = wanted.assistant
    if place.settings.llm.model(assistant.model) is None:
        return Skip.NO_MODEL
    reads_writings = bool(assistant.reads.articles or assistant.reads.replies)
    if assistant.reads.takes_text and reads_writings and not question.sources:
        return Skip.NO_SOURCES
    return why_not(assistant, spoken(wanted.conversation), wanted.conversation.channel)


def _outcome(question: Question, skip: Skip | None, place: Place) -> Outcome:
    if skip:
        return Outcome(RunState.SKIPPED, skip.value)
    try:
        return answer(question, place.model)
    except Unavailable as error:
        log.warning("assistant_model_away", code=question.assistant.code)
        return Outcome(RunState.WAITING, str(error.facts.get("reason", "unavailable")))
    except NotFound:
        return Outcome(RunState.SKIPPED, Skip.NO_MODEL.value)
