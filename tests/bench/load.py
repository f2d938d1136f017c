"""A load generator in a process of its own: keep-alive connections, closed loop or a fixed rate."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

Request = tuple[str, bytes, dict[str, str]]  # path, body, headers


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def run(
    url: str, requests: list[Request], *, connections: int, rate_per_s: float | None, method: str = "POST"
) -> dict[str, float]:
    """Send each request once; requests per second and latencies in ms, measured from when each was due."""
    due = iter(enumerate(requests))
    taking = threading.Lock()
    latencies: list[float] = []
    failures: list[int] = []
    began = time.perf_counter()

    def work() -> None:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        while True:
            with taking:
                taken = next(due, None)
            if taken is None:
                return
            number, (path, body, headers) = taken
            start = began + number / rate_per_s if rate_per_s else time.perf_counter()
            time.sleep(max(start - time.perf_counter(), 0))
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            latencies.append((time.perf_counter() - start) * 1000)
            if answer.status >= 300:
                failures.append(answer.status)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - began
    return {
        "per_s": len(requests) / elapsed,
        "p50_ms": percentile(latencies, 0.5),
        "p99_ms": percentile(latencies, 0.99),
        "failures": float(len(failures)),
    }


def in_own_process(url: str, make: Callable[[], list[Request]], **options: Any) -> dict[str, float]:
    """The same, outside of this process, so that the generator's own work is not on our interpreter's lock."""
    listed = [(path, body.decode("latin-1"), headers) for path, body, headers in make()]
    task = json.dumps({"url": url, "requests": listed, **options})
    done = subprocess.run([sys.executable, __file__], input=task, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    task = json.load(sys.stdin)
    asked = [(path, body.encode("latin-1"), headers) for path, body, headers in task["requests"]]
    given = {name: task[name] for name in ("connections", "rate_per_s", "method") if name in task}
    print(json.dumps(run(task["url"], asked, **given)))
