"""The health door of a stand-in: 200 on every GET, once it serves."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from earpiece_emulators.ports import LOOPBACK


class _Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """A probe is no news."""


def serve_health(port: int) -> None:
    """Serve until the process ends."""
    ThreadingHTTPServer((LOOPBACK, port), _Healthy).serve_forever()
