"""Calls of a chat model, so many at once, in a process of their own: latency, and the first token of streams."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from typing import Any

import aiohttp

PROMPT = [{"role": "user", "content": "Where is my order? " * 8}]


async def run(task: dict[str, Any]) -> dict[str, float]:
    """`count` calls, `at_once` of them at a time; milliseconds, and calls a second."""
    left, latencies, first = iter(range(task["count"])), [], []
    failures = 0
    body = json.dumps({"model": task["model"], "messages": PROMPT, "stream": task["is_stream"]}).encode()
    headers = {"Authorization": f"Bearer {task['key']}", "Content-Type": "application/json", **task.get("headers", {})}
    url = f"{task['base_url']}/chat/completions"

    async def work(session: aiohttp.ClientSession) -> None:
        nonlocal failures
        for _ in left:
            began_s, first_s = time.perf_counter(), None
            async with session.post(url, data=body, headers=headers) as response:
                async for _part in response.content.iter_any():
                    first_s = first_s or time.perf_counter()
                failures += response.status != 200
            latencies.append((time.perf_counter() - began_s) * 1000)
            first.append(((first_s or time.perf_counter()) - began_s) * 1000)

    began_s = time.perf_counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(work(session) for _ in range(task["at_once"])))
    elapsed_s = time.perf_counter() - began_s
    return {
        "per_s": task["count"] / elapsed_s,
        "p50_ms": _percentile(latencies, 0.5),
        "p99_ms": _percentile(latencies, 0.99),
        "first_p50_ms": _percentile(first, 0.5),
        "first_p99_ms": _percentile(first, 0.99),
        "failures": float(failures),
    }


def in_own_process(**task: Any) -> dict[str, float]:
    """The same, outside of this process."""
    done = subprocess.run(
        [sys.executable, __file__], input=json.dumps(task), capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


if __name__ == "__main__":
    import uvloop

    print(json.dumps(uvloop.run(run(json.load(sys.stdin)))))
