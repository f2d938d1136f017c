"""What every adapter of Assistants, AssistantRuns and Articles promises."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.contract.adapter_sets import Adapters

from earpiece.assistants.shipped import shipped
from earpiece.domain.accounts import Account
from earpiece.domain.articles import Article
from earpiece.domain.assistant_runs import FinalText, Outcome, Run, RunState, Spent
from earpiece.domain.assistants import Skip, Trigger
from earpiece.domain.errors import InvalidInput
from earpiece.ports.assistants import AssistantRuns

NOW = datetime(2026, 11, 20, 10, 15, 21, 904_123, tzinfo=UTC)
RUN = Run("r" * 32, "c" * 32, "summarizer", "v1", "assistants", Trigger.ENDED, "state", 7, "s1", NOW)
DONE = Outcome(
    RunState.DONE,
    result={"actions": [{"text": "a", "sources": ["m"]}], "language": "nl"},
    text="a",
    is_trimmed=True,
    segment_count=2,
    dropped_entities=1,
    spent=Spent(2, 10, 5, None, 900, "gpt"),
)


@pytest.fixture
def runs(adapters: Adapters, account: Account) -> AssistantRuns:
    return adapters.assistant_runs(account)


def test_a_run_is_one_caller_s_and_comes_back_as_it_ended(runs: AssistantRuns):
    ended = replace(RUN, finished_at=NOW, outcome=DONE)

    first = runs.start(RUN, NOW, lease_s=60)
    second = runs.start(replace(RUN, based_on=8), NOW, lease_s=60)
    runs.finish(ended)
    third = runs.start(replace(RUN, based_on=9), NOW + timedelta(days=1), lease_s=60)

    assert first is RUN
    assert (second, second.outcome.state) == (RUN, RunState.RUNNING)
    assert third == ended
    assert runs.results(RUN.conversation_id).runs == {"summarizer": ended}


def test_of_many_at_the_same_time_one_gets_the_run(adapters: Adapters, account: Account):
    mine = [replace(RUN, settings_version=str(number)) for number in range(6)]

    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(lambda run: adapters.assistant_runs(account).start(run, NOW, lease_s=60) is run, mine))

    assert sum(taken) == 1


def test_of_many_that_find_a_lease_run_out_one_gets_the_run(adapters: Adapters, account: Account):
    adapters.assistant_runs(account).start(RUN, NOW, lease_s=60)
    mine = [replace(RUN, settings_version=str(number)) for number in range(6)]
    later = NOW + timedelta(seconds=61)

    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(lambda run: adapters.assistant_runs(account).start(run, later, lease_s=60) is run, mine))

    assert sum(taken) == 1


@pytest.mark.parametrize(
    ("outcome", "is_tried_again"),
    [
        (Outcome(RunState.WAITING, "no-upstream"), True),
        (Outcome(RunState.SKIPPED, Skip.NO_MODEL), True),
        (Outcome(RunState.SKIPPED, Skip.TOO_SHORT), False),
        (Outcome(RunState.FAILED, "invalid_answer"), False),
    ],
)
def test_what_was_not_paid_for_want_of_a_model_is_tried_again(
    runs: AssistantRuns, outcome: Outcome, is_tried_again: bool
):
    runs.start(RUN, NOW, lease_s=60)
    runs.finish(replace(RUN, finished_at=NOW, outcome=outcome))

    assert (runs.start(RUN, NOW, lease_s=60) is RUN) == is_tried_again


def test_a_later_result_replaces_all_of_the_earlier_one_and_leaves_the_final_text(runs: AssistantRuns):
    final = FinalText("Mine.", "agent-1", NOW, RUN.run_id, 3)
    runs.finish(replace(RUN, finished_at=NOW, outcome=DONE))
    runs.keep_final(RUN.conversation_id, RUN.code, final)
    later = replace(RUN, run_id="s" * 32, finished_at=NOW, outcome=Outcome(RunState.DONE, result={"other": 1}))

    runs.finish(later)

    found = runs.results(RUN.conversation_id)
    assert found.runs == {"summarizer": later}
    assert found.final_texts == {"summarizer": final}


def test_an_account_has_what_we_ship_until_it_writes_its_own(adapters: Adapters, account: Account):
    assistants = adapters.assistants(account)
    own = replace(shipped()["summarizer"], instructions="Be brief.")
    another = replace(own, code="complaints", name="Complaints")

    assistants.put(own, NOW)
    assistants.put(replace(own, instructions="Be briefer."), NOW + timedelta(seconds=1))
    assistants.put(another, NOW)

    assert {one.code for one in assistants.all()} == {*shipped(), "complaints"}
    found = adapters.assistants(account).find("summarizer")
    assert found is not None
    assert found.instructions == "Be briefer."
    assert assistants.versions("summarizer") == [found.version, own.version]
    assert assistants.find("rewrite") == shipped()["rewrite"]
    assert assistants.find("a/b") is None


def test_an_assistant_whose_answers_could_not_be_checked_is_refused(adapters: Adapters, account: Account):
    open_schema = {"type": "object", "properties": {}, "required": []}

    with pytest.raises(InvalidInput):
        adapters.assistants(account).put(replace(shipped()["rewrite"], schema=open_schema), NOW)


def test_articles_are_kept_and_removed(adapters: Adapters, account: Account):
    articles = adapters.articles(account)
    returns = Article("a" * 32, "Returns", "Within 30 days.", "https://help.example/r", "en")

    articles.put([returns, Article("b" * 32, "T", "x")])
    articles.remove(["b" * 32])

    assert articles.all() == [returns]


def test_a_run_that_came_to_nothing_does_not_hide_an_earlier_result(runs: AssistantRuns):
    done = replace(RUN, finished_at=NOW, outcome=DONE)
    waiting = replace(RUN, run_id="s" * 32, finished_at=NOW, outcome=Outcome(RunState.WAITING))
    other = replace(waiting, code="disposition")

    for run in (done, waiting, other):
        runs.finish(run)

    assert runs.results(RUN.conversation_id).runs == {"summarizer": done, "disposition": other}
    assert runs.start(waiting, NOW, lease_s=60) is waiting
