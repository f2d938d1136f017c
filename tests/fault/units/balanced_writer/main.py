"""Stands before two instances of conversation_writer, as Cloud Run does: one of those that live takes the push."""

import http.client
import os
import random

import functions_framework
from flask import Request

PORTS = [int(port) for port in os.environ["BACKEND_PORTS"].split(",")]


@functions_framework.http
def conversation_writer(request: Request) -> tuple[bytes, int]:
    if request.method == "GET":
        return b"ready", 200
    for port in random.sample(PORTS, len(PORTS)):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.connect()
        except OSError:
            continue
        connection.request("POST", request.path, request.get_data(), {"content-type": "application/json"})
        answer = connection.getresponse()
        return answer.read(), answer.status
    return b"no instance lives", 503
