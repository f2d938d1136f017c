"""A stand-in for both APIs and the pages around the widget, on one port: answers as theirs, and failures on demand."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types lit-html"
)
FEATURES = ["suggestions", "completion", "links", "conversation", "search", "assistants", "summary", "feedback"]
TYPES = {".js": "text/javascript", ".html": "text/html", ".css": "text/css"}


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str  # without the query
    body: Any
    token: str
    at_s: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class Failing:
    """How calls whose path ends so fail; `retry_after_s` as the doors send it."""

    status: int
    slug: str = ""
    retry_after_s: float | None = None


@dataclass
class WidgetApis:
    """What the APIs know and answer. Tests change it while the widget looks."""

    assets: Path
    pages: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)  # of pages that are no HTML
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Security-Policy": CSP})  # of pages
    capabilities: dict[str, Any] = field(default_factory=lambda: dict(a_capable_account()))
    conversations: dict[str, dict[str, Any]] = field(default_factory=dict)
    offers: dict[str, dict[str, Any]] = field(default_factory=dict)
    replies: list[dict[str, Any]] = field(default_factory=list)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    failing: dict[str, Failing] = field(default_factory=dict)  # by the end of the path
    held: dict[str, threading.Event] = field(default_factory=dict)  # answers wait until it is set
    allowed_origin: str = ""  # of pages elsewhere that may call, as the doors let them (CORS)
    refused_tokens: set[str] = field(default_factory=set)
    calls: list[Call] = field(default_factory=list)
    address: str = ""

    def called(self, end: str, method: str = "") -> list[Call]:
        return [one for one in list(self.calls) if one.path.endswith(end) and method in {"", one.method}]

    def feedback(self) -> list[dict[str, Any]]:
        """The events that arrived, each once, as the API would keep them."""
        events = {event["event_id"]: event for call in self.called("/feedback") for event in call.body["events"]}
        return list(events.values())

    def says(self, conversation_id: str, role: str, text: str, **more: Any) -> None:
        conversation = self.conversations[conversation_id]
        number = len(conversation["messages"]) + 1
        said = a_message(f"{conversation_id}-{number}", role, text, minute=number) | more
        self.conversations[conversation_id] = conversation | {
            "messages": [*conversation["messages"], said],
            "based_on": number,
        }

    def answer(self, call: Call, known_etag: str) -> tuple[int, Any, dict[str, str]]:
        self.calls.append(call)
        for end, event in list(self.held.items()):
            if call.path.endswith(end):
                event.wait(20)
        if call.token in self.refused_tokens:
            return a_problem(Failing(401, "unauthenticated"))
        for end, failing in list(self.failing.items()):
            if call.path.endswith(end):
                return a_problem(failing)
        return self._found(call, known_etag)

    def _found(self, call: Call, known_etag: str) -> tuple[int, Any, dict[str, str]]:
        match call.path.removeprefix("/v1/").split("/"):
            case ["capabilities"]:
                return 200, self.capabilities, {}
            case ["conversations", "by-platform-id", _, platform_id]:
                return self._conversation(platform_id, known_etag)
            case ["conversations", conversation_id]:
                return self._conversation(conversation_id, known_etag)
            case ["conversations", conversation_id, "suggestions"]:
                conversation = self.conversations[conversation_id]
                return (
                    200,
                    self.offers.get(conversation_id, some_offers([])) | {"based_on": conversation["based_on"]},
                    {},
                )
            case ["replies", "search"]:
                wanted = call.body["query"].lower()
                return 200, {"replies": [one for one in self.replies if wanted in one["text"].lower()]}, {}
            case ["conversations", conversation_id, "assistants", code]:
                return self._assistant(conversation_id, code, call)
            case ["feedback"]:
                return 202, {"kept": len(call.body["events"])}, {}
        return a_problem(Failing(404, "not-found"))

    def _conversation(self, conversation_id: str, known_etag: str) -> tuple[int, Any, dict[str, str]]:
        found = self.conversations.get(conversation_id)
        if found is None:
            return a_problem(Failing(404, "not-found"))
        etag = f'"{hash(json.dumps(found, sort_keys=True))}"'
        return (304, None, {"ETag": etag}) if known_etag == etag else (200, found, {"ETag": etag})

    def _assistant(self, conversation_id: str, code: str, call: Call) -> tuple[int, Any, dict[str, str]]:
        result = self.results.get(code, a_result(code, ""))
        if call.method == "PUT":
            result = result | {"final_text": call.body["text"]}
            self.results[code] = result
            conversation = self.conversations[conversation_id]
            others = [one for one in conversation["assistants"] if one["code"] != code]
            self.conversations[conversation_id] = conversation | {"assistants": [*others, result]}
        return 200, result, {}


def a_problem(failing: Failing) -> tuple[int, Any, dict[str, str]]:
    headers = {"Content-Type": "application/problem+json"}
    if failing.retry_after_s is not None:
        headers["Retry-After"] = f"{failing.retry_after_s:g}"
    return (
        failing.status,
        {"type": f"urn:earpiece:problem:{failing.slug or 'store-unavailable'}", "status": failing.status},
        headers,
    )


def a_capable_account(**more: Any) -> Mapping[str, Any]:
    assistants = [{"code": "rewrite", "title": "Rewrite", "takes_text": True, "options": ["friendlier", "shorter"]}]
    return {
        "features": FEATURES,
        "assistants": assistants,
        "default_language": "en",
        "link_hosts": ["help.example.com"],
    } | more


def a_message(message_id: str, role: str, text: str, minute: int = 0) -> dict[str, Any]:
    return {
        "message_id": message_id,
        "role": role,
        "participant_id": f"p-{role}",
        "text": text,
        "visibility": "public",
        "sent_at": f"2026-11-23T10:{minute:02d}:00Z",
        "edited_at": None,
        "is_removed": False,
    }


def a_conversation(conversation_id: str, customer: str, *texts: str) -> dict[str, Any]:
    """Of a customer, who begins, and the agent Ada."""
    roles = ["customer", "agent"]
    return {
        "conversation_id": conversation_id,
        "platform": "custom",
        "platform_conversation_id": conversation_id,
        "status": "open",
        "agent_id": "p-agent",
        "locale": "en",
        "based_on": len(texts),
        "participants": [
            {"participant_id": "p-customer", "role": "customer", "name": customer},
            {"participant_id": "p-agent", "role": "agent", "name": "Ada"},
        ],
        "messages": [
            a_message(f"{conversation_id}-{n}", roles[(n + 1) % 2], text, n) for n, text in enumerate(texts, 1)
        ],
        "assistants": [],
    }


def a_suggestion(number: int, text: str, **more: Any) -> dict[str, Any]:
    slots = re.findall(r"\{(\w+)\}", text)
    return {
        "id": f"s-{number}",
        "text": text,
        "replace": [0, 0],
        "score": 0.9 - number / 10,
        "source": "model",
        "slots": slots,
    } | more


def some_offers(
    texts: list[str], *, set_id: str = "set-1", links: list[dict[str, Any]] | None = None, **more: Any
) -> dict[str, Any]:
    return {
        "set_id": set_id,
        "suggestions": [a_suggestion(number, text) for number, text in enumerate(texts, 1)],
        "links": links or [],
        "completion": None,
        "pack": None,
        "model_version": "2026-11-22.1",
        "settings_version": "1",
        "based_on": 0,
        "degraded": False,
        "reasons": [],
    } | more


def a_result(code: str, text: str, **more: Any) -> dict[str, Any]:
    state = "done" if text else "skipped"
    return {
        "code": code,
        "run_id": "run-1",
        "state": state,
        "reason": "",
        "is_stale": False,
        "is_trimmed": False,
        "text": text,
        "result": {},
        "final_text": None,
    } | more


@contextmanager
def serving(apis: WidgetApis) -> Iterator[WidgetApis]:
    """The stand-in at `apis.address`, until the test ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(apis))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    apis.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield apis
    finally:
        for event in apis.held.values():
            event.set()
        server.shutdown()
        server.server_close()


