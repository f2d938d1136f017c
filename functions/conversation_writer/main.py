"""The entry that the functions framework calls; the only place that reads the environment."""

import os

import functions_framework
from flask import Request, Response

from conversation_writer.app import create_app
from conversation_writer.settings import Settings
from earpiece.web.functions import answer

_app = create_app(Settings.model_validate(dict(os.environ)))


@functions_framework.http
def conversation_writer(request: Request) -> Response:
    return answer(_app, request)
