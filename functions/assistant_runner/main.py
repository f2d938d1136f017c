"""The entry that the functions framework calls; the only place that reads the environment."""

import os

import functions_framework
from flask import Request, Response

from assistant_runner.app import create_app
from assistant_runner.settings import Settings
from earpiece.web.functions import answer

_app = create_app(Settings.model_validate(dict(os.environ)))


@functions_framework.http
def assistant_runner(request: Request) -> Response:
    return answer(_app, request)
