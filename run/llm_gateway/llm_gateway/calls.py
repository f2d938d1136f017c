"""A caller's request, read once: what routing, limits and the bill need of it; the rest is passed on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earpiece.domain.errors import InvalidInput, MalformedBody
from earpiece.domain.llm import NamedModel

CHARACTERS_PER_TOKEN = 3.2  # rather too few: a reservation must not fall short
UNBOUNDED_ANSWER_TOKENS = 4_096
IMAGE_TOKENS = 1_500


@dataclass(frozen=True, slots=True)
class Call:
    """`path` is what comes after `/v1/`. `body` is not changed: each attempt makes its own copy."""

    path: str
    body: Mapping[str, Any]
    model_name: str
    is_stream: bool
    wants_usage: bool
    input_tokens: int  # estimated
    most_output_tokens: int
    tools: frozenset[str] = frozenset()


def read_call(path: str, data: bytes) -> Call:
    """Raises MalformedBody or InvalidInput."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise MalformedBody("the body is not JSON") from error
    if not isinstance(body, dict):
        raise MalformedBody("the body is not a JSON object")
    name = body.get("model")
    if not isinstance(name, str) or not name:
        raise InvalidInput("`model` must name one of the account's models", param="model")
    is_stream = bool(body.get("stream", False))
    options = body.get("stream_options")
    wants_usage = isinstance(options, dict) and bool(options.get("include_usage"))
    if path == "chat/completions" and not isinstance(body.get("messages"), list):
        raise InvalidInput("`messages` must be a list", param="messages")
    size = _input_tokens(body, len(data))
    return Call(path, body, name, is_stream, wants_usage, size, _output_tokens(path, body), _tools(body))


def body_for(call: Call, model: str) -> bytes:
    """What an upstream gets: the same, with its own name of the model, and usage asked for in streams."""
    body = {**call.body, "model": model}
    if call.is_stream and call.path == "chat/completions":
        options = call.body.get("stream_options")
        body["stream_options"] = {**(options if isinstance(options, dict) else {}), "include_usage": True}
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half a surrogate pair: JSON can say it, UTF-8 cannot
        return json.dumps(body, separators=(",", ":")).encode()


def fits(call: Call, model: NamedModel, context_tokens: int) -> bool:
    """Whether the call may fit into a route's window, as far as that is known."""
    return not context_tokens or call.input_tokens <= context_tokens * 1.3 or len(model.routes) == 1


def _tools(body: Mapping[str, Any]) -> frozenset[str]:
    """The names of the tools that the model may call."""
    offered = [*_dicts(body.get("tools")), *_dicts(body.get("functions"))]
    named = [one.get("function") or one.get("custom") or one for one in offered]
    return frozenset(one["name"] for one in named if isinstance(one, dict) and isinstance(one.get("name"), str))


def _dicts(found: object) -> list[dict[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _input_tokens(body: Mapping[str, Any], size: int) -> int:
    images = 0
    if size > 20_000:  # an image inline is no text
        text, images = _text_and_images(body.get("messages"))
        size = text + len(json.dumps(body.get("tools", ())))
    return int(size / CHARACTERS_PER_TOKEN) + images * IMAGE_TOKENS + 1


def _text_and_images(messages: object) -> tuple[int, int]:
    text = images = 0
    for message in messages if isinstance(messages, list) else ():
        content = message.get("content") if isinstance(message, dict) else None
        if isinstance(content, str):
            text += len(content) + 8
        for part in content if isinstance(content, list) else ():
            if isinstance(part, dict) and "text" in part:
                text += len(str(part["text"])) + 8
            else:
                images += 1
    return text, images


def _output_tokens(path: str, body: Mapping[str, Any]) -> int:
    if path == "embeddings":
        return 0
    for name in ("max_completion_tokens", "max_tokens", "max_output_tokens"):
        most = body.get(name)
        if isinstance(most, int) and not isinstance(most, bool) and most > 0:
            count = body.get("n", 1)
            return most * (count if isinstance(count, int) and 0 < count <= 128 else 1)
    return UNBOUNDED_ANSWER_TOKENS
