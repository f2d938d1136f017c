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


def test_half_a_surrogate_pair_stays_what_it_was():
    call = read_call("embeddings", b'{"model": "m", "input": "a\\ud800b \\u00e9"}')

    sent = body_for(call, "m").decode("utf-8")

    assert json.loads(sent)["input"] == "a\ud800b é"


def test_a_stream_asks_for_usage_and_keeps_the_other_options():
    body = {"model": "m", "messages": [], "stream": True, "stream_options": {"include_obfuscation": False}}

    sent = json.loads(body_for(read_call("chat/completions", json.dumps(body).encode()), "m"))

    assert sent["stream_options"] == {"include_obfuscation": False, "include_usage": True}


def test_an_image_inline_is_not_counted_as_text():
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 1_000_000}}
    body = {"model": "m", "messages": [{"role": "user", "content": [image, {"type": "text", "text": "What?"}]}]}

    assert read_call("chat/completions", json.dumps(body).encode()).input_tokens < 3_000


@pytest.mark.parametrize("odd", [None, "7", -1, True, 10**40, [], {}])
def test_a_provider_s_odd_count_is_no_count(odd):
    found = Tokens.of({"prompt_tokens": odd, "completion_tokens": 5, "prompt_tokens_details": odd})

    assert 0 <= found.input <= 10**9
    assert (found.output, found.cached) == (5, 0)
