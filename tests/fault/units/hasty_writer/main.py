"""Sabotage: acknowledges before anything is stored."""

import os
import threading

import functions_framework
from flask import Request, Response

import conversation_writer.app as unit
from conversation_writer.settings import Settings
from earpiece.web.functions import answer

_store = unit.store


def _later(*arguments: object, **named: object) -> None:
    threading.Timer(0.5, _store, arguments, named).start()


unit.store = _later  # type: ignore[assignment]
_app = unit.create_app(Settings.model_validate(dict(os.environ)))


@functions_framework.http
def conversation_writer(request: Request) -> Response:
    return answer(_app, request)
