"""Whether what a provider sent is an answer to what was asked, before any of it reaches the caller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from llm_gateway.calls import Call
from llm_gateway.events import TOOL_CALLS, Event, called_names

UNFINISHED = ("queued", "in_progress", "incomplete")  # a response that has said nothing yet, or had no room to


class ToolNotOffered(Exception):
    """The model calls a tool that the caller did not offer: nothing of ours runs it, and nothing passes it on."""


def check_whole(call: Call, body: Mapping[str, Any]) -> None:
    """Raises ValueError or LookupError for an answer without an answer, or ToolNotOffered."""
    if call.path == "chat/completions":
        messages = [choice["message"] for choice in _listed(body, "choices")]
        _check(call, (name for message in messages for name in called_names(message)))
    elif call.path == "embeddings":
        _listed(body, "data")
    elif body.get("status") not in UNFINISHED:
        _check(call, _response_names(_listed(body, "output")))


def _listed(body: Mapping[str, Any], name: str) -> list[Any]:
    found = body.get(name)
    if not isinstance(found, list) or not found:
        raise ValueError(f"the answer has no {name}")
    return found


def check_event(call: Call, said: Event) -> None:
    """Raises ToolNotOffered."""
    if not offers(call, said.tool_names):
        raise ToolNotOffered


def offers(call: Call, names: Iterable[str]) -> bool:
    return all(name in call.tools for name in names)


def _check(call: Call, names: Iterable[str]) -> None:
    if not offers(call, names):
        raise ToolNotOffered


def _response_names(output: list[Any]) -> Iterable[str]:
    for item in output:
        if isinstance(item, dict) and item.get("type") in TOOL_CALLS and item.get("name"):
            yield item["name"]
