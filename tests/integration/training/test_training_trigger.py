"""Requests for training, and the executions that they lead to: one at a time for each account."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from flask.testing import FlaskClient
from tests.integration.training.pushes import a_push

from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry
from earpiece.adapters.firestore_dead_letters import dead_letters_of
from earpiece.adapters.firestore_training_runs import FirestoreTrainingRuns
from earpiece.domain.accounts import Account, AccountStatus
from earpiece.domain.errors import Unavailable
from earpiece.domain.models import RunState
from earpiece.ports.events import OutgoingMessage
from training_trigger.app import create_app
from training_trigger.deps import Deps
from training_trigger.settings import Settings

JOB = "projects/p/locations/l/jobs/trainer"


@dataclass
class Jobs:
    """Cloud Run's job executions, which no emulator runs."""

    started: list[dict[str, str]] = field(default_factory=list)
    is_away: bool = False

    def run(self, job: str, environment: dict[str, str]) -> str:
        if self.is_away:
            raise Unavailable
        assert job == JOB
        self.started.append(environment)
        return f"execution-{len(self.started)}"


@dataclass
class Topic:
    """What was published. Pub/Sub's own part in this is tested where the units run as processes."""

    messages: list[tuple[str, OutgoingMessage]] = field(default_factory=list)
    is_away: bool = False

    def publish(self, topic: str, messages: Sequence[OutgoingMessage], *, timeout_s: float) -> None:
        if self.is_away:
            raise Unavailable
        self.messages += [(topic, message) for message in messages]

    def pushes(self) -> list[dict]:
        return [a_push(json.loads(message.data)) for _, message in self.messages]


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


@pytest.fixture
def topic() -> Topic:
    return Topic()


class OneAccount:
    """The registry as if it knew this test's account only: other tests' accounts stay out of a schedule."""

    def __init__(self, registry: FirestoreAccountRegistry, account: Account) -> None:
        self.find = registry.find
        self._account_id = account.account_id
        self._registry = registry

    def all(self) -> list[Account]:
        return [account for account in self._registry.all() if account.account_id == self._account_id]


@pytest.fixture
def trigger(registry, account, clients, topic, jobs, clock) -> FlaskClient:
    deps = Deps(
        accounts=OneAccount(registry, account),
        runs=lambda account: FirestoreTrainingRuns(account, clients.of(account)),
        publisher=topic,
        jobs=jobs,
        dead_letters=dead_letters_of(clients),
        reach=lambda name: None,  # noqa: ARG005
        now=clock,
    )
    settings = Settings.model_validate({"PROJECT_ID": "p", "TRAINER_JOB": JOB})
    return create_app(settings, deps).test_client()


def test_a_scheduled_call_requests_a_run_for_an_account_that_is_due(trigger, account, topic, runs):
    answer = trigger.post("/scheduled")

    run_id = answer.json["requested"][account.account_id]
    [(name, message)] = topic.messages
    assert name == "training-requested"
    assert json.loads(message.data) == {"account_id": account.account_id, "run_id": run_id, "reason": "scheduled"}
    assert runs.find(run_id).state is RunState.REQUESTED


def test_the_schedulers_repeat_of_one_call_requests_nothing_more(trigger, account, topic, runs):
    headers = {"X-CloudScheduler-ScheduleTime": "2026-11-20T03:00:00Z"}

    first = trigger.post("/scheduled", headers=headers).json["requested"][account.account_id]
    trigger.post("/scheduled", headers=headers)

    assert {json.loads(message.data)["run_id"] for _, message in topic.messages} == {first}
    assert [run.run_id for run in runs.all()] == [first]


def test_an_account_that_was_trained_lately_is_not_due_until_the_interval_is_over(trigger, account, topic, runs, clock):
    runs.start("r-0", clock(), lease_s=60)
    runs.finish("r-0", RunState.SUCCEEDED, clock())

    early = trigger.post("/scheduled").json
    forced = trigger.post("/scheduled", data=b'{"force": true}').json

    assert early["not_due"] == [account.account_id]
    assert list(forced["requested"]) == [account.account_id]
    runs.finish(forced["requested"][account.account_id], RunState.FAILED, clock())
    clock.passes(days=15)
    assert list(trigger.post("/scheduled").json["requested"]) == [account.account_id]


