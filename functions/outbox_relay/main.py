"""The entry that the functions framework calls; the only place that reads the environment."""

import os

import functions_framework
from flask import Request, Response

from earpiece.web.functions import answer
from outbox_relay.app import create_app
from outbox_relay.settings import Settings

_app = create_app(Settings.model_validate(dict(os.environ)))


@functions_framework.http
def outbox_relay(request: Request) -> Response:
    return answer(_app, request)
