"""Empties, now and then, the subscriptions by which undelivered messages are counted: nobody else reads them."""

from __future__ import annotations

import contextlib
import threading

from earpiece_emulators.plan import Plan
from earpiece_emulators.pubsub_setup import PubSub, endpoints

_EVERY_S = 10.0


class Upkeep:
    """Runs on a thread from `start` to `stop`."""

    def __init__(self, plan: Plan) -> None:
        self._subscriptions = [subscription.name for subscription, _ in endpoints(plan.takers())]
        self._address = plan.store_addresses()["pubsub"]
        self._project = plan.parts.cloud.project
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._repeat, name="upkeep", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _repeat(self) -> None:
        pubsub = PubSub(self._address, self._project)
        while not self._stopping.wait(_EVERY_S):
            for subscription in self._subscriptions:
                # Pub/Sub may be away; counting empties what is read.
                with contextlib.suppress(Exception):
                    pubsub.undelivered(subscription)
        pubsub.close()
