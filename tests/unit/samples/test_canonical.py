"""Conversations from files: any JSONL of the canonical form, and one line that says what is wrong with any other."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from earpiece.domain.errors import InvalidInput
from earpiece_emulators.samples import from_canonical, generate, read_conversations, to_canonical
from earpiece_emulators.samples.canonical import AGENT_COUNT, SYNTHETIC_START


def a_record(**changes: Any) -> dict[str, Any]:
    turns = [{"role": "customer", "text": "Hi"}, {"role": "agent", "text": "Hello, how can I help?"}]
    return {"conversation_id": "c-1", "turns": turns} | changes


def write(path: Path, *lines: object) -> Path:
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["all.jsonl", "all.jsonl.gz"])
def test_what_is_written_canonically_is_read_as_the_same(tmp_path: Path, name: str):
    records = [to_canonical(one) for one in generate("fietsplein", count=30)]

    read = list(read_conversations(write(tmp_path / name, *records)))

    assert [to_canonical(one) for one in read] == records


def test_conversations_without_ids_go_to_20_agents_and_customers_of_their_own():
    read = [from_canonical(a_record(conversation_id=f"c-{number}")) for number in range(400)]

    agents = {agent.participant_id for one in read for agent in one.agents}
    assert agents == {f"agent-{number:02}" for number in range(1, AGENT_COUNT + 1)}
    assert len({one.customer.participant_id for one in read}) == 400
    assert read == [from_canonical(a_record(conversation_id=f"c-{number}")) for number in range(400)]


def test_ids_that_are_given_are_kept():
    read = from_canonical(a_record(agent_id="sam", customer_id="ana"))

    assert [agent.participant_id for agent in read.agents] == ["sam"]
    assert read.customer.participant_id == "ana"


def test_without_times_turns_follow_each_other_and_files_keep_their_order(tmp_path: Path):
    path = write(tmp_path / "all.jsonl", a_record(), a_record(conversation_id="c-2"))

    first, second = read_conversations(path)

    assert first.started_at == SYNTHETIC_START < second.started_at
    assert [said.at - first.started_at for said in first.turns()] == [timedelta(0), timedelta(seconds=20)]


def test_a_turn_that_claims_to_be_older_than_the_one_before_keeps_its_place():
    turns = [
        {"role": "customer", "text": "one", "ts": "2026-02-01T10:00:00Z"},
        {"role": "agent", "text": "two", "ts": "2026-02-01T09:00:00+00:00"},
        {"role": "agent", "text": "three"},
    ]

    read = from_canonical(a_record(turns=turns))

    times = [happening.at for happening in read.happenings]
    assert [said.message.text for said in read.turns() if said.message] == ["one", "two", "three"]
    assert times == sorted(times)


def test_a_limit_is_kept(tmp_path: Path):
    path = write(tmp_path / "all.jsonl", *[a_record(conversation_id=f"c-{n}") for n in range(9)])

    assert len(list(read_conversations(path, limit=4))) == 4
    assert len(list(read_conversations(path, limit=None))) == 9


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{not json", "not JSON"),
        ("[]", "must be an object"),
        (a_record(conversation_id=None), "id"),
        (a_record(conversation_id="new\nline"), "control characters"),
        (a_record(turns="none"), "turns must be a list"),
        (a_record(turns=["Hi"]), "turns must be a list"),
        (a_record(turns=[{"role": "customer"}]), "turn 1: text"),
        (a_record(turns=[{"role": "boss", "text": "Hi"}]), "turn 1: role must be one of customer"),
        (a_record(turns=[{"role": "agent", "text": "Hi", "ts": "yesterday"}]), "RFC 3339"),
    ],
)
def test_a_bad_line_is_named_with_its_file(tmp_path: Path, line: object, complaint: str):
    path = write(tmp_path / "bad.jsonl", a_record(), "", line)

    with pytest.raises(InvalidInput, match=complaint) as caught:
        list(read_conversations(path))

    assert str(caught.value).startswith(f"{path}, line 3: ")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_what_its_name_says_is_named(tmp_path: Path):
    path = tmp_path / "torn.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(a_record()).encode() * 2000)[:-30])

    with pytest.raises(InvalidInput, match=r"torn\.jsonl\.gz, line 1: cannot be read"):
        list(read_conversations(path))
