"""The job as it runs in production, its own process, on the emulators; killed where it hurts most."""

from __future__ import annotations

import signal
from datetime import UTC, datetime, timedelta

import pytest
from tests.integration.training.place import CONVERSATIONS, RUN, TALK, Place, said
from tests.waiting import until

from earpiece.domain.errors import AlreadyRunning
from earpiece.domain.ids import digest
from earpiece.domain.models import ModelState, RunState
from earpiece.domain.replies import Reply, ReplyState, reply_id_of
from earpiece.engine.evaluation import GATED
from earpiece.engine.normal import text_key
from model_release.gate import judge, read_evaluation

STEPS = ("trainer-after-train", "trainer-during-upload", "trainer-before-record", "trainer-before-publish")


def test_a_run_leaves_a_whole_candidate_and_says_so(filled):
    assert filled.train() == 0

    run = filled.runs.find(RUN)
    assert (run.state, run.details["conversation_count"]) == (RunState.SUCCEEDED, CONVERSATIONS)
    version = run.model_version
    assert filled.versions() == [version]
    assert filled.records.find(version).state is ModelState.CANDIDATE
    filled.files.verify(version)
    manifest = filled.files.manifest(version)
    assert version.endswith(manifest["data_hash"][:8])
    assert manifest["baseline"] is None
    assert manifest["counts"]["test_conversations"] == 6
    assert run.details["peak_mb"] > 0
    assert run.details["cpu_s"] == pytest.approx(sum(run.details["step_cpu_s"].values()), abs=1)
    assert until(filled.announced) == [
        {"account_id": filled.account.account_id, "version": version, "run_id": RUN, "baseline_version": None}
    ]
    assert judge(read_evaluation(manifest), [], 0.01).is_promoted


def test_mined_replies_are_new_and_what_an_administrator_decided_stays_and_holds(filled):
    (_, edited), (_, blocked), *others = TALK
    decided = [
        Reply(reply_id_of(text_key(edited)), "Good morning!", ReplyState.EDITED),
        Reply(reply_id_of(text_key(blocked)), blocked, ReplyState.BLOCKED),
    ]
    filled.replies.put(decided)

    filled.train()

    kept = filled.replies.all()
    assert [reply for reply in kept if reply.state is not ReplyState.NEW] == sorted(
        decided, key=lambda one: one.reply_id
    )
    assert {reply.text for reply in kept if reply.state is ReplyState.NEW} == {answer for _, answer in others}
    manifest = filled.files.manifest(filled.runs.find(RUN).model_version)
    assert decided[1].reply_id not in manifest["reply_ids"]
    assert len(manifest["reply_ids"]) == 3


def test_the_model_in_service_is_measured_on_the_same_test_set(filled):
    filled.train("first")
    first = filled.runs.find("first").model_version
    filled.registry.activate_model(filled.account, first, instead_of=None)

    assert filled.train("second") == 0

    second = filled.runs.find("second").model_version
    manifest, earlier = filled.files.manifest(second), filled.files.manifest(first)
    assert manifest["baseline"] == {"version": first, "metrics": earlier["metrics"]}
    assert manifest["test_set"] == earlier["test_set"]
    assert manifest["is_continued"]
    assert set(manifest["intervals"]) == set(GATED)
    assert manifest["differences"]["recall_at_3"]["low"] is not None
    assert judge(read_evaluation(manifest), [], 0.01).is_promoted
    told = until(lambda: len(found := filled.announced()) == 2 and found)
    assert told[-1]["baseline_version"] == first


def test_a_model_in_service_that_cannot_be_loaded_does_not_stop_training(filled):
    filled.registry.activate_model(filled.account, "gone", instead_of=None)

    assert filled.train() == 0

    manifest = filled.files.manifest(filled.runs.find(RUN).model_version)
    assert manifest["baseline"] == {"version": "gone", "metrics": None}


def test_too_little_data_ends_the_run_as_skipped_with_the_numbers_and_the_old_model_stays(place, fill):
    fill(said(place.account, 49, datetime.now(UTC) - timedelta(days=30)))
    place.registry.activate_model(place.account, "v1", instead_of=None)

    assert place.train() == 0

    run = place.runs.find(RUN)
    assert (run.state, run.reason) == (RunState.SKIPPED, "insufficient_data")
    assert run.details["conversation_count"] == 49
    assert run.details["min_training_conversations"] == 50
    assert place.registry.find(place.account.account_id).model_version == "v1"
    assert (place.versions(), place.announced()) == ([], [])


def test_what_no_two_agents_said_is_no_reply_and_ends_the_run_as_skipped(place, fill):
    one_agent = digest("participant", place.account.account_id, "a0")
    rows = said(place.account, CONVERSATIONS, datetime.now(UTC) - timedelta(days=30))
    fill([row | {"participant_id": one_agent} if row["role"] == "agent" else row for row in rows])

    assert place.train() == 0

    run = place.runs.find(RUN)
    assert (run.state, run.reason, run.details["reply_count"]) == (RunState.SKIPPED, "insufficient_data", 0)


def test_a_run_that_is_killed_at_each_step_leaves_no_half_model_and_is_finished_by_its_next_execution(filled, tmp_path):
    for fail_point in STEPS:
        (tmp_path / fail_point).touch()

        status = filled.train(FAIL_POINTS_FOLDER=str(tmp_path))

        assert status == -signal.SIGKILL, fail_point
        assert (filled.runs.find(RUN).state, filled.announced()) == (RunState.RUNNING, [])
        assert len(_manifests(filled)) == (fail_point in ("trainer-before-record", "trainer-before-publish"))
        assert len(filled.versions()) == (fail_point == "trainer-before-publish")
        with pytest.raises(AlreadyRunning):
            filled.runs.start("another", datetime.now(UTC), lease_s=60)

    assert filled.train(FAIL_POINTS_FOLDER=str(tmp_path)) == 0
    done = filled.runs.find(RUN)
    assert (done.state, filled.versions()) == (RunState.SUCCEEDED, [done.model_version])
    assert {told["version"] for told in until(filled.announced)} == {done.model_version}
    assert len(_manifests(filled)) == 1
    filled.files.verify(done.model_version)


def _manifests(place: Place) -> list[str]:
    from google.cloud.storage import Client

    blobs = Client(project="p").list_blobs(
        place.environment["MODELS_BUCKET"], prefix=f"models/{place.account.account_id}/"
    )
    return [blob.name for blob in blobs if blob.name.endswith("manifest.json")]


def test_a_run_that_ended_is_not_run_again(filled):
    filled.runs.start(RUN, datetime.now(UTC), lease_s=60)
    filled.runs.finish(RUN, RunState.FAILED, datetime.now(UTC), reason="x")

    assert filled.train() == 1
    assert filled.versions() == []


def test_a_second_run_while_one_holds_the_lease_does_nothing(filled):
    filled.runs.start("other", datetime.now(UTC), lease_s=600)

    assert filled.train() == 1
    assert filled.versions() == []
