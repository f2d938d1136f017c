"""The peer: publishes the raw body to the same topic with Google's own client, and does nothing else."""

import os

import functions_framework
from flask import Request
from google.cloud import pubsub_v1

_publisher: list[pubsub_v1.PublisherClient] = []


@functions_framework.http
def bare_intake(request: Request) -> tuple[str, int]:
    if request.method == "GET":
        return "ready", 200
    if not _publisher:  # after gunicorn's fork
        _publisher.append(pubsub_v1.PublisherClient(pubsub_v1.types.BatchSettings(max_messages=1)))
    topic = f"projects/{os.environ['PROJECT_ID']}/topics/conversation-event-received"
    _publisher[0].publish(topic, request.get_data()).result(10)
    return "ok", 200
