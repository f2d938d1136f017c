"""The entry that the functions framework calls; the only place that reads the environment."""

import os

import functions_framework
from flask import Request, Response

from earpiece.web.functions import answer
from model_release.app import create_app
from model_release.settings import Settings

_app = create_app(Settings.model_validate(dict(os.environ)))


@functions_framework.http
def model_release(request: Request) -> Response:
    return answer(_app, request)
