"""Sabotage: gives the same fact a new id whenever it is told."""

import os
import uuid

import functions_framework
from flask import Request, Response

from earpiece.platforms import custom
from earpiece.web.functions import answer

custom.event_id = lambda *_: uuid.uuid4().hex  # type: ignore[assignment]

from webhook_intake.app import create_app  # noqa: E402 (after the sabotage)
from webhook_intake.settings import Settings  # noqa: E402

_app = create_app(Settings.model_validate(dict(os.environ)))


@functions_framework.http
def webhook_intake(request: Request) -> Response:
    return answer(_app, request)
