"""Makes the topics and subscriptions in the Pub/Sub emulator, and tells which messages are not yet taken in."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from earpiece_emulators.topology import SUBSCRIPTIONS, TOPICS, Subscription

_MOST_COUNTED = 1000
_one_reader = threading.Lock()  # two that read the same subscription would each see a part
_TIMEOUT_S = 10.0


class PubSub:
    """The emulator at an address, seen by the project that uses it."""

    def __init__(self, address: str, project: str) -> None:
        # Google's clients are slow to import, and `earpiece --help` needs none of them.
        import grpc  # type: ignore[import-untyped]
        from google.pubsub_v1 import PublisherClient, SubscriberClient
        from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
        from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

        most = [("grpc.max_receive_message_length", -1)]  # a hundred messages may be larger than gRPC's 4 MB
        self._channel = grpc.insecure_channel(address, options=most)
        self._publisher = PublisherClient(transport=PublisherGrpcTransport(channel=self._channel))
        self._subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=self._channel))
        self._project = f"projects/{project}"

    def close(self) -> None:
        self._channel.close()

    def create_topics(self, topics: Sequence[str] = TOPICS) -> None:
        for topic in topics:
            _unless_there(partial(self._publisher.create_topic, name=self._topic(topic), timeout=_TIMEOUT_S))

    def create_subscription(self, subscription: Subscription, endpoint: str | None) -> None:
        """Create it, or give an existing one its new endpoint. `endpoint` is the URL that it pushes to, if any.

        Beside it lies a second subscription, pulled by nobody, by which `undelivered` finds out what waits.
        """
        push = {"push_endpoint": endpoint} if endpoint else {}
        request = _settings(subscription, is_pushed=bool(endpoint))
        request |= {"name": self._subscription(subscription.name), "push_config": push}
        request["topic"] = self._topic(subscription.topic)
        if subscription.dead_letter_topic and endpoint:
            request["dead_letter_policy"] = {
                "dead_letter_topic": self._topic(subscription.dead_letter_topic),
                "max_delivery_attempts": subscription.most_attempts,
            }
        create = partial(self._subscriber.create_subscription, timeout=_TIMEOUT_S)
        if not _unless_there(partial(create, request=request)):
            self._subscriber.modify_push_config(subscription=request["name"], push_config=push, timeout=_TIMEOUT_S)
        beside = {"name": self._subscription(_beside(subscription.name)), "topic": request["topic"]}
        _unless_there(partial(create, request=beside))

    def publish(self, topic: str, data: bytes, attributes: Mapping[str, str]) -> None:
        message = {"data": data, "attributes": dict(attributes)}
        self._publisher.publish(topic=self._topic(topic), messages=[message], timeout=_TIMEOUT_S)

    def undelivered(self, subscription: str) -> int:
        """How many messages of a subscription are not acknowledged yet, those in flight included; at most 1000."""
        return len(self.copy_undelivered(subscription, most=_MOST_COUNTED))

    def copy_undelivered(self, subscription: str, most: int | None = None) -> list[Any]:
        """The messages of a subscription that are not acknowledged yet; they stay there.

        The emulator has no call for it. A snapshot holds exactly the unacknowledged messages, so the
        subscription beside the real one is set to the snapshot and read. That empties the one beside, which
        would grow otherwise.
        """
        beside = self._subscription(_beside(subscription))
        real = self._subscription(subscription)
        snapshot = f"{self._project}/snapshots/s{secrets.token_hex(8)}"
        with _one_reader:
            self._subscriber.create_snapshot(name=snapshot, subscription=real, timeout=_TIMEOUT_S)
            self._subscriber.seek(request={"subscription": beside, "snapshot": snapshot}, timeout=_TIMEOUT_S)
            messages = self._pull_all(beside, most)
            self._subscriber.delete_snapshot(snapshot=snapshot, timeout=_TIMEOUT_S)
        return messages

    def _pull_all(self, subscription: str, most: int | None) -> list[Any]:
        messages: list[Any] = []
        while (most is None or len(messages) < most) and (
            pulled := pull_at_once(self._subscriber, subscription, _MOST_COUNTED)
        ):
            messages.extend(received.message for received in pulled)
        return messages

    def _topic(self, name: str) -> str:
        return f"{self._project}/topics/{name}"

    def _subscription(self, name: str) -> str:
        return f"{self._project}/subscriptions/{name}"


def pull_at_once(client: Any, subscription: str, most: int) -> list[Any]:
    """Messages that are there now; the emulator gives out 100 at a time.

    Asked in the ordinary way it keeps an empty answer back until shortly before the call's time-out. The client
    warns of `return_immediately`, which is of no use with Google's service; so the call goes past it.
    """
    from google.pubsub_v1.types import PullRequest

    request = PullRequest(subscription=subscription, max_messages=most, return_immediately=True)
    return list(client.transport.pull(request, timeout=_TIMEOUT_S).received_messages)


def endpoints(units: Mapping[str, str]) -> list[tuple[Subscription, str | None]]:
    """The subscriptions that these units (name → URL) take in, each with its endpoint.

    `warehouse` among the units stands for the pulled ones. What nobody would take in gets no subscription.
    """
    pushed = [
        (subscription, f"{units[subscription.push.unit]}{subscription.push.path}")
        for subscription in SUBSCRIPTIONS
        if subscription.push and subscription.push.unit in units
    ]
    pulled = [(subscription, None) for subscription in SUBSCRIPTIONS if not subscription.push and "warehouse" in units]
    return [*pushed, *pulled]


def set_up(address: str, project: str, units: Mapping[str, str]) -> None:
    """Make every topic, and the subscriptions of these units.

    A topic comes right before its subscription: a unit that waited for Pub/Sub publishes as soon as its topic is there,
    and what a topic takes before it has subscriptions is gone.
    """
    pubsub = PubSub(address, project)
    try:
        for subscription, endpoint in endpoints(units):
            pubsub.create_topics([*filter(None, [subscription.dead_letter_topic]), subscription.topic])
            pubsub.create_subscription(subscription, endpoint)
        pubsub.create_topics()
    finally:
        pubsub.close()


def _beside(subscription: str) -> str:
    return f"{subscription}.undelivered"


def _settings(subscription: Subscription, *, is_pushed: bool) -> dict[str, Any]:
    deadline = {"ack_deadline_seconds": subscription.ack_deadline_s}
    if not is_pushed:  # who pulls waits by itself
        return deadline
    from google.protobuf.duration_pb2 import Duration

    backoff = {
        "minimum_backoff": Duration(seconds=subscription.minimum_backoff_s),
        "maximum_backoff": Duration(seconds=subscription.maximum_backoff_s),
    }
    return deadline | {"retry_policy": backoff}


def _unless_there(create: Callable[[], object]) -> bool:
    """Create something; False if it was there."""
    from google.api_core.exceptions import AlreadyExists

    try:
        create()
    except AlreadyExists:
        return False
    return True
