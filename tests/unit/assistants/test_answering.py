"""What an assistant's answer must be, and what happens to one that is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.assistants.made import SPENT, TALK, Scripted, a_summary, conversation

from earpiece.assistants.answering import Question, Source, answer
from earpiece.assistants.grounding import texts_of
from earpiece.assistants.running import lease_s
from earpiece.assistants.shipped import shipped
from earpiece.assistants.transcript import Transcript, Turn, spoken, transcript_of
from earpiece.domain.assistant_runs import Outcome, RunState
from earpiece.domain.assistants import Asked, Reads
from earpiece.domain.errors import Unavailable
from earpiece.domain.events import Role
from earpiece.ports.assistants import ModelAnswer

SUMMARIZER = shipped()["summarizer"]


def asked(
    *answers: Any, talk: tuple[tuple[str, str], ...] = TALK, reads: Reads | None = None
) -> tuple[Outcome, Scripted]:
    model = Scripted(list(answers))
    transcript = transcript_of(spoken(conversation(*talk)), reads or SUMMARIZER.reads)
    return answer(Question(SUMMARIZER, transcript, "en"), model), model


def test_an_answer_that_fits_is_taken_with_the_platform_s_message_ids():
    outcome, model = asked(a_summary())

    assert outcome.state is RunState.DONE
    assert outcome.result is not None
    assert outcome.result["situation"]["sources"] == ["p-0"]
    assert outcome.result["entities"] == [{"kind": "order", "value": "A-1001", "sources": ["p-0"]}]
    assert "Resolution: yes. It comes on 2026-12-03." in outcome.text
    assert len(model.calls) == outcome.spent.call_count == 1


def test_a_value_that_nobody_said_is_dropped_and_one_under_a_wrong_message_is_cited_where_it_was_said():
    entities = [
        {"kind": "order", "value": "A-1002", "sources": ["m1"]},
        {"kind": "date", "value": "2026-12-03", "sources": ["m1", "m77"]},
    ]

    outcome, _ = asked(a_summary(entities=entities))

    assert outcome.result is not None
    assert outcome.result["entities"] == [{"kind": "date", "value": "2026-12-03", "sources": ["p-1"]}]
    assert outcome.dropped_entities == 1


def test_a_statement_without_a_message_that_exists_is_dropped_from_a_list():
    actions = [{"text": "Gave a refund.", "sources": ["m9"]}, {"text": "Looked it up.", "sources": ["m2", "m9"]}]

    outcome, _ = asked(a_summary(actions=actions))

    assert outcome.result is not None
    assert outcome.result["actions"] == [{"text": "Looked it up.", "sources": ["p-1"]}]
    assert outcome.dropped_statements == 1


@pytest.mark.parametrize(
    "wrong",
    [
        "I am sorry, but",
        "[]",
        '{"situation": 1, "situation": 2}',
        a_summary(extra=1),
        {name: value for name, value in a_summary().items() if name != "resolution"},
        a_summary(resolution={"status": "maybe", "text": "x", "sources": ["m1"]}),
        a_summary(situation={"text": "It is so.", "sources": ["m44"]}),
        a_summary(situation={"text": "See https://evil.example/win now.", "sources": ["m1"]}),
        a_summary(situation={"text": SUMMARIZER.instructions[:200], "sources": ["m1"]}),
    ],
)
def test_a_wrong_answer_is_mended_once_and_then_fails_with_a_reason(wrong: Any):
    mended, model = asked(wrong, a_summary())
    failed, _ = asked(wrong)

    assert (mended.state, mended.is_repaired, mended.spent.call_count) == (RunState.DONE, True, 2)
    assert "cannot be used" in model.calls[1].messages[-1]["content"]
    assert (failed.state, failed.reason, failed.spent.call_count) == (RunState.FAILED, "invalid_answer", 2)
    assert failed.result is None


@pytest.mark.parametrize("reason", ["tool_call", "refused", "cut_off", "empty"])
def test_what_is_no_answer_fails_at_once(reason: str):
    outcome, model = asked(ModelAnswer("", SPENT, reason))

    assert (outcome.state, outcome.reason, len(model.calls)) == (RunState.FAILED, reason, 1)


def test_a_model_that_is_away_is_the_caller_s_matter():
    with pytest.raises(Unavailable):
        asked(Unavailable("away"))


def test_an_answer_in_a_fence_is_read():
    outcome, model = asked(f"```json\n{json.dumps(a_summary())}\n```")

    assert (outcome.state, len(model.calls)) == (RunState.DONE, 1)


def test_a_long_conversation_is_read_in_segments_and_put_together():
    talk = tuple(("customer" if number % 2 else "agent", f"turn {number} " + "x" * 300) for number in range(20))
    part = a_summary(
        situation={"text": "s", "sources": ["m1", "m8", "m15", "m20"]},
        actions=[],
        resolution={"status": "n/a", "text": "r", "sources": ["m1", "m8", "m15", "m20"]},
        sentiment={"value": "not_negative", "sources": ["m1", "m8", "m15", "m20"]},
        entities=[],
    )

    outcome, model = asked(part, talk=talk, reads=Reads(segment_characters=2_500))

    assert outcome.state is RunState.DONE
    assert outcome.segment_count == 3
    assert outcome.spent.call_count == 4
    assert outcome.spent.cost_usd == pytest.approx(0.004)
    assert not outcome.is_trimmed
    shown = ["".join(message["content"] for message in call.messages) for call in model.calls]
    for number in range(20):
        assert sum(f'"turn {number} ' in text for text in shown[:3]) == 1
    assert "NOTES ON EACH PART" in shown[3]


@pytest.mark.parametrize(("segments", "longest_s"), [(0, 184), (1, 184), (3, 556)])
def test_a_lease_outlasts_the_longest_run(segments, longest_s):
    turn = Turn("m1", "m-1", Role.CUSTOMER, "Hello")
    question = Question(shipped()["summarizer"], Transcript(((turn,),) * segments, False), "en")

    assert lease_s(question, 62.0) == longest_s


def test_an_answer_from_articles_may_say_that_there_is_none():
    assistant = shipped()["knowledge-answer"]
    transcript = transcript_of(spoken(conversation(*TALK)), assistant.reads)
    source = Source("a1", "Returns", "Send it back within 30 days.", "https://help.example/returns", "id-of-a1")
    nothing = {"found": False, "answer": {"text": "", "sources": []}, "language": "en"}
    found = {
        "found": True,
        "answer": {"text": "Within 30 days: https://help.example/returns.", "sources": ["a1", "a2"]},
        "language": "en",
    }
    question = Question(assistant, transcript, "en", Asked("How long?"), (source,))

    assert answer(question, Scripted([nothing])).result == nothing
    outcome = answer(question, Scripted([found]))
    assert outcome.result is not None
    assert outcome.result["answer"]["sources"] == ["id-of-a1"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda one: st.lists(one) | st.dictionaries(st.text(), one),
    )
)
def test_no_answer_of_a_model_raises_or_gets_through_unchecked(value: Any):
    outcome, _ = asked(json.dumps(value), json.dumps(a_summary(situation=value)))

    assert outcome.state in (RunState.FAILED, RunState.DONE)
    assert outcome.state is RunState.FAILED or all(isinstance(text, str) for text in texts_of(outcome.result))
