"""A caller's request, read once: what routing, limits and the bill need of it; the rest is passed on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earpiece.domain.errors import InvalidInput, MalformedBody
from earpiece.domain.llm import NamedModel, Route

BYTES_PER_TOKEN = 3.2  # rather too few: a reservation must not fall short
UNBOUNDED_ANSWER_TOKENS = 4_096
MOST_ANSWER_TOKENS = 1_000_000_000  # more is no bound
MEDIA_TOKENS = 1_500
SMALL_BODY_BYTES = 20_000  # within which nothing is worth looking for: all of it counts as text
_MEDIA = frozenset({"image_url", "input_audio", "file", "file_data", "file_url"})


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
    answer_count: int = 1  # the caller's `n`
    is_bounded: bool = True  # whether the caller said how long an answer may be

    def most_output_of(self, route: Route) -> int:
        """How many tokens a route may answer with, of all answers together."""
        if self.is_bounded:
            return self.most_output_tokens
        return max(self.most_output_tokens, self.answer_count * route.most_output_tokens)


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
    if path == "responses" and body.get("background"):  # nobody could fetch it here, and no budget would hold it
        raise InvalidInput("`background` is not offered: answers come with the call that asks", param="background")
    count, most = _answer_count(path, body), _most_answer_tokens(path, body)
    return Call(
        path,
        body,
        name,
        is_stream,
        wants_usage,
        input_tokens=_input_tokens(body, len(data)),
        most_output_tokens=count * (UNBOUNDED_ANSWER_TOKENS if most is None else most),
        tools=_tools(body),
        answer_count=count,
        is_bounded=most is not None,
    )


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
    media = 0
    if size > SMALL_BODY_BYTES:  # an image inline is no text
        size, media = _text_and_media(body)
    return int(size / BYTES_PER_TOKEN) + media * MEDIA_TOKENS + 1


def _text_and_media(body: Mapping[str, Any]) -> tuple[int, int]:
    """Bytes of all that a model reads as text, and how many pictures, sounds and files there are."""
    size = media = 0
    waiting: list[tuple[str, Any]] = [("", body)]
    while waiting:
        name, value = waiting.pop()
        match value:
            case _ if name in _MEDIA:
                media += 1
            case str():
                is_inline = value.startswith("data:")
                media += is_inline
                size += 0 if is_inline else len(value) if value.isascii() else len(value.encode(errors="replace"))
            case dict():
                waiting.extend(value.items())
                size += sum(map(len, value)) + 4 * len(value)
            case list():
                waiting.extend((name, one) for one in value)
            case _:
                size += 4  # a number may be a token
    return size, media


def _answer_count(path: str, body: Mapping[str, Any]) -> int:
    count = body.get("n", 1)
    is_count = isinstance(count, int) and not isinstance(count, bool) and 0 < count <= 128
    return count if is_count and path == "chat/completions" else 1


def _most_answer_tokens(path: str, body: Mapping[str, Any]) -> int | None:
    """Of one answer; None where the caller sets no bound."""
    if path == "embeddings":
        return 0
    for name in ("max_completion_tokens", "max_tokens", "max_output_tokens"):
        most = body.get(name)
        if isinstance(most, int) and not isinstance(most, bool) and most > 0:
            return min(most, MOST_ANSWER_TOKENS)
    return None
