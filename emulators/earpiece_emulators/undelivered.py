"""Keeps messages that nobody has acknowledged over a stop: Pub/Sub's emulator forgets them.

`undelivered.jsonl` holds one line for each: {"topic", "data" (base64), "attributes"}. They are published again at the
next start. A topic's other subscriptions get them twice, which every consumer bears.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from earpiece_emulators.pubsub_setup import PubSub, endpoints
from earpiece_emulators.record import write_atomically


def keep_undelivered(address: str, project: str, units: Mapping[str, str], file: Path) -> int:
    """Add what the subscriptions of these units still hold to the file; how many. The units must be stopped."""
    pubsub = PubSub(address, project)
    try:
        kept = [
            _line(subscription.topic, message)
            for subscription, _ in endpoints(units)
            for message in pubsub.copy_undelivered(subscription.name)
        ]
    finally:
        pubsub.close()
    if kept:
        before = file.read_bytes() if file.exists() else b""
        write_atomically(file, before + "".join(kept).encode(), mode=0o600)
    return len(kept)


def publish_again(address: str, project: str, file: Path) -> None:
    """Publish what was kept, and remove the file."""
    if not file.exists():
        return
    pubsub = PubSub(address, project)
    try:
        for line in file.read_text().splitlines():
            kept = json.loads(line)
            pubsub.publish(kept["topic"], base64.b64decode(kept["data"]), kept["attributes"])
    finally:
        pubsub.close()
    file.unlink()


def _line(topic: str, message: Any) -> str:
    data = base64.b64encode(message.data).decode()
    return json.dumps({"topic": topic, "data": data, "attributes": dict(message.attributes)}) + "\n"
