"""What a provider may say and what is no answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from llm_gateway.calls import read_call
from llm_gateway.soundness import ToolNotOffered, check_whole

ASKED: dict[str, dict[str, Any]] = {
    "chat/completions": {"messages": [], "tools": [{"type": "function", "function": {"name": "find"}}]},
    "responses": {"input": "Hi", "tools": [{"type": "function", "name": "find"}]},
    "embeddings": {"input": "Hi"},
}


def checked(path: str, answer: dict[str, Any]) -> None:
    check_whole(read_call(path, json.dumps({"model": "chat", **ASKED[path]}).encode()), answer)


def calling(name: str) -> dict[str, Any]:
    return {"message": {"tool_calls": [{"function": {"name": name}}]}}


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("chat/completions", {"choices": [{"message": {"content": ""}}]}),
        ("chat/completions", {"choices": [calling("find")]}),
        ("responses", {"status": "completed", "output": [{"type": "message"}]}),
        ("responses", {"status": "completed", "output": [{"type": "function_call", "name": "find"}]}),
        ("responses", {"status": "queued", "output": []}),
        ("responses", {"status": "incomplete", "output": []}),
        ("embeddings", {"data": [{"embedding": [0.1]}]}),
    ],
)
def test_an_answer_is_passed_on(path, answer):
    checked(path, answer)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("chat/completions", {}),
        ("chat/completions", {"choices": []}),
        ("chat/completions", {"choices": {}}),
        ("chat/completions", {"choices": [{}]}),
        ("chat/completions", {"choices": [{"message": {"content": "Hi"}}, {"index": 1}]}),
        ("chat/completions", {"choices": [{"message": None}]}),
        ("chat/completions", {"choices": [None]}),
        ("responses", {}),
        ("responses", {"status": "completed", "output": []}),
        ("responses", {"output": "Hi"}),
        ("embeddings", {}),
        ("embeddings", {"data": []}),
    ],
)
def test_what_holds_no_answer_is_none(path, answer):
    with pytest.raises((ValueError, LookupError, TypeError, AttributeError)):
        checked(path, answer)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("chat/completions", {"choices": [{"message": {"content": "Hi"}}, calling("send_money")]}),
        ("chat/completions", {"choices": [{"message": {"function_call": {"name": "send_money"}}}]}),
        ("responses", {"output": [{"type": "function_call", "name": "send_money"}]}),
    ],
)
def test_a_call_of_a_tool_that_was_not_offered_is_none(path, answer):
    with pytest.raises(ToolNotOffered):
        checked(path, answer)
