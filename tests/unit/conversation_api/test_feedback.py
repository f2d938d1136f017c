"""Feedback becomes rows of the warehouse's own shape."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.resources import files
from types import SimpleNamespace

import pytest

from conversation_api.bodies import SuggestionEvent
from conversation_api.record_feedback import record_feedback
from conversation_api.settings import Settings
from earpiece.domain.errors import InvalidInput
from earpiece.domain.ids import digest
from earpiece.telemetry.traces import continue_trace
from earpiece.web.bodies import checked

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
SETTINGS = Settings.model_validate({"PROJECT_ID": "p", "TOKEN_SIGNING_KEY_FILE": "f", "TOKEN_KEY_ID": "k"})
LEAST = {"event_id": "e-1", "conversation_id": "0" * 32, "kind": "shown", "occurred_at": "2026-11-20T11:00:00+01:00"}
MOST = {
    **LEAST,
    "kind": "sent",
    "set_id": "s",
    "suggestion_id": "s-1",
    "position": 0,
    "source": "model",
    "model_version": "v1",
    "settings_version": "7",
    "rating": "down",
    "augmentation_types": ["FREEHAND", "AUTOSUGGEST"],
    "edit_count": 1,
    "key_count": 2,
    "sent_character_count": 3,
    "saved_keystroke_count": -2,
    "presented_completion_count": 4,
    "accepted_completion_count": 5,
    "time_to_action_ms": 6,
    "crafting_time_ms": 7,
    "dwell_time_ms": 8,
}


class Published:
    def __init__(self) -> None:
        self.calls: list[tuple[str, list[dict]]] = []

    def publish(self, topic, messages, *, timeout_s):
        self.calls.append((topic, [json.loads(message.data) for message in messages]))


def rows(*bodies: dict, account_id: str = "acme", agent_id: str = "agent-1") -> list[dict]:
    published = Published()
    deps = SimpleNamespace(publisher=published, now=lambda: AT)
    events = [checked(body, SuggestionEvent) for body in bodies]
    trace = continue_trace(None)
    record_feedback(events, account_id=account_id, agent_id=agent_id, trace=trace, deps=deps, settings=SETTINGS)
    assert [topic for topic, _ in published.calls] == ["warehouse-suggestion-events"]
    return published.calls[0][1]


def columns() -> list[dict]:
    return json.loads(files("earpiece.adapters").joinpath("schemas", "suggestion_events.json").read_text())


@pytest.mark.parametrize("body", [LEAST, MOST], ids=["least", "most"])
def test_a_row_has_the_columns_of_the_table_and_no_others(body):
    (row,) = rows(body)

    assert row.keys() == {column["name"] for column in columns()}
    assert all(row[column["name"]] for column in columns() if column["mode"] == "REQUIRED")


def test_everything_that_the_widget_measured_arrives():
    (row,) = rows(MOST)

    measured = {name: value for name, value in MOST.items() if name not in ("event_id", "occurred_at")}
    assert {name: row[name] for name in measured} == measured
    assert row["occurred_at"] == "2026-11-20T10:00:00.000000Z"


@pytest.mark.parametrize("kind", ["shown", "accepted", "copied", "dismissed", "rated", "ignored", "sent"])
def test_whatever_an_agent_does_with_a_suggestion_is_kept(kind):
    (row,) = rows({**LEAST, "kind": kind, "rating": "up" if kind == "rated" else None})

    assert (row["kind"], row["rating"]) == (kind, "up" if kind == "rated" else None)


def test_a_rating_that_says_nothing_is_refused():
    with pytest.raises(InvalidInput) as refused:
        checked({**LEAST, "kind": "rated"}, SuggestionEvent)

    assert "needs a rating" in refused.value.facts["errors"][0]["detail"]


def test_a_batch_is_published_in_one_call():
    assert len(rows(*({**LEAST, "event_id": f"e-{number}"} for number in range(100)))) == 100


def test_the_same_event_is_one_within_an_account_and_two_across_accounts():
    first, again, other = rows(LEAST)[0], rows(MOST)[0], rows(LEAST, account_id="other")[0]

    assert first["event_id"] == again["event_id"] != other["event_id"]


def test_the_agent_is_hashed_as_the_writer_hashes_participants():
    assert rows(LEAST)[0]["agent_id"] == digest("participant", "acme", "agent-1")


def test_account_and_agent_in_the_body_change_nothing():
    (row,) = rows({**LEAST, "account_id": "other", "agent_id": "somebody", "text": "secret"})

    assert row["account_id"] == "acme"
    assert "secret" not in json.dumps(row)
    assert "somebody" not in json.dumps(row)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("conversation_id", "accounts/other/x"),
        ("kind", "liked"),
        ("occurred_at", "2026-11-20T10:00:00"),
        ("occurred_at", 1795000000),
        ("position", -1),
        ("position", "1"),
        ("source", "some text of a message"),
        ("model_version", "x" * 65),
        ("augmentation_types", ["TYPED"]),
        ("augmentation_types", ["FREEHAND"] * 101),
        ("event_id", ""),
        ("event_id", "a\nb"),
        ("dwell_time_ms", 10**12),
        ("rating", "meh"),
        ("saved_keystroke_count", 10**7),
        ("saved_keystroke_count", 1.5),
    ],
)
def test_a_value_that_does_not_fit_is_refused(field, value):
    with pytest.raises(InvalidInput):
        checked({**LEAST, field: value}, SuggestionEvent)
