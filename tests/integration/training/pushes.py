"""What Pub/Sub pushes."""

from __future__ import annotations

import base64
import json


def a_push(body: dict, account_id: str | None = None) -> dict:
    """A message whose attributes name the account, that of the body where nothing else is said."""
    data = base64.b64encode(json.dumps(body).encode()).decode()
    return {"message": {"data": data, "messageId": "1", "attributes": {"account_id": account_id or body["account_id"]}}}
