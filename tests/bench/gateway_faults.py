"""Calls of a chat model whose first provider fails, in a process of their own, and what a caller gets of them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from typing import Any

import aiohttp

WORDS = "w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11"  # what both providers say
PATIENCE_S = 60.0


async def run(task: dict[str, Any]) -> dict[str, Any]:
    """`count` calls, `at_once` of them at a time: how many ended how, and their seconds in order."""
    left, ends, seconds = iter(range(task["count"])), Counter[str](), []

    async def work(session: aiohttp.ClientSession) -> None:
        for _ in left:
            began_s = time.perf_counter()
            ends[await _end(session, task)] += 1
            seconds.append(time.perf_counter() - began_s)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(work(session) for _ in range(task["at_once"])))
    return {"ends": dict(ends.most_common()), "seconds": sorted(seconds)}


async def _end(session: aiohttp.ClientSession, task: dict[str, Any]) -> str:
    """`ok` for the whole text, once; what a program would take for that and is not has a name of its own."""
    messages = [{"role": "user", "content": "Where is my order?"}]
    body = {"model": task["model"], "messages": messages, "stream": task["is_stream"]}
    headers = {"Authorization": f"Bearer {task['key']}", **task.get("headers", {})}
    url = f"{task['base_url']}/chat/completions"
    try:
        async with asyncio.timeout(PATIENCE_S), session.post(url, json=body, headers=headers) as response:
            data = bytearray()
            try:
                async for part in response.content.iter_any():
                    data += part
            except aiohttp.ClientError:
                return "connection cut"
            return _end_of_stream(bytes(data)) if _is_stream(response) else _end_of_whole(response.status, bytes(data))
    except TimeoutError:
        return "no end in 60 s"
    except aiohttp.ClientError as error:
        return type(error).__name__


def _is_stream(response: aiohttp.ClientResponse) -> bool:
    return response.status == 200 and response.content_type == "text/event-stream"


def _end_of_whole(status: int, data: bytes) -> str:
    try:
        body = json.loads(data)
    except ValueError:
        return f"{status}, no JSON"
    if status != 200:
        error = body.get("error") if isinstance(body, dict) else None
        return f"{status} {error.get('code') if isinstance(error, dict) else error}"
    try:
        return "ok" if body["choices"][0]["message"]["content"].strip() == WORDS else "wrong text"
    except (LookupError, TypeError, AttributeError):
        return "200 without an answer"


def _end_of_stream(data: bytes) -> str:
    text, is_done, has_finish = "", False, False
    for event in data.replace(b"\r\n", b"\n").split(b"\n\n"):
        said = event.removeprefix(b"data:").strip()
        if not event.startswith(b"data:") or said == b"[DONE]":
            is_done |= said == b"[DONE]"
            continue
        try:
            body = json.loads(said)
        except ValueError:
            return "broken event passed on"
        if not isinstance(body, dict) or body.get("error"):
            return "error event after text" if text else "error event"
        for choice in body.get("choices") or ():
            text += (choice.get("delta") or {}).get("content") or ""
            has_finish |= bool(choice.get("finish_reason"))
    if text.strip() != WORDS:
        return "text twice" if len(text) > len(WORDS) else f"cut, looks {'whole' if is_done or has_finish else 'ended'}"
    return "ok" if is_done else "ok, no [DONE]"


def in_own_process(**task: Any) -> dict[str, Any]:
    """The same, outside of this process."""
    done = subprocess.run(
        [sys.executable, __file__], input=json.dumps(task), capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    import uvloop

    print(json.dumps(uvloop.run(run(json.load(sys.stdin)))))