def _handler(apis: WidgetApis) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            with suppress(ConnectionError):  # the page went away
                super().handle()

        def log_message(self, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path in apis.pages:
                self._send(
                    200, apis.pages[path].encode(), {"Content-Type": apis.types.get(path, "text/html"), **apis.headers}
                )
            elif (file := apis.assets / path.removeprefix("/assets/")).is_file() and path.startswith("/assets/"):
                self._send(200, file.read_bytes(), {"Content-Type": TYPES.get(file.suffix, "text/plain")})
            else:
                self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            call = Call(self.command, self.path.partition("?")[0], json.loads(body) if body else None, token)
            status, found, headers = apis.answer(call, self.headers.get("If-None-Match") or "")
            self._send(
                status,
                b"" if found is None else json.dumps(found).encode(),
                {"Content-Type": "application/json", **headers},
            )

        def do_OPTIONS(self) -> None:
            allowed = {"Methods": "GET, POST, PUT", "Headers": "authorization, content-type, if-none-match"}
            self._send(204, b"", {f"Access-Control-Allow-{name}": value for name, value in allowed.items()})

        do_POST = do_PUT = _answer  # noqa: N815 -- as http.server names them

        def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            if apis.allowed_origin:
                headers = {**headers, "Access-Control-Allow-Origin": apis.allowed_origin}
                headers |= {"Access-Control-Expose-Headers": "ETag, Retry-After"}
            for name, value in {**headers, "Content-Length": str(len(body)), "Cache-Control": "no-store"}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler
