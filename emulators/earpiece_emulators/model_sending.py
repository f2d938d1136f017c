"""How the stand-in of a model provider sends an answer, or fails to."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections.abc import Iterable
from email.utils import formatdate
from typing import Any

from aiohttp import web

from earpiece_emulators import model_wire as wire
from earpiece_emulators.model_behaviour import Behaviour, Fault

RESET_PAUSE_S = 0.05  # a reset throws away what the other side has not read yet
_REFUSALS: dict[Fault, tuple[int, dict[str, Any]]] = {
    Fault.RATE_LIMIT: (429, wire.plain_error("Rate limit reached for requests", "requests", "rate_limit_exceeded")),
    Fault.SERVER_ERROR: (500, wire.plain_error("The server had an error", "server_error", None)),
    Fault.UNAUTHORIZED: (
        401,
        wire.plain_error("Incorrect API key provided", "invalid_request_error", "invalid_api_key"),
    ),
    Fault.CONTENT_FILTER: (400, wire.content_filter_error()),
    Fault.CONTEXT_LENGTH: (
        400,
        wire.plain_error("Maximum context length is 8192", "invalid_request_error", "context_length_exceeded"),
    ),
}


async def refused(request: web.Request, behaviour: Behaviour, fault: Fault) -> web.StreamResponse | None:
    """What is answered in place of an answer."""
    if fault in _REFUSALS:
        status, error = _REFUSALS[fault]
        headers = {"Retry-After": _retry_after(behaviour)} if status == 429 else {}
        return web.json_response({"error": error}, status=status, headers=headers)
    match fault:
        case Fault.UNAVAILABLE:
            page = "<html><body>503 Service Unavailable</body></html>"
            return web.Response(status=503, text=page, content_type="text/html")
        case Fault.REDIRECT:
            name, path = request.match_info["name"], request.match_info["path"]
            return web.Response(status=307, headers={"Location": f"/{name}-elsewhere/{path}"})
        case Fault.REPEATS_KEY:
            error = wire.plain_error(f"No access with {_key(request)}", "invalid_request_error", "no_access")
            return web.json_response({"error": error}, status=400)
        case Fault.RESET:
            _reset(request)
            return web.Response()
        case Fault.HANG:
            await asyncio.sleep(3600)
        case Fault.SLOW_HEADERS:
            await asyncio.sleep(behaviour.slow_s)
    return None


async def send_whole(request: web.Request, body: dict[str, Any], fault: Fault) -> web.StreamResponse:
    if fault is Fault.EMPTY_CHOICES:
        body["choices"] = []
    if fault is Fault.NO_USAGE:
        body["usage"] = {}
    data = json.dumps(body).encode()
    match fault:
        case Fault.MALFORMED:
            data = data[:-7]
        case Fault.INVALID_UTF8:
            data = data.replace(b'"content": "', b'"content": "\xc3\x28')
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    if fault is not Fault.ENDLESS:
        answer.content_length = len(data)
    await answer.prepare(request)
    if fault is Fault.RESET_WITHIN:
        await answer.write(data[: len(data) // 2])
        await asyncio.sleep(RESET_PAUSE_S)
        _reset(request)
        return answer
    while fault is Fault.ENDLESS:
        await answer.write(b" " * 65_536)
        await asyncio.sleep(0.01)
    await answer.write(data)
    await answer.write_eof()
    return answer


async def send_stream(
    request: web.Request, events: Iterable[tuple[bytes, bool]], fault: Fault, behaviour: Behaviour
) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await answer.prepare(request)
    said = 0
    for data, is_content in events:
        if is_content:
            if said == behaviour.after and await _goes_wrong(request, answer, data, fault):
                return answer
            await asyncio.sleep(behaviour.interval_s if said else 0)
            said += 1
        if fault is not Fault.EMPTY_CHOICES or data == wire.DONE:
            await answer.write(data)
    if fault is Fault.LINGERS:
        await asyncio.sleep(3600)
    await answer.write_eof()
    return answer


async def _goes_wrong(request: web.Request, answer: web.StreamResponse, data: bytes, fault: Fault) -> bool:
    """Meet the fault within a stream, in place of the event `data`; whether that was its end."""
    match fault:
        case Fault.RESET_WITHIN:
            await asyncio.sleep(RESET_PAUSE_S)
            _reset(request)
        case Fault.MALFORMED:
            await answer.write(data[:-6] + b"\n\n")
            return False
        case Fault.INVALID_UTF8:
            await answer.write(data.replace(b'"content": "', b'"content": "\xc3\x28'))
            return False
        case Fault.ERROR_EVENT:
            told = wire.plain_error(f"The server had an error with {_key(request)}", "server_error", None)
            await answer.write(wire.event({"error": told}))
            await answer.write_eof()
        case Fault.LATE_TOOL:
            await answer.write(wire.tool_call_event("never_offered"))
            return False
        case Fault.TRUNCATED:
            await answer.write_eof()
        case Fault.STALL:
            await asyncio.sleep(3600)
        case Fault.ENDLESS:
            while True:
                await answer.write(data)
                await asyncio.sleep(0.01)
        case _:
            return False
    return True


def _retry_after(behaviour: Behaviour) -> str:
    if behaviour.says_date:
        return formatdate(time.time() + behaviour.retry_after_s, usegmt=True)
    return f"{behaviour.retry_after_s:g}"


def _key(request: web.Request) -> str:
    return request.headers.get("api-key") or request.headers.get("Authorization", "").removeprefix("Bearer ")


def _reset(request: web.Request) -> None:
    transport = request.transport
    if transport is None:
        return
    linger = struct.pack("ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()
