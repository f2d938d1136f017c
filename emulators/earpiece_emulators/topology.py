"""Every topic and subscription, said once. The local runtime makes them from here; Terraform's must say the same."""

from __future__ import annotations

from dataclasses import dataclass

MAX_DELIVERY_ATTEMPTS = 15


@dataclass(frozen=True, slots=True)
class Push:
    """Where a subscription pushes: a path of a unit."""

    unit: str
    path: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription's settings; without `push` it is pulled, by the stand-in of Pub/Sub's BigQuery subscriptions.

    One without `push` has its dead letters from the stand-in, which knows a row that is refused from a store that is
    away; Pub/Sub counts both, so that there attempts and back-off have to outlast an outage of BigQuery.

    After `most_attempts` a message goes to `dead_letter_topic`; without one it is retried until it is too old. An
    attempt that finds nobody listening counts too, so attempts and back-off together say how long a unit may be away:
    fifteen attempts with 1 to 60 s are over after nine minutes if each pause is twice the last, and after 163 s on
    the emulator, whose pauses grow more slowly. What can never be processed does not come to that: the unit itself
    makes it a dead letter at the first attempt.
    """

    name: str
    topic: str
    push: Push | None = None
    dead_letter_topic: str | None = None
    ack_deadline_s: int = 60
    minimum_backoff_s: int = 1
    maximum_backoff_s: int = 60
    most_attempts: int = MAX_DELIVERY_ATTEMPTS  # Pub/Sub allows 5 to 100


TOPICS = (
    "conversation-event-received",
    "conversation-event-received.dead-letter",
    "conversation-ended",
    "conversation-transferred",
    "conversation-agent-left",
    "assistant-run-requested",
    "assistant-run-requested.dead-letter",
    "warehouse-messages",
    "warehouse-suggestion-events",
    "warehouse-llm-usage",
    "warehouse-assistant-runs",
    "warehouse-rows.dead-letter",
    "training-requested",
    "training-requested.dead-letter",
    "model-trained",
    "model-trained.dead-letter",
)

# In the order in which messages flow: what comes out of one is taken in by a later one.
SUBSCRIPTIONS = (
    Subscription(
        "conversation-event-received.conversation-writer",
        "conversation-event-received",
        Push("conversation_writer", "/events"),
        dead_letter_topic="conversation-event-received.dead-letter",
    ),
    Subscription(
        "conversation-event-received.dead-letter.conversation-writer",
        "conversation-event-received.dead-letter",
        Push("conversation_writer", "/dead-letters"),
    ),
    *(
        Subscription(
            f"{topic}.assistant-runner",
            topic,
            Push("assistant_runner", "/runs"),
            dead_letter_topic="assistant-run-requested.dead-letter",
            ack_deadline_s=600,  # a long conversation is read in several calls
        )
        for topic in (
            "conversation-ended",
            "conversation-transferred",
            "conversation-agent-left",
            "assistant-run-requested",
        )
    ),
    Subscription(
        "assistant-run-requested.dead-letter.assistant-runner",
        "assistant-run-requested.dead-letter",
        Push("assistant_runner", "/dead-letters"),
    ),
    Subscription(
        "training-requested.training-trigger",
        "training-requested",
        Push("training_trigger", "/training-requested"),
        dead_letter_topic="training-requested.dead-letter",
    ),
    Subscription(
        "training-requested.dead-letter.training-trigger",
        "training-requested.dead-letter",
        Push("training_trigger", "/dead-letters"),
    ),
    Subscription(
        "model-trained.model-release",
        "model-trained",
        Push("model_release", "/model-trained"),
        dead_letter_topic="model-trained.dead-letter",
    ),
    Subscription(
        "model-trained.dead-letter.model-release",
        "model-trained.dead-letter",
        Push("model_release", "/dead-letters"),
    ),
    *(
        Subscription(
            f"{topic}.bigquery",
            topic,
            dead_letter_topic="warehouse-rows.dead-letter",
            ack_deadline_s=20,
            minimum_backoff_s=10,
            maximum_backoff_s=600,
            most_attempts=100,  # more than half a day
        )
        for topic in (
            "warehouse-messages",
            "warehouse-suggestion-events",
            "warehouse-llm-usage",
            "warehouse-assistant-runs",
        )
    ),
    Subscription(
        "warehouse-rows.dead-letter.outbox-relay",
        "warehouse-rows.dead-letter",
        Push("outbox_relay", "/refused-rows"),
    ),
)


def warehouse_table(subscription: Subscription) -> str:
    """The table of `earpiece_raw` that a warehouse subscription fills: `warehouse-suggestion-events` → that name's."""
    return subscription.topic.removeprefix("warehouse-").replace("-", "_")
