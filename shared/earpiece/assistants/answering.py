"""One answer of an assistant over a conversation: asked, checked, mended once, and put together from segments."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from earpiece.assistants.grounding import Grounded, forbidden_texts, ground, with_message_ids
from earpiece.assistants.prompts import RULES, Material, Messages, messages_of, repair_of, transcript_lines
from earpiece.assistants.reading import text_of
from earpiece.assistants.schema import read_answer, sent_schema
from earpiece.assistants.transcript import Transcript, Turn, said_in
from earpiece.domain.assistant_runs import Outcome, RunState, Spent
from earpiece.domain.assistants import Asked, Assistant
from earpiece.domain.events import Participant
from earpiece.ports.assistants import LanguageModel, ModelAnswer, ModelCall

INVALID = "invalid_answer"


@dataclass(frozen=True, slots=True)
class Source:
    """Something that the account wrote and that may be cited: a1, a2, … or r1, r2, …"""

    name: str
    title: str
    text: str
    url: str = ""
    id: str = ""

    def line(self) -> str:
        told = {"id": self.name, "title": self.title, "text": self.text, "url": self.url}
        return json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Question:
    """All that an answer depends on, besides the model."""

    assistant: Assistant
    transcript: Transcript
    language: str
    asked: Asked = field(default_factory=Asked)
    sources: tuple[Source, ...] = ()
    participants: tuple[Participant, ...] = ()


def answer(question: Question, model: LanguageModel) -> Outcome:
    """Ask, and check what comes: DONE with a result that fits the schema and rests on its sources, or FAILED.

    Raises what the model raises: Unavailable, NotFound.
    """
    segments = question.transcript.segments or ((),)
    parts: list[_Checked] = []
    for segment in segments:
        part = _ask(question, {"CONVERSATION": transcript_lines(segment)}, segment, model)
        parts.append(part)
        if part.reason:
            return _outcome(question, parts, part)
    if len(parts) == 1:
        return _outcome(question, parts, parts[0])
    told = [json.dumps(part.grounded.result, ensure_ascii=False) for part in parts]
    # Each part was checked against its own turns, so the whole may cite any of them.
    whole = _ask(question, {"NOTES ON EACH PART OF THE CONVERSATION": told}, question.transcript.turns, model)
    return _outcome(question, [*parts, whole], whole)


@dataclass(frozen=True, slots=True)
class _Checked:
    grounded: Grounded
    spent: Spent
    reason: str = ""
    is_repaired: bool = False


def _ask(
    question: Question, parts: Mapping[str, Sequence[str]], turns: Sequence[Turn], model: LanguageModel
) -> _Checked:
    assistant = question.assistant
    shown = {**parts, "WRITTEN BY THE ACCOUNT": [source.line() for source in question.sources]}
    material = Material(shown, question.asked)
    messages = messages_of(assistant, material, question.language, question.asked)
    first = _call(question, messages, model)
    checked = _check(first, question, turns)
    if not checked.reason or first.reason:  # a refusal or a call of a tool is an answer too: it is not argued with
        return checked
    second = _call(question, repair_of(messages, first.text, checked.grounded.errors), model)
    mended = _check(second, question, turns)
    return replace(mended, spent=checked.spent.and_also(mended.spent), is_repaired=True)


def _call(question: Question, messages: Messages, model: LanguageModel) -> ModelAnswer:
    assistant = question.assistant
    schema, most = sent_schema(assistant.schema), assistant.most_output_tokens
    return model.complete(ModelCall(assistant.model, messages, schema, most, question.participants, assistant.code))


def _check(answered: ModelAnswer, question: Question, turns: Sequence[Turn]) -> _Checked:
    if answered.reason:
        return _Checked(Grounded({}), answered.spent, answered.reason)
    schema = question.assistant.schema
    found, errors = read_answer(answered.text, schema)
    if found is None or errors:
        return _Checked(Grounded({}, errors), answered.spent, INVALID)
    citable = said_in(turns) | {source.name: f"{source.text} {source.url}" for source in question.sources}
    if question.asked.text:
        citable["draft"] = question.asked.text
    grounded = ground(found, schema, citable)
    told = f"{question.assistant.instructions}\n{RULES}"
    grounded.errors += forbidden_texts(grounded.result, told, citable)
    return _Checked(grounded, answered.spent, INVALID if grounded.errors else "")


def _outcome(question: Question, parts: Sequence[_Checked], last: _Checked) -> Outcome:
    spent = Spent()
    for part in parts:
        spent = spent.and_also(part.spent)
    how = Outcome(
        RunState.FAILED if last.reason else RunState.DONE,
        last.reason,
        is_trimmed=question.transcript.is_trimmed,
        is_repaired=any(part.is_repaired for part in parts),
        segment_count=len(question.transcript.segments),
        dropped_statements=sum(part.grounded.dropped_statements for part in parts),
        dropped_entities=sum(part.grounded.dropped_entities for part in parts),
        spent=spent,
    )
    if last.reason:
        return how
    result = _named(question, last.grounded.result)
    return replace(how, result=result, text=text_of(result))


def _named(question: Question, result: Mapping[str, Any]) -> dict[str, Any]:
    ids = {**question.transcript.message_ids(), **{source.name: source.id for source in question.sources}}
    named: dict[str, Any] = with_message_ids(result, question.assistant.schema, ids)
    return named
