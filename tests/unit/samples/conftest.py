"""A small intake that keeps what it acknowledged and fails when a test wants it to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

DROP = -1  # close the connection without an answer


class Intake:
    """`answer` maps the number of a request (from 1) and its body to a status; `headers` go with every answer."""

    def __init__(self) -> None:
        self.answer: Callable[[int, bytes], int] = lambda _number, _body: 200
        self.headers: dict[str, str] = {}
        self.paths: set[str] = set()
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.request_count = self.connection_count = 0
        self.url = ""
        self._lock = threading.Lock()

    def take(self, path: str, headers: dict[str, str], body: bytes) -> int:
        with self._lock:
            self.request_count += 1
            self.paths.add(path)
            status = self.answer(self.request_count, body)
            if 200 <= status < 300:
                self.taken.append((headers, body))
            return status


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    intake: ClassVar[Intake]

    def setup(self) -> None:
        super().setup()
        self.intake.connection_count += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status = self.intake.take(self.path, headers, body)
        if status == DROP:
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in {**self.intake.headers, "content-length": "2"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        """Tell nobody."""


@contextmanager
def serving(intake: Intake) -> Iterator[Intake]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"intake": intake}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    intake.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield intake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def intake() -> Iterator[Intake]:
    with serving(Intake()) as running:
        yield running
