"""The entry that the functions framework calls; the only place that reads the environment."""

import os

import functions_framework
from flask import Request, Response

from earpiece.web.functions import answer
from training_trigger.app import create_app
from training_trigger.settings import Settings

_app = create_app(Settings.model_validate(dict(os.environ)))


@functions_framework.http
def training_trigger(request: Request) -> Response:
    return answer(_app, request)
