"""Whether what a provider sent is an answer to what was asked, before any of it reaches the caller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from llm_gateway.calls import Call
from llm_gateway.events import TOOL_CALLS, Event, called_names


class ToolNotOffered(Exception):
    """The model calls a tool that the caller did not offer: nothing of ours runs it, and nothing passes it on."""


def check_whole(call: Call, body: Mapping[str, Any]) -> None:
    """Raises ValueError for an answer without an answer, or ToolNotOffered."""
    if call.path == "chat/completions":
        choices = body.get("choices")
        if not isinstance(choices, list) or not choices:
            raise ValueError("the answer has no choice")
        _check(call, (name for choice in choices for name in called_names(choice.get("message") or {})))
    elif call.path == "responses":
        _check(call, _response_names(body.get("output")))


def check_event(call: Call, said: Event) -> None:
    """Raises ToolNotOffered."""
    if not offers(call, said.tool_names):
        raise ToolNotOffered


def offers(call: Call, names: Iterable[str]) -> bool:
    return all(name in call.tools for name in names)


def _check(call: Call, names: Iterable[str]) -> None:
    if not offers(call, names):
        raise ToolNotOffered


def _response_names(output: object) -> Iterable[str]:
    for item in output if isinstance(output, list) else ():
        if isinstance(item, dict) and item.get("type") in TOOL_CALLS and item.get("name"):
            yield item["name"]
