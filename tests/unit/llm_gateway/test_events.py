"""Events of a stream, in whatever pieces they come."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_gateway.events import MOST_EVENT_BYTES, EventSplitter, read_event

FIELDS = ["choices", "delta", "content", "tool_calls", "function", "name", "error", "usage", "type", "response", "item"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)
LINES = st.sampled_from([b": ping", b"event: x", b"id: 1", b'data: {"a": 1}', b"data: [DONE]", b"data: \xc3\xa9"])
EVENTS = st.lists(st.lists(LINES, min_size=1, max_size=3), max_size=6)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    marks = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(marks)]


@given(EVENTS, st.sampled_from([b"\n", b"\r\n"]), st.lists(st.integers(0, 10_000), max_size=12))
def test_any_pieces_give_the_same_events(events, newline, places):
    data = b"".join(newline.join(lines) + newline + newline for lines in events)
    whole, pieces = EventSplitter(), EventSplitter()

    at_once = whole.feed(data)
    piecewise = [event for piece in cut(data, places) for event in pieces.feed(piece)]

    assert piecewise == at_once
    assert len(at_once) == len(events)
    assert not whole.has_rest
    assert not pieces.has_rest


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=5))
def test_no_bytes_are_lost_and_none_are_made(data, places):
    splitter = EventSplitter()

    events = [event for piece in cut(data, places) for event in splitter.feed(piece)]

    assert b"".join(events).replace(b"\r", b"").replace(b"\n", b"") in data.replace(b"\r", b"").replace(b"\n", b"")
    assert all(event.endswith(b"\n\n") for event in events)


def test_an_event_without_end_is_refused_before_it_fills_the_memory():
    splitter = EventSplitter()
    splitter.feed(b"data: " + b"a" * (MOST_EVENT_BYTES // 2))

    with pytest.raises(ValueError, match="no end"):
        splitter.feed(b"a" * (MOST_EVENT_BYTES // 2))


@given(JSON)
def test_whatever_a_provider_sends_is_understood_or_a_value_error(body):
    try:
        read_event(b"data: " + json.dumps(body).encode() + b"\n\n")
    except ValueError:
        return


@given(st.binary(max_size=60))
def test_bytes_that_are_no_json_are_a_value_error(data):
    try:
        read_event(b"data: " + data)
    except ValueError:
        return


@pytest.mark.parametrize(
    ("body", "content", "finish"),
    [
        ({"choices": [{"delta": {"role": "assistant", "content": ""}}]}, False, False),
        ({"choices": [{"delta": {"content": "a"}}]}, True, False),
        ({"choices": [{"delta": {"tool_calls": [{"function": {"name": "f"}}]}}]}, True, False),
        ({"choices": [{"delta": {"role": "assistant", "reasoning_content": "Hm"}}]}, True, False),
        ({"choices": [{"delta": {}, "finish_reason": "stop"}]}, False, True),
        ({"choices": [], "prompt_filter_results": []}, False, False),
        ({"type": "response.output_text.delta", "delta": "a"}, True, False),
        ({"type": "response.completed", "response": {}}, False, True),
    ],
)
def test_what_cannot_be_taken_back_is_content(body, content, finish):
    found = read_event(b"data: " + json.dumps(body).encode())

    assert (found.is_content, bool(found.finished)) == (content, finish)
