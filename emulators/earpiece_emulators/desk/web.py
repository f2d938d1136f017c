"""The desk's own HTTP: its page, what changes on it, and what the visitor does. It answers its own page alone."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, jsonify, redirect, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from earpiece.domain.errors import EarpieceError, InvalidInput, NotFound, RateLimited
from earpiece_emulators.desk.beginning import beginning
from earpiece_emulators.desk.board import Board
from earpiece_emulators.desk.page import page_html, policy
from earpiece_emulators.desk.rows import Rows
from earpiece_emulators.desk.scenes import VISITOR
from earpiece_emulators.desk.stage import Stage
from earpiece_emulators.desk.surroundings import Surroundings
from earpiece_emulators.ports import LOOPBACK

MOST_CHARACTERS = 4_000
STATIC = Path(str(files("earpiece_emulators.desk").joinpath("static")))
_STILL_THERE_S = 10.0
_STATUS: dict[type[EarpieceError], int] = {NotFound: 404, InvalidInput: 400, RateLimited: 429}


def create_desk(port: int, surroundings: Surroundings, board: Board, stage: Stage, rows: Rows) -> Flask:
    """The app; `port` is where it is served, because it answers no page of another place."""
    app = Flask("desk", static_folder=None)
    origin = f"http://{LOOPBACK}:{port}"

    @app.before_request
    def own_page_only() -> AnyResponse | None:
        # Another site may lead a browser here, by its own name for this address even (DNS rebinding).
        if request.host == f"localhost:{port}" and request.method == "GET":
            return redirect(f"{origin}{request.path}")
        if request.host != f"{LOOPBACK}:{port}":
            abort(421)
        if request.method != "GET" and request.headers.get("Origin") != origin:
            abort(403)
        return None

    @app.after_request
    def keep_safe(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy(surroundings)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    @app.errorhandler(EarpieceError)
    def refused(error: EarpieceError) -> tuple[Response, int]:
        return jsonify({"error": str(error)}), _STATUS.get(type(error), 503)

    @app.get("/")
    def page() -> Response:
        return Response(page_html(surroundings), mimetype="text/html")

    @app.get("/static/<path:name>")
    def static_file(name: str) -> Response:
        return send_from_directory(STATIC, name)

    @app.get("/readyz")
    def ready() -> str:
        return "ok\n"

    @app.get("/api/place")
    def place() -> Response:
        return jsonify(_place(surroundings))

    @app.get("/api/changes")
    def changes() -> Response:
        return Response(_told(board), mimetype="text/event-stream")

    @app.post("/api/token")
    def token() -> Response:
        """The visitor's token for the widget: what a desk's backend gives a page whose agent has signed in there."""
        issued = surroundings.token(_text(_body(), "account"), VISITOR.participant_id)
        return jsonify({"token": issued.token, "expires_at": issued.expires_at})

    @app.post("/api/conversations/<platform_id>/messages")
    def send(platform_id: str) -> Response:
        return jsonify({"message_id": stage.say(platform_id, _text(_body(), "text"))})

    @app.post("/api/conversations/<platform_id>/typing")
    def typing(platform_id: str) -> Response:
        stage.typing(platform_id, bool(_body().get("is_typing")))
        return jsonify({})

    @app.post("/api/conversations/<platform_id>/take-over")
    def take_over(platform_id: str) -> Response:
        stage.take_over(platform_id)
        return jsonify({})

    @app.post("/api/conversations/<platform_id>/hand-over")
    def hand_over(platform_id: str) -> Response:
        return jsonify({"to": stage.hand_over(platform_id)})

    @app.post("/api/conversations/<platform_id>/end")
    def end(platform_id: str) -> Response:
        stage.end(platform_id)
        return jsonify({})

    @app.get("/api/conversations/<platform_id>/rows")
    def rows_of(platform_id: str) -> Response:
        one = board.find(platform_id)
        return jsonify(rows.of(one.scene.account_id, one.conversation_id))

    @app.get("/api/conversations/<platform_id>/beginning")
    def beginning_of(platform_id: str) -> Response:
        """What the visitor may try to type now: null where grey text would not come up soon."""
        one = board.find(platform_id)
        offers = surroundings.offers(one.scene.account_id, VISITOR.participant_id, one.conversation_id)
        texts = [*one.intended, *(offer["text"] for offer in offers["suggestions"])]
        return jsonify({"text": beginning(offers["pack"], texts) if offers["pack"] else None})

    return app


def _told(board: Board) -> Iterator[str]:
    """Server-sent events: the conversations that changed, whole, and the ids of all; a comment when nothing does."""
    with board.watched():
        since = -1
        while True:
            before, (since, changed, ids) = since, board.changes(since, _STILL_THERE_S)
            if since == before:
                yield ": nothing new\n\n"
                continue
            told = {"now": int(time.time() * 1000), "ids": ids, "changed": changed}
            yield f"data: {json.dumps(told, ensure_ascii=False)}\n\n"


def _place(surroundings: Surroundings) -> dict[str, Any]:
    """What the page needs to know of where it is."""
    units = ("conversation_api", "suggestion_api", "widget", "webhook_intake")
    return {
        "agent": {"id": VISITOR.participant_id, "name": VISITOR.name},
        "accounts": sorted(surroundings.accounts()),
        "units": {unit: surroundings.address_if_any(unit) for unit in units},
    }


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise InvalidInput("the body is no JSON object")
    return body


def _text(body: dict[str, Any], name: str) -> str:
    text = body.get(name)
    if not isinstance(text, str) or not text.strip() or len(text) > MOST_CHARACTERS:
        raise InvalidInput(f"{name} is missing, or longer than {MOST_CHARACTERS} characters")
    return text.strip()
