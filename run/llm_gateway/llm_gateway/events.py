"""Server-sent events of a streamed answer: split, understood as far as needed, and passed on as they came.

Format: html.spec.whatwg.org, section 9.2; what the events hold: platform.openai.com/docs/api-reference/chat-streaming.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

DONE = b"data: [DONE]\n\n"
TOOL_CALLS = ("function_call", "custom_tool_call")
MOST_EVENT_BYTES = 1_000_000
_END = re.compile(rb"\r?\n\r?\n")


class EventSplitter:
    """Bytes as they come off the wire; whole events, with the blank line that ends each."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The events that are whole now. Raises ValueError for one without end."""
        data = self._rest + data if self._rest else data
        parts = _END.split(data) if b"\r" in data else data.split(b"\n\n")
        self._rest = parts.pop()
        if len(self._rest) > MOST_EVENT_BYTES:
            raise ValueError("an event of the stream has no end")
        return [part + b"\n\n" for part in parts if part.strip()]

    @property
    def has_rest(self) -> bool:
        return bool(self._rest.strip())


@dataclass(slots=True)
class Event:
    """What one event says. `is_content` where the caller gets something that cannot be taken back."""

    is_done: bool = False
    is_content: bool = False
    finished: tuple[int, ...] = ()  # the answers that end with it, by their index
    error: dict[str, Any] | None = None
    usage: dict[str, Any] | None = None
    has_choices: bool = True
    is_comment: bool = False
    tool_names: tuple[str, ...] = ()
    model: str = ""
    size: int = 0  # characters of content


_DONE, _COMMENT = Event(is_done=True), Event(is_comment=True)


def read_event(event: bytes) -> Event:
    """Raises ValueError for one that is no JSON object."""
    data = event.strip()
    if not data.startswith(b"data:"):
        data = b"\n".join(line for line in data.splitlines() if line.startswith(b"data:"))
        if not data:
            return _COMMENT  # a comment, or a name alone
    data = data[5:].strip()
    if data == b"[DONE]":
        return _DONE
    try:
        return _understood(json.loads(data))
    except (AttributeError, TypeError, KeyError, RecursionError) as error:
        raise ValueError("an event of the stream is not what it should be") from error


def _understood(body: Any) -> Event:
    if not isinstance(body, dict):
        raise ValueError("an event of the stream is no object")
    if body.get("error"):
        error = body["error"]
        return Event(error=error if isinstance(error, dict) else {"message": str(error)})
    if isinstance(body.get("type"), str):
        return _of_responses(body)
    choices, usage = body.get("choices"), body.get("usage")
    found = Event(usage=usage if isinstance(usage, dict) else None, has_choices=bool(choices))
    found.model = str(body.get("model") or "")
    for choice in choices or ():
        delta = choice.get("delta") or {}
        if choice.get("finish_reason"):
            found.finished += (_index(choice),)
        if delta.get("tool_calls") or delta.get("function_call"):
            found.is_content = True
            found.tool_names += called_names(delta)
            found.size += len(str(delta))
        elif said := [value for name, value in delta.items() if value and name != "role"]:
            found.is_content = True  # also what a model thinks aloud, a refusal, a sound
            found.size += sum(len(value) for value in said if isinstance(value, str))
    return found


def _index(choice: dict[str, Any]) -> int:
    found = choice.get("index")
    return found if isinstance(found, int) else 0


def called_names(message: dict[str, Any]) -> tuple[str, ...]:
    """The tools that a message, or a piece of one, calls."""
    called = [one.get("function") or one.get("custom") or {} for one in message.get("tool_calls") or ()]
    names = [one.get("name") for one in (*called, message.get("function_call") or {})]
    return tuple(name for name in names if name)


def _of_responses(body: dict[str, Any]) -> Event:
    """An event of the responses API (platform.openai.com/docs/api-reference/responses-streaming)."""
    kind: str = body["type"]
    response = body.get("response")
    response = response if isinstance(response, dict) else {}
    if kind in ("error", "response.failed"):
        error = response.get("error") or {"message": body.get("message", ""), "code": body.get("code")}
        return Event(error=error if isinstance(error, dict) else {"message": str(error)})
    usage, item = response.get("usage"), body.get("item")
    is_call = kind == "response.output_item.added" and isinstance(item, dict) and item.get("type") in TOOL_CALLS
    return Event(
        tool_names=(str(item.get("name")),) if is_call and item else (),
        model=str(response.get("model") or ""),
        size=len(str(body.get("delta", ""))),
        is_content=".delta" in kind,
        finished=(0,) if kind in ("response.completed", "response.incomplete") else (),
        usage=usage if isinstance(usage, dict) else None,
    )


def error_event(code: str, message: str) -> bytes:
    """What a caller's client shows as an error, in place of the end of the stream."""
    error = {"message": message, "type": "upstream_error", "param": None, "code": code}
    return b"data: " + json.dumps({"error": error}).encode() + b"\n\n"
