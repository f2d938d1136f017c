"""Values come back in answers, whole or cut anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earpiece.privacy import Vault
from llm_gateway.restoring import StreamRestorer, restored

QUOTED = 'Jan "the man" \\ Jansen'
PIECES = (
    "[PERSON_1]", "[EMAIL_1]", "[ADDRESS_1]", "[PERSON_9]", "[PERSON_11]", "[", "]", "[PERS", "_1]", "[[",
    "é", " ", '"',
)  # fmt: skip
letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
said = st.lists(st.one_of(st.sampled_from(PIECES), letters)).map("".join)


@pytest.fixture(scope="module")
def vault() -> Vault:
    return a_vault()


def a_vault() -> Vault:
    vault = Vault()
    vault.values |= {"[PERSON_1]": QUOTED, "[EMAIL_1]": "jan@x.nl", "[ADDRESS_1]": "Zoë\u2028Ünal"}
    return vault


def cut(text: str, places: Iterable[int]) -> list[str]:
    ends = sorted({place % (len(text) + 1) for place in places})
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]


def event(delta: dict[str, Any], finish: str | None = None, index: int = 0) -> bytes:
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return (
        b"data: " + json.dumps({"id": "x", "object": "chat.completion.chunk", "choices": [choice]}).encode() + b"\n\n"
    )


def passed(events: Sequence[bytes], vault: Vault, *, is_json: bool = False) -> list[dict[str, Any]]:
    """The JSON of the events as a caller gets them."""
    restorer = StreamRestorer(vault, is_json=is_json)
    data = b"".join(map(restorer.passed, events)) + restorer.rest()
    lines = [line for line in data.split(b"\n") if line.startswith(b"data: ") and line != b"data: [DONE]"]
    return [json.loads(line.removeprefix(b"data: ")) for line in lines]


def contents(events: Sequence[dict[str, Any]], field: str = "content") -> str:
    return "".join(choice["delta"].get(field) or "" for one in events for choice in one["choices"])


@given(said, st.lists(st.integers(0, 500), max_size=12), st.booleans())
def test_a_stream_that_is_cut_anywhere_gives_what_the_whole_text_gives(text, places, has_finish):
    events = [event({"content": piece}) for piece in cut(text, places)]
    events += [event({}, "stop")] if has_finish else []

    assert contents(passed([*events, b"data: [DONE]\n\n"], a_vault())) == a_vault().restore(text)


@given(said, st.lists(st.integers(0, 500), max_size=12), st.booleans())
def test_arguments_of_a_tool_stay_json_however_they_are_cut_and_escaped(text, places, is_escaped):
    arguments = json.dumps({"text": text}, ensure_ascii=is_escaped)
    deltas = [{"tool_calls": [{"index": 1, "function": {"arguments": piece}}]} for piece in cut(arguments, places)]

    events = passed([*map(event, deltas), event({}, "tool_calls")], a_vault())

    calls = [call for one in events for choice in one["choices"] for call in choice["delta"].get("tool_calls", [])]
    assert json.loads("".join(call["function"]["arguments"] for call in calls)) == {"text": a_vault().restore(text)}


@given(st.lists(st.tuples(st.integers(0, 1), st.one_of(st.sampled_from(PIECES), st.text(max_size=2))), max_size=12))
def test_two_choices_that_speak_in_turn_are_kept_apart(turns):
    whole = ["".join(piece for at, piece in turns if at == index) for index in (0, 1)]

    events = passed([event({"content": piece}, index=index) for index, piece in turns], a_vault())

    heard = [choice for each in events for choice in each["choices"]]
    spoken = ["".join(one["delta"].get("content") or "" for one in heard if one["index"] == index) for index in (0, 1)]
    assert spoken == [a_vault().restore(text) for text in whole]


@given(said, st.lists(st.integers(0, 500), max_size=8))
def test_an_answer_that_was_asked_for_as_json_stays_json(text, places):
    answer = json.dumps({"answer": text}, ensure_ascii=False)

    events = passed([event({"content": piece}) for piece in cut(answer, places)], a_vault(), is_json=True)

    assert json.loads(contents(events)) == {"answer": a_vault().restore(text)}


def a_token(text: str) -> dict[str, Any]:
    return {"token": text, "logprob": -0.5, "bytes": list(text.encode()), "top_logprobs": []}


@given(said, st.lists(st.integers(0, 500), max_size=12), st.booleans())
def test_the_likelihoods_of_a_stream_are_of_the_text_that_the_caller_gets(text, places, has_finish):
    pieces = cut(text, places)
    events = []
    for piece in pieces:
        body = json.loads(event({"content": piece}).removeprefix(b"data: "))
        body["choices"][0]["logprobs"] = {"content": [a_token(piece)], "refusal": None}
        events.append(b"data: " + json.dumps(body).encode() + b"\n\n")
    events += [event({}, "stop")] if has_finish else []

    choices = [choice for each in passed(events, a_vault()) for choice in each["choices"]]

    told = [one for choice in choices for one in (choice.get("logprobs") or {}).get("content") or ()]
    assert "".join(one["token"] for one in told) == a_vault().restore(text)
    assert sum(one["logprob"] for one in told) == pytest.approx(-0.5 * len(pieces))


@given(said, st.lists(st.integers(0, 500), max_size=12))
def test_the_likelihoods_of_a_whole_answer_are_of_its_text(text, places):
    entries = [a_token(piece) for piece in cut(text, places)]
    choice = {"message": {"content": text}, "logprobs": {"content": entries, "refusal": None}}

    answer = json.loads(restored(json.dumps({"choices": [choice]}).encode(), a_vault()))

    told = answer["choices"][0]["logprobs"]["content"]
    assert "".join(one["token"] for one in told) == a_vault().restore(text)
    assert all(bytes(one["bytes"]).decode() == one["token"] for one in told)


def test_a_value_is_one_token_as_likely_as_its_placeholders_were_together(vault):
    entries = [a_token(piece) for piece in ("to ", "[EM", "AIL", "_1]", " now")]

    answer = json.loads(restored(json.dumps({"output": [{"logprobs": entries}]}).encode(), vault))

    told = answer["output"][0]["logprobs"]
    assert [(one["token"], one["logprob"]) for one in told] == [("to ", -0.5), ("jan@x.nl", -1.5), (" now", -0.5)]


def test_events_without_a_placeholder_pass_as_their_bytes(vault):
    restorer = StreamRestorer(vault, is_json=False)
    plain = b'data: {"choices" : [{"index":0,"delta":{"content":"hi  [there] "}}]}\n\n'

    assert restorer.passed(plain) == plain
    assert restorer.passed(b"data: [DONE]\n\n") == b"data: [DONE]\n\n"
    assert restorer.passed(b": ping [\n\n") == b": ping [\n\n"


def test_only_what_may_become_a_placeholder_waits(vault):
    restorer = StreamRestorer(vault, is_json=False)

    first = restorer.passed(event({"content": "Dear [PERS"}))
    second = restorer.passed(event({"content": "ONS] and [EMA"}))

    assert json.loads(first[6:])["choices"][0]["delta"]["content"] == "Dear "
    assert json.loads(second[6:])["choices"][0]["delta"]["content"] == "[PERSONS] and "


@given(said, st.lists(st.integers(0, 500), max_size=8))
def test_the_responses_api_streams_the_same(text, places):
    place = {"item_id": "m", "output_index": 0, "content_index": 0}
    lines = [{"type": "response.output_text.delta", **place, "delta": piece} for piece in cut(text, places)]
    lines += [
        {"type": "response.output_text.done", **place, "text": text},
        {"type": "response.completed", "response": {"output": [{"content": [{"type": "output_text", "text": text}]}]}},
    ]

    events = passed([b"event: x\ndata: " + json.dumps(line).encode() + b"\n\n" for line in lines], a_vault())

    told = a_vault().restore(text)
    assert "".join(one["delta"] for one in events if one["type"].endswith(".delta")) == told
    assert next(one["text"] for one in events if one["type"].endswith(".done")) in (told, told_as_json(text))
    assert events[-1]["type"] == "response.completed"


def told_as_json(text: str) -> str:
    return a_vault().restore_as(text, lambda value: json.dumps(value, ensure_ascii=False)[1:-1])


def test_a_whole_answer_gets_its_values_and_its_arguments_stay_json(vault):
    arguments = json.dumps({"to": "[PERSON_1]"})
    message = {"content": "Hi [PERSON_1], not [PERSON_2]", "tool_calls": [{"function": {"arguments": arguments}}]}

    body = json.loads(restored(json.dumps({"choices": [{"message": message}]}).encode(), vault, is_json=False))

    told = body["choices"][0]["message"]
    assert told["content"] == f"Hi {QUOTED}, not [PERSON_2]"
    assert json.loads(told["tool_calls"][0]["function"]["arguments"]) == {"to": QUOTED}


def test_json_that_nobody_asked_for_stays_json(vault):
    content = json.dumps({"name": "[PERSON_1]"})

    body = json.loads(restored(json.dumps({"content": content}).encode(), vault, is_json=False))

    assert json.loads(body["content"]) == {"name": QUOTED}


@pytest.mark.parametrize("data", [b'{"choices" : [ {"message": {"content": "hi [x]"}} ]}', b"[no json", b"{}"])
def test_an_answer_with_nothing_to_put_back_passes_as_its_bytes(vault, data):
    assert restored(data, vault, is_json=False) is data


@pytest.mark.parametrize("escaped", [b"\\u005b", b"\\u005B"])
def test_a_bracket_that_the_provider_escaped_is_understood(vault, escaped):
    data = b'{"content": "' + escaped + b'EMAIL_1\\u005d"}'

    assert json.loads(restored(data, vault, is_json=False)) == {"content": "jan@x.nl"}
    assert json.loads(restored(b'{"x": [1], ' + data[1:], vault, is_json=False))["content"] == "jan@x.nl"
