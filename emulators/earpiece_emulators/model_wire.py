"""What OpenAI and Azure OpenAI answer, byte for byte as far as clients look.

platform.openai.com/docs/api-reference; learn.microsoft.com/azure/ai-services/openai/reference and its page on filters
"""

from __future__ import annotations

import base64
import json
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

CREATED = 1_763_856_000
DONE = b"data: [DONE]\n\n"
_SAFE = {kind: {"filtered": False, "severity": "safe"} for kind in ("hate", "self_harm", "sexual", "violence")}
_VECTOR = (0.25, -0.5, 0.125)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer before it is put on the wire. `tool` is the name of one that is called, with `text` as arguments."""

    model: str
    text: str
    input_tokens: int
    tool: str = ""
    is_azure: bool = False
    count: int = 1  # answers, all of the same words
    piece_length: int = 0  # 0: a word each

    def words(self) -> list[str]:
        return re.findall(r"\S+\s*|\s+", self.text)

    def pieces(self) -> list[str]:
        length = self.piece_length
        return [self.text[at : at + length] for at in range(0, len(self.text), length)] if length else self.words()

    def usage(self) -> dict[str, Any]:
        words = self.count * len(self.words())
        return {
            "prompt_tokens": self.input_tokens,
            "completion_tokens": words,
            "total_tokens": self.input_tokens + words,
            "prompt_tokens_details": {"cached_tokens": 0},
        }


def chat(said: Said) -> dict[str, Any]:
    """The body of a chat completion."""
    message: dict[str, Any] = {"role": "assistant", "content": said.text, "refusal": None}
    if said.tool:
        message |= {"content": None, "tool_calls": [_tool_call(said.tool, said.text)]}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "tool_calls" if said.tool else "stop"}
    filtered = {"prompt_filter_results": [{"prompt_index": 0, "content_filter_results": _SAFE}]}
    if said.is_azure:
        choice["content_filter_results"] = _SAFE
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": CREATED,
        "model": said.model,
        "choices": [{**choice, "index": index} for index in range(said.count)],
        "usage": said.usage(),
        **(filtered if said.is_azure else {}),
    }


def chat_events(said: Said, *, wants_usage: bool) -> Iterator[tuple[bytes, bool]]:
    """The events of a streamed one, and of each whether it holds content; `[DONE]` is the last."""
    if said.is_azure:
        yield (
            event({**_chunk(said), "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": _SAFE}]}),
            False,
        )
    for index in range(said.count):
        yield from _choice_events(said, index)
    if wants_usage:
        yield event({**_chunk(said), "usage": said.usage()}), False
    yield DONE, False


def _choice_events(said: Said, index: int) -> Iterator[tuple[bytes, bool]]:
    yield event(_chunk(said, {"role": "assistant", "content": ""}, index=index)), False
    if said.tool:
        called = {"index": 0, **_tool_call(said.tool, "")}
        yield event(_chunk(said, {"tool_calls": [called]}, index=index)), True
    for piece in said.pieces() if said.piece_length or not said.tool else [said.text]:
        arguments = {"index": 0, "function": {"arguments": piece}}
        yield event(_chunk(said, {"tool_calls": [arguments]} if said.tool else {"content": piece}, index=index)), True
    yield event(_chunk(said, {}, "tool_calls" if said.tool else "stop", index=index)), False


def response(said: Said) -> dict[str, Any]:
    """The body of the responses API."""
    content = {"type": "output_text", "text": said.text, "annotations": []}
    usage = said.usage()
    message = {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [content]}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": CREATED,
        "status": "completed",
        "model": said.model,
        "output": [message],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": usage["prompt_tokens"],
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": usage["completion_tokens"],
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": usage["total_tokens"],
        },
    }


def response_events(said: Said, *, tells_usage: bool) -> Iterator[tuple[bytes, bool]]:
    whole = {**response(said), **({} if tells_usage else {"usage": None})}
    begun = {**whole, "status": "in_progress", "output": [], "usage": None}
    yield _named_event({"type": "response.created", "sequence_number": 0, "response": begun}), False
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0, "logprobs": []}
    for number, piece in enumerate(said.pieces(), 1):
        told = {"type": "response.output_text.delta", "sequence_number": number, "delta": piece, **place}
        yield _named_event(told), True
    yield _named_event({"type": "response.completed", "sequence_number": 99_999, "response": whole}), False


def embeddings(body: Mapping[str, Any], model: str) -> dict[str, Any]:
    given = body.get("input")
    count = len(given) if isinstance(given, list) else 1
    packed = base64.b64encode(struct.pack(f"<{len(_VECTOR)}f", *_VECTOR)).decode()
    vector = packed if body.get("encoding_format") == "base64" else list(_VECTOR)
    listed = [{"object": "embedding", "index": place, "embedding": vector} for place in range(count)]
    return {
        "object": "list",
        "data": listed,
        "model": model,
        "usage": {"prompt_tokens": 4 * count, "total_tokens": 4 * count},
    }


def content_filter_error() -> dict[str, Any]:
    """Azure's, with which filter and how severe."""
    found = {**_SAFE, "jailbreak": {"filtered": False, "detected": False}}
    found["violence"] = {"filtered": True, "severity": "medium"}
    inner = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": found}
    message = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy."
    return {
        "message": message,
        "type": None,
        "param": "prompt",
        "code": "content_filter",
        "status": 400,
        "innererror": inner,
    }


def plain_error(message: str, kind: str, code: str | None) -> dict[str, Any]:
    return {"message": message, "type": kind, "param": None, "code": code}


def tool_call_event(name: str) -> bytes:
    said = Said("", "", 0)
    return event(_chunk(said, {"tool_calls": [{"index": 0, **_tool_call(name, "{}")}]}))


def event(body: object) -> bytes:
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def _named_event(body: Mapping[str, Any]) -> bytes:
    return f"event: {body['type']}\n".encode() + event(body)


def _chunk(
    said: Said, delta: Mapping[str, Any] | None = None, finish: str | None = None, *, index: int = 0
) -> dict[str, Any]:
    choice: dict[str, Any] = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
    if said.is_azure:
        choice["content_filter_results"] = _SAFE
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": said.model,
        "choices": [] if delta is None else [choice],
    }


def _tool_call(name: str, arguments: str) -> dict[str, Any]:
    return {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
