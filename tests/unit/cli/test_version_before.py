"""A rollback without a version goes to the one released before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from earpiece.cli.roll_back import version_before
from earpiece.domain.errors import NotFound
from earpiece.domain.models import ModelRecord, ModelState

START = datetime(2026, 11, 1, tzinfo=UTC)


def a_record(version, released_day=None):
    state = ModelState.RELEASED if released_day is not None else ModelState.CANDIDATE
    at = None if released_day is None else START + timedelta(days=released_day)
    return ModelRecord(version, state, START, released_at=at)


def test_the_latest_release_before_the_one_in_service_is_taken_and_candidates_are_passed_over():
    records = [a_record("v1", 1), a_record("v2", 2), a_record("v3"), a_record("v4", 4), a_record("v5", 5)]

    assert version_before(records, "v4") == "v2"


def test_a_second_rollback_goes_further_back():
    records = [a_record("v1", 1), a_record("v2", 2), a_record("v3", 3)]

    assert version_before(records, version_before(records, "v3")) == "v1"


def test_with_no_earlier_release_there_is_nothing_to_go_back_to():
    with pytest.raises(NotFound, match="before v1"):
        version_before([a_record("v1", 1), a_record("v2", 2), a_record("v0")], "v1")
