"""Where a staff command works: the environment's place, or the local run's, never a mixture."""

from __future__ import annotations

import json

import pytest

from earpiece.cli.surroundings import find_surroundings
from earpiece.domain.errors import NotFound, Unavailable

LOCAL = {"PROJECT_ID": "earpiece-local", "FIRESTORE_EMULATOR_HOST": "127.0.0.1:1", "MODELS_BUCKET": "b"}
UNIT = {"name": "training_trigger", "role": "unit", "address": "http://127.0.0.1:2"}


@pytest.fixture
def local_run(tmp_path):
    (tmp_path / "runtime.json").write_text(json.dumps({"environment": LOCAL, "processes": [UNIT]}))
    return tmp_path


def test_without_a_project_the_local_run_is_taken(local_run, tmp_path):
    found = find_surroundings({"EARPIECE_STATE": str(local_run)}, tmp_path)

    assert found.variables == LOCAL
    assert found.state == local_run
    assert found.units == {"training_trigger": "http://127.0.0.1:2"}


def test_another_project_in_the_environment_takes_nothing_from_the_local_run(local_run, tmp_path):
    found = find_surroundings({"EARPIECE_STATE": str(local_run), "PROJECT_ID": "production"}, tmp_path)

    assert found.state is None
    assert found.get("FIRESTORE_EMULATOR_HOST") == ""
    assert found.units == {}


def test_the_same_project_on_another_emulator_is_not_the_local_run(local_run, tmp_path):
    elsewhere = {**LOCAL, "FIRESTORE_EMULATOR_HOST": "127.0.0.1:9", "EARPIECE_STATE": str(local_run)}

    assert find_surroundings(elsewhere, tmp_path).state is None


def test_the_local_runs_own_variables_in_the_environment_are_the_local_run(local_run, tmp_path):
    assert find_surroundings({**LOCAL, "EARPIECE_STATE": str(local_run)}, tmp_path).state == local_run


@pytest.mark.parametrize("content", [None, "", "[1]", "{}", '{"environment": {}}'])
def test_with_neither_it_says_what_to_do(tmp_path, content):
    if content is not None:
        (tmp_path / "runtime.json").write_text(content)

    with pytest.raises(Unavailable, match="earpiece up"):
        find_surroundings({"EARPIECE_STATE": str(tmp_path)}, tmp_path)


def test_a_missing_variable_is_named(local_run, tmp_path):
    found = find_surroundings({"EARPIECE_STATE": str(local_run)}, tmp_path)

    with pytest.raises(NotFound, match="SECRETS_KEY_FILE"):
        found.need("SECRETS_KEY_FILE")
