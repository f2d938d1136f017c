"""What Pub/Sub pushes."""

from __future__ import annotations

import base64
import json


def a_push(body: dict) -> dict:
    return {"message": {"data": base64.b64encode(json.dumps(body).encode()).decode(), "messageId": "1"}}
