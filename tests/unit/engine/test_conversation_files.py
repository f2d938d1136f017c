"""Files of conversations: what cannot be read is counted and named, and the rest is used."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earpiece.domain.errors import InvalidInput
from earpiece.engine.conversation_files import NAMED, read_files
from earpiece.engine.corpus import TrainingConversation, Turn

GOOD = '{"conversation_id": "c", "turns": [{"role": "customer", "text": "Hi"}, {"role": "agent", "text": "Hello"}]}'


def a_file(folder: Path, *lines: str | bytes) -> Path:
    path = folder / "said.jsonl"
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines))
    return path


def test_a_conversation_is_read_with_its_people_and_times(tmp_path: Path):
    line = {
        "conversation_id": 7,
        "agent_id": "a-1",
        "customer_id": "u-1",
        "turns": [
            {"role": "customer", "text": "Hi", "ts": "1970-01-01T00:00:05Z"},
            {"role": "agent", "text": "Hello", "ts": 6.5},
            {"role": "agent", "text": "There", "agent_id": "a-2"},
        ],
    }

    read = read_files([a_file(tmp_path, json.dumps(line))])

    turns = (
        Turn("customer", "Hi", None, 5.0),
        Turn("agent", "Hello", "a-1", 6.5),
        Turn("agent", "There", "a-2", None),
    )
    assert read.conversations == (TrainingConversation("7", "u-1", turns),)
    assert read.broken_count == 0


def test_without_a_customer_each_conversation_is_one(tmp_path: Path):
    assert read_files([a_file(tmp_path, GOOD)]).conversations[0].customer_id == "c"


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "null",
        '"conversation"',
        '{"conversation_id": "c"}',
        '{"turns": []}',
        '{"conversation_id": null, "turns": []}',
        '{"conversation_id": {"a": 1}, "turns": []}',
        '{"conversation_id": "c", "turns": null}',
        '{"conversation_id": "c", "turns": {"role": "agent"}}',
        '{"conversation_id": "c", "turns": ["Hi"]}',
        '{"conversation_id": "c", "turns": [{"role": "bot", "text": "Hi"}]}',
        '{"conversation_id": "c", "turns": [{"role": "agent"}]}',
        '{"conversation_id": "c", "turns": [{"role": "agent", "text": null}]}',
        '{"conversation_id": "c", "turns": [{"role": "agent", "text": 5}]}',
        '{"conversation_id": "c", "turns": [{"role": "agent", "text": "Hi", "ts": "yesterday"}]}',
        '{"conversation_id": "c", "turns": [{"role": "agent", "text": "Hi", "ts": NaN}]}',
        '{"conversation_id": "c", "turns": [{"role": "agent", "text": "Hi", "ts": [1]}]}',
        '{"conversation_id": "c", "turns": [{"role": "agent", "text": "Hi", "agent_id": [1]}]}',
        b'{"conversation_id": "c", "turns": [{"role": "agent", "text": "\xff"}]}',
        "[" * 100_000,
        b"\x00\x01\x02",
    ],
)
def test_a_broken_line_is_skipped_counted_and_named(tmp_path: Path, line: str | bytes):
    path = a_file(tmp_path, GOOD, line, "", GOOD)

    read = read_files([path])

    assert len(read.conversations) == 2
    assert read.broken_count == 1
    assert str(read.broken[0]).startswith(f"{path}, line 2: not a conversation (")


def test_a_text_with_half_a_character_is_read_without_it(tmp_path: Path):
    line = '{"conversation_id": "c\\ud800", "turns": [{"role": "agent", "text": "Hi \\udfff there"}]}'

    (conversation,) = read_files([a_file(tmp_path, line)]).conversations

    assert conversation.conversation_id == "c?"
    assert conversation.turns[0].text == "Hi ? there"


def test_a_mark_at_the_beginning_of_a_file_is_passed_over(tmp_path: Path):
    assert read_files([a_file(tmp_path, b"\xef\xbb\xbf" + GOOD.encode())]).broken_count == 0


@pytest.mark.parametrize("lines", [(), ("",), ("{", "}")])
def test_a_file_without_any_conversation_is_refused_by_name(tmp_path: Path, lines: tuple[str, ...]):
    other = tmp_path / "other.jsonl"
    other.write_text(GOOD)

    with pytest.raises(InvalidInput, match=r"said\.jsonl: no line is a conversation"):
        read_files([other, a_file(tmp_path, *lines)])


def test_a_torn_archive_gives_what_is_whole(tmp_path: Path):
    lines = "\n".join(GOOD.replace('"c"', f'"c-{number:x}-{hash(str(number))}"') for number in range(2000))
    path = tmp_path / "said.jsonl.gz"
    path.write_bytes(gzip.compress(lines.encode())[:-3000])

    read = read_files([path])

    assert 100 < len(read.conversations) < 2000
    assert read.broken_count >= 1
    assert "cannot be read from here" in str(read.broken[-1])


def test_what_only_looks_like_an_archive_is_refused_by_name(tmp_path: Path):
    path = tmp_path / "said.jsonl.gz"
    path.write_text(GOOD)

    with pytest.raises(InvalidInput, match=r"said\.jsonl\.gz: no line .*cannot be read from here"):
        read_files([path])


def test_of_many_broken_lines_the_first_are_named_and_all_are_counted(tmp_path: Path):
    read = read_files([a_file(tmp_path, GOOD, *["{"] * 50)])

    assert (read.broken_count, len(read.broken)) == (50, NAMED)


@given(noise=st.lists(st.binary(max_size=40), max_size=5))
def test_no_line_can_stop_the_others(tmp_path_factory: pytest.TempPathFactory, noise: list[bytes]):
    path = a_file(tmp_path_factory.mktemp("noise"), GOOD, *noise, GOOD)

    assert len(read_files([path]).conversations) == 2
