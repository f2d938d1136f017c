"""The service: an ASGI application, so that a thousand streams need no thousand threads.

Other units are Flask apps; measured on one core, this path needs a seventh of the processor time of the fastest open
gateway, because it parses a request once and passes answers on as bytes.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog

from earpiece.domain.errors import EarpieceError, InvalidInput, NotFound, PayloadTooLarge
from earpiece.telemetry.logs import configure_logs
from earpiece.web.statuses import status_of
from llm_gateway.answering import CALLER_LEFT, Bill, ModelNotFound
from llm_gateway.calls import read_call
from llm_gateway.deps import Deps, connect
from llm_gateway.masking import KNOWN_HEADER, read_known
from llm_gateway.sending import JSON, PROBLEM, Message, Receive, Send, Sending, problem_body, send_whole
from llm_gateway.serve_call import serve_call
from llm_gateway.settings import Settings

log = structlog.get_logger()

PATHS = ("chat/completions", "embeddings", "responses")
GRACE_S = 2.0  # for the end of an answer, after its deadline
DEADLINE_HEADER = b"x-earpiece-deadline-ms"


class BodyTooSlow(InvalidInput):
    slug = "body-too-slow"
    title = "The request did not come in time"


class CallerLeft(Exception):
    """Nobody waits for an answer any more."""


class Gateway:
    """One process's gateway. An ASGI application, with its own start and end of life."""

    def __init__(self, settings: Settings, deps: Deps | None = None) -> None:
        self._settings = settings
        self._deps = deps
        configure_logs("llm_gateway", settings.project_id, settings.log_level)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            match (await receive())["type"]:
                case "lifespan.startup":
                    self._deps = self._deps or connect(self._settings)
                    await send({"type": "lifespan.startup.complete"})
                case "lifespan.shutdown":
                    await self._connected.close()
                    await send({"type": "lifespan.shutdown.complete"})
                    return

    @property
    def _connected(self) -> Deps:
        assert self._deps is not None
        return self._deps

    async def _answer(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        request_id = uuid.uuid4().hex
        send = Sending(send)
        try:
            if method == "GET" and path in ("/healthz", "/readyz"):
                await self._health(path, send)
            elif method == "GET" and (path == "/v1/models" or path.startswith("/v1/models/")):
                await self._models(scope, send)
            elif method == "POST" and path.removeprefix("/v1/") in PATHS and path.startswith("/v1/"):
                await self._call(path.removeprefix("/v1/"), scope, receive, send)
            else:
                raise NotFound(f"there is no {method} {path}")
        except CallerLeft:
            return
        except EarpieceError as error:
            await _send_problem(send, error, request_id)
        except Exception as error:
            log.error("request_failed", error_type=type(error).__name__, exc_info=error)
            if send.has_started:
                raise  # the server cuts the connection: the caller sees that something is missing
            await _send_problem(send, EarpieceError(), request_id)

    async def _health(self, path: str, send: Send) -> None:
        if path == "/readyz":
            await self._connected.ready()
        await send_whole(send, 200, b"ok\n", "text/plain")

    async def _models(self, scope: Mapping[str, Any], send: Send) -> None:
        profile = await self._connected.callers.caller(_header(scope, b"authorization"))
        listed = [
            {"id": one.name, "object": "model", "created": 0, "owned_by": "account"} for one in profile.llm.models
        ]
        name = scope["path"].removeprefix("/v1/models").strip("/")
        if not name:
            await send_whole(send, 200, _json({"object": "list", "data": listed}), JSON)
            return
        found = next((one for one in listed if one["id"] == name), None)
        if found is None:
            raise ModelNotFound(f"the account has no model {name!r}")
        await send_whole(send, 200, _json(found), JSON)

    async def _call(self, path: str, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        began_s = time.monotonic()
        deps = self._connected
        profile = await deps.callers.caller(_header(scope, b"authorization"))
        call = read_call(path, await self._body(receive))
        bill = Bill(profile, call, began_s, datetime.now(UTC), read_known(_header(scope, KNOWN_HEADER)))
        deadline_s = began_s + _deadline_s(scope, self._settings.deadline_s)
        serving = asyncio.ensure_future(serve_call(deps, bill, deadline_s, send))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            # A caller that does not read what it is sent has left too, some time after its deadline.
            patience_s = deadline_s + GRACE_S - time.monotonic()
            await asyncio.wait((serving, leaving), timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
            if not serving.done():  # the caller has gone: so does the upstream's request
                bill.outcome = CALLER_LEFT
                serving.cancel()
            await asyncio.wait((serving,))
            if serving.cancelled():
                raise CallerLeft
            serving.result()
        except asyncio.CancelledError:
            bill.outcome = "interrupted"  # this instance ends, and the answer took longer than it may
            raise
        finally:
            leaving.cancel()
            serving.cancel()

    async def _body(self, receive: Receive) -> bytes:
        try:
            async with asyncio.timeout(self._settings.body_s):
                return await _read_body(receive, self._settings.most_body_bytes)
        except TimeoutError as error:
            raise BodyTooSlow(f"the body did not come within {self._settings.body_s:g} s") from error


async def _send_problem(send: Send, error: EarpieceError, request_id: str) -> None:
    status = status_of(error)
    headers = []
    if error.retryable:
        headers.append(("retry-after", str(error.facts.get("retry_after_s", 1))))
    if status == 401:
        headers.append(("www-authenticate", "Bearer"))
    if isinstance(error, PayloadTooLarge | BodyTooSlow):
        headers.append(("connection", "close"))  # the rest of the body is not read
    await send_whole(send, status, problem_body(error, status, request_id), PROBLEM, headers)


async def _read_body(receive: Receive, most_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerLeft
        part = message.get("body", b"")
        size += len(part)
        if size > most_bytes:
            raise PayloadTooLarge(f"the body is larger than {most_bytes} bytes")
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _deadline_s(scope: Mapping[str, Any], longest_s: float) -> float:
    asked = _header(scope, DEADLINE_HEADER)
    if not asked:
        return longest_s
    if not asked.isdecimal() or len(asked) > 12:
        raise InvalidInput(f"{DEADLINE_HEADER.decode()} must be a whole number of milliseconds")
    return min(max(int(asked) / 1000, 0.05), longest_s)


def _header(scope: Mapping[str, Any], name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _json(body: object) -> bytes:
    return json.dumps(body).encode()
