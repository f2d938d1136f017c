"""Answers on the wire: ASGI messages, and every error both as a problem and as OpenAI's clients expect it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any

from earpiece.domain.errors import EarpieceError, PayloadTooLarge
from earpiece.web.statuses import status_of

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
UNREAD = (PayloadTooLarge.slug, "body-too-slow")  # of these the rest of the body is not read
Headers = Iterable[tuple[str, str]]
JSON, PROBLEM, STREAM = "application/json", "application/problem+json", "text/event-stream; charset=utf-8"


class Sending:
    """`send` of one request, which knows whether an answer has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0  # none was sent

    @property
    def has_started(self) -> bool:
        return self.status > 0

    async def __call__(self, message: Message) -> None:
        self.status = self.status or message["status"]
        await self._send(message)


async def send_whole(send: Send, status: int, data: bytes, content_type: str, headers: Headers = ()) -> None:
    """One answer in one piece."""
    await send(start(status, content_type, (*headers, ("content-length", str(len(data))))))
    await send({"type": "http.response.body", "body": data})


async def send_problem(send: Send, error: EarpieceError, request_id: str) -> None:
    """Every error of ours, with when to come again."""
    status = status_of(error)
    headers = []
    if error.retryable:
        headers.append(("retry-after", str(error.facts.get("retry_after_s", 1))))
    if status == 401:
        headers.append(("www-authenticate", "Bearer"))
    if error.slug in UNREAD:
        headers.append(("connection", "close"))
    await send_whole(send, status, problem_body(error, status, request_id), PROBLEM, headers)


def start(status: int, content_type: str, headers: Headers = ()) -> Message:
    """The first message of an answer."""
    listed = [("content-type", content_type), *headers]
    return {
        "type": "http.response.start",
        "status": status,
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in listed],
    }


def problem_body(error: EarpieceError, status: int, request_id: str) -> bytes:
    """RFC 9457, with the member `error` from which OpenAI's clients make their exception."""
    facts: Mapping[str, Any] = {name: value for name, value in error.facts.items() if name != "retry_after_s"}
    told = {
        "message": error.detail,
        "type": "invalid_request_error" if status < 500 and status != 429 else "gateway_error",
        "param": facts.get("param"),
        "code": error.slug.replace("-", "_"),
    }
    body = {
        "type": f"urn:earpiece:problem:{error.slug}",
        "title": error.title,
        "status": status,
        "detail": error.detail,
        "instance": f"urn:earpiece:request:{request_id}",
        **facts,
        "error": told,
    }
    return json.dumps(body).encode()
