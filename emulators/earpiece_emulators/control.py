"""The runtime's own HTTP door: Cloud Run's job API, and the request to go down."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from earpiece.domain.errors import EarpieceError, InvalidInput, MalformedBody, NotFound, UnsupportedMediaType
from earpiece_emulators.jobs import Jobs, execution_json, operation_json
from earpiece_emulators.ports import LOOPBACK

_JOB = r"(projects/[^/]+/locations/[^/]+/jobs/[^/:]+)"
_RUN = re.compile(rf"/v2/{_JOB}:run")
_EXECUTION = re.compile(rf"/v2/({_JOB}/executions/[^/]+)")
_EXECUTIONS = re.compile(rf"/v2/{_JOB}/executions")
_OPERATION = re.compile(r"/v2/(projects/[^/]+/locations/[^/]+)/operations/([^/]+)")
_LARGEST_BODY = 1 << 20


class Control:
    """Serves on a port until closed. `go_down` is called with the seconds that draining may take."""

    def __init__(self, port: int, jobs: Jobs, go_down: Callable[[float], None]) -> None:
        self.jobs = jobs
        self.go_down = go_down
        self._server = ThreadingHTTPServer((LOOPBACK, port), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="control", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def get(self, path: str) -> dict[str, Any]:
        if found := _EXECUTION.fullmatch(path):
            return execution_json(self.jobs.find(found[1]))
        if found := _EXECUTIONS.fullmatch(path):
            of_job = [execution for execution in self.jobs.executions() if execution.job == found[1]]
            return {"executions": [execution_json(execution) for execution in reversed(of_job)]}
        if found := _OPERATION.fullmatch(path):
            return operation_json(self._by_operation(found[1], found[2]))
        raise NotFound(f"nothing is at {path}")

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if found := _RUN.fullmatch(path):
            return operation_json(self.jobs.run(found[1], body))
        if path == "/down":
            self.go_down(_seconds(body.get("timeout_s", 60)))
            return {}
        raise NotFound(f"nothing is at {path}")

    def _by_operation(self, place: str, operation: str) -> Any:
        for execution in self.jobs.executions():
            if execution.name.startswith(f"{place}/") and execution.name.endswith(f"/executions/{operation}"):
                return execution
        raise NotFound(f"there is no operation {operation}")


def _seconds(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value)
    raise InvalidInput("timeout_s must be a number of seconds from 0")


def _handler(control: Control) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(lambda: control.get(self.path))

        def do_POST(self) -> None:
            self._answer(lambda: control.post(self.path, self._body()))

        def log_message(self, *_: object) -> None:
            """Executions have logs of their own."""

        def _body(self) -> dict[str, Any]:
            # A page in a browser cannot send this type to another origin unasked.
            if self.headers.get_content_type() != "application/json":
                raise UnsupportedMediaType
            try:
                length = min(int(self.headers.get("content-length") or 0), _LARGEST_BODY)
                body = json.loads(self.rfile.read(length) or b"{}")
            except ValueError as error:
                raise MalformedBody from error
            if not isinstance(body, dict):
                raise MalformedBody("the body must be a JSON object")
            return body

        def _answer(self, act: Callable[[], dict[str, Any]]) -> None:
            try:
                status, answer = 200, act()
            except EarpieceError as error:
                status, answer = _google_error(error)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


def _google_error(error: EarpieceError) -> tuple[int, dict[str, Any]]:
    """The error in Google's form (google.rpc.Status as JSON)."""
    status, name = (404, "NOT_FOUND") if isinstance(error, NotFound) else (400, "INVALID_ARGUMENT")
    return status, {"error": {"code": status, "message": str(error), "status": name}}