def test_a_suspended_account_is_not_trained(trigger, account, registry, topic):
    registry.change_status(account.account_id, AccountStatus.SUSPENDED)

    scheduled, asked = trigger.post("/scheduled"), trigger.post(f"/accounts/{account.account_id}/training")

    assert scheduled.json["requested"] == {}
    assert (asked.status_code, asked.json["type"]) == (403, "urn:earpiece:problem:account-suspended")
    assert topic.messages == []


def test_staff_get_the_run_id_and_whoever_asks_again_is_refused_with_it(trigger, account):
    first = trigger.post(f"/accounts/{account.account_id}/training")
    second = trigger.post(f"/accounts/{account.account_id}/training")

    assert first.status_code == 202
    assert (second.status_code, second.json["type"]) == (409, "urn:earpiece:problem:already-running")
    assert second.json["run_id"] == first.json["run_id"]


def test_a_request_that_cannot_be_published_gives_the_lease_up(trigger, account, topic):
    topic.is_away = True
    refused = trigger.post(f"/accounts/{account.account_id}/training")
    topic.is_away = False

    assert (refused.status_code, refused.json["type"]) == (503, "urn:earpiece:problem:unavailable")
    assert trigger.post(f"/accounts/{account.account_id}/training").status_code == 202


@pytest.mark.parametrize("account_id", ["nobody", "Not-An-Id", "x" * 300])
def test_an_unknown_account_is_not_found(trigger, account_id):
    assert trigger.post(f"/accounts/{account_id}/training").status_code == 404


def test_a_push_starts_the_job_and_a_repeat_starts_nothing(trigger, account, topic, jobs, runs):
    run_id = trigger.post(f"/accounts/{account.account_id}/training").json["run_id"]
    [push] = topic.pushes()

    answers = [trigger.post("/training-requested", json=push).status_code for _ in range(3)]

    assert answers == [204, 204, 204]
    assert jobs.started == [{"ACCOUNT_ID": account.account_id, "TRAINING_RUN_ID": run_id}]
    assert runs.find(run_id).state is RunState.RUNNING


def test_a_push_of_another_run_while_one_runs_starts_nothing(trigger, account, topic, jobs):
    trigger.post(f"/accounts/{account.account_id}/training")
    [push] = topic.pushes()
    trigger.post("/training-requested", json=push)

    other = trigger.post("/training-requested", json=a_push({"account_id": account.account_id, "run_id": "other"}))

    assert other.status_code == 204
    assert len(jobs.started) == 1


def test_when_no_execution_can_be_started_the_lease_is_free_and_the_next_push_starts_it(
    trigger, account, topic, jobs, runs, clock
):
    run_id = trigger.post(f"/accounts/{account.account_id}/training").json["run_id"]
    [push] = topic.pushes()
    jobs.is_away = True

    refused = trigger.post("/training-requested", json=push)
    is_held = runs.find(run_id).is_running(clock())
    jobs.is_away = False
    clock.passes(seconds=1)

    assert (refused.status_code, is_held) == (503, False)
    assert trigger.post("/training-requested", json=push).status_code == 204
    assert [started["TRAINING_RUN_ID"] for started in jobs.started] == [run_id]


def test_a_lease_that_is_not_renewed_ends_by_itself(trigger, account, clock):
    trigger.post(f"/accounts/{account.account_id}/training")
    clock.passes(seconds=901)

    assert trigger.post(f"/accounts/{account.account_id}/training").status_code == 202


@pytest.mark.parametrize("status", [AccountStatus.SUSPENDED, AccountStatus.DELETED])
def test_a_push_for_an_account_that_is_gone_is_dropped(trigger, account, registry, topic, jobs, status):
    trigger.post(f"/accounts/{account.account_id}/training")
    registry.change_status(account.account_id, status)
    [push] = topic.pushes()

    assert trigger.post("/training-requested", json=push).status_code == 204
    assert jobs.started == []


@pytest.mark.parametrize("body", [{}, {"account_id": 1, "run_id": "r"}, {"run_id": "../../r"}, {"run_id": "r" * 999}])
def test_a_request_that_names_no_run_is_a_dead_letter_and_is_acknowledged(trigger, account, jobs, clients, body):
    told = {"account_id": account.account_id, **body}

    answers = [trigger.post("/training-requested", json=a_push(told, account.account_id)).status_code for _ in range(2)]

    [letter] = dead_letters_of(clients)(account).all()
    assert (answers, letter.reason, letter.attempts) == ([204, 204], "malformed-body", 2)
    assert jobs.started == []
