"""What is read of a call, and what of it an upstream gets."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earpiece.domain.errors import InvalidInput
from llm_gateway.calls import body_for, read_call
from llm_gateway.usage import Tokens

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)
NAMES = st.sampled_from(["tools", "stream_options", "max_tokens", "n", "functions", "messages", "input", "other"])


@given(st.dictionaries(NAMES, ANYTHING), st.sampled_from(["chat/completions", "embeddings", "responses"]))
def test_whatever_a_call_holds_it_is_refused_or_passed_on_unchanged_but_for_the_model(more, path):
    body = {**more, "model": "chat"}

    try:
        call = read_call(path, json.dumps(body).encode())
    except InvalidInput:
        return

    assert json.loads(body_for(call, "small").decode()) == {**body, "model": "small"}
    assert call.input_tokens > 0
    assert call.most_output_tokens >= 0


def test_a_response_that_is_made_when_nobody_waits_is_refused_for_nobody_could_bill_it():
    with pytest.raises(InvalidInput, match="background"):
        read_call("responses", b'{"model": "m", "input": "Hi", "background": true}')

    assert read_call("responses", b'{"model": "m", "input": "Hi", "background": false}')


def test_half_a_surrogate_pair_stays_what_it_was():
    call = read_call("embeddings", b'{"model": "m", "input": "a\\ud800b \\u00e9"}')

    sent = body_for(call, "m").decode("utf-8")

    assert json.loads(sent)["input"] == "a\ud800b é"


def test_a_stream_asks_for_usage_and_keeps_the_other_options():
    body = {"model": "m", "messages": [], "stream": True, "stream_options": {"include_obfuscation": False}}

    sent = json.loads(body_for(read_call("chat/completions", json.dumps(body).encode()), "m"))

    assert sent["stream_options"] == {"include_obfuscation": False, "include_usage": True}


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 1_000_000}},
        {"type": "input_image", "image_url": "data:image/png;base64," + "A" * 1_000_000},
        {"type": "input_audio", "input_audio": {"data": "A" * 1_000_000, "format": "wav"}},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64," + "A" * 1_000_000}},
    ],
)
def test_pictures_sound_and_files_inline_are_not_counted_as_text(part):
    body = {"model": "m", "messages": [{"role": "user", "content": [part, {"type": "text", "text": "What?"}]}]}

    assert 1_000 < read_call("chat/completions", json.dumps(body).encode()).input_tokens < 3_000


@pytest.mark.parametrize(
    ("usage", "is_told"),
    [
        ({}, False),
        ({"prompt_tokens": 0}, False),
        ("none", False),
        (None, False),
        ({"prompt_tokens": 7}, True),
        ({"output_tokens": 1}, True),
    ],
)
def test_a_count_of_nothing_is_no_count(usage, is_told):
    assert (Tokens.told(usage) is not None) == is_told


TEXT = "Where is the parcel that I sent? " * 4_000
CALLED = {"id": "c", "type": "function", "function": {"name": "find", "arguments": json.dumps({"text": TEXT})}}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("embeddings", {"input": TEXT}),
        ("embeddings", {"input": [TEXT[:60_000], TEXT[60_000:]]}),
        ("responses", {"input": TEXT}),
        ("responses", {"input": [{"role": "user", "content": [{"type": "input_text", "text": TEXT}]}]}),
        ("responses", {"input": "Hi", "instructions": TEXT}),
        ("chat/completions", {"messages": [{"role": "user", "content": TEXT}]}),
        ("chat/completions", {"messages": [{"role": "assistant", "content": None, "tool_calls": [CALLED]}]}),
        ("chat/completions", {"messages": [], "tools": [{"function": {"name": "f", "description": TEXT}}]}),
    ],
)
def test_a_long_text_counts_wherever_it_stands(path, body):
    found = read_call(path, json.dumps({"model": "m", **body}).encode()).input_tokens

    assert len(TEXT) / 4 < found < len(TEXT) / 2


def test_a_long_text_in_another_script_counts_by_its_bytes_and_tokens_count_each():
    chinese = read_call("embeddings", json.dumps({"model": "m", "input": "你好吗" * 10_000}).encode())
    tokens = read_call("embeddings", json.dumps({"model": "m", "input": [[19_045] * 10_000]}).encode())

    assert chinese.input_tokens > 25_000
    assert tokens.input_tokens > 10_000


def test_a_bound_beyond_all_reason_can_still_be_reckoned_with():
    body = json.dumps({"model": "m", "messages": [], "max_tokens": 10**400, "n": 2}).encode()

    assert read_call("chat/completions", body).most_output_tokens == 2 * 10**9


@pytest.mark.parametrize("odd", [None, "7", -1, True, 10**40, [], {}])
def test_a_provider_s_odd_count_is_no_count(odd):
    found = Tokens.of({"prompt_tokens": odd, "completion_tokens": 5, "prompt_tokens_details": odd})

    assert 0 <= found.input <= 10**9
    assert (found.output, found.cached) == (5, 0)
