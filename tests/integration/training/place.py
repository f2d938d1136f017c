"""One account's stores as the trainer finds them, and conversations to fill them with."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from google.cloud import pubsub_v1

from earpiece.adapters.firestore_accounts import FirestoreAccountRegistry
from earpiece.adapters.firestore_models import FirestoreModelRecords
from earpiece.adapters.firestore_replies import FirestoreReplies
from earpiece.adapters.firestore_training_runs import FirestoreTrainingRuns
from earpiece.adapters.storage_models import StorageModelFiles
from earpiece.domain.accounts import Account
from earpiece.domain.errors import NotFound
from earpiece.domain.ids import digest
from earpiece.domain.times import format_instant
from earpiece.engine.normal import TEXT_KEY_VERSION, text_key

JOB = Path(__file__).parents[3] / "run" / "trainer"
TALK = (
    ("Where is my parcel?", "Good morning, I will look that up for you."),
    ("I want to cancel my order.", "I am sorry to hear that, may I have your order number?"),
    ("My invoice is wrong.", "Thank you for telling us, I have corrected the invoice."),
    ("The app does not start.", "Please install the newest version and try again."),
)
CONVERSATIONS = 64
RUN = "20261120T030000Z-test"


@dataclass(frozen=True, slots=True)
class Place:
    """One account's stores, as the trainer finds them."""

    account: Account
    environment: dict[str, str]
    registry: FirestoreAccountRegistry
    runs: FirestoreTrainingRuns
    records: FirestoreModelRecords
    replies: FirestoreReplies
    files: StorageModelFiles
    announced: Callable[[], list[dict]]

    def train(self, run_id: str = RUN, **environment: str) -> int:
        """The exit status of one execution."""
        told = {"ACCOUNT_ID": self.account.account_id, "TRAINING_RUN_ID": run_id}
        finished = subprocess.run(
            [sys.executable, "main.py"],
            cwd=JOB,
            env={**os.environ, **self.environment, **told, **environment},
            start_new_session=True,
            timeout=240,
            check=False,
            capture_output=True,
            text=True,
        )
        print(finished.stdout, finished.stderr)
        return finished.returncode

    def is_visible(self, version: str) -> bool:
        try:
            self.files.manifest(version)
        except NotFound:
            return False
        return True

    def versions(self) -> list[str]:
        return [record.version for record in self.records.all()]


def announcements(project: str, account: Account) -> Callable[[], list[dict]]:
    """What `model-trained` said of this account so far."""
    publisher, subscriber = pubsub_v1.PublisherClient(), pubsub_v1.SubscriberClient()
    topic = f"projects/{project}/topics/model-trained"
    if topic not in {one.name for one in publisher.list_topics(project=f"projects/{project}")}:
        publisher.create_topic(name=topic)
    name = f"projects/{project}/subscriptions/test-{secrets.token_hex(6)}"
    subscriber.create_subscription(name=name, topic=topic)
    found: list[dict] = []

    def take() -> list[dict]:
        pulled = subscriber.pull(subscription=name, max_messages=100, return_immediately=True).received_messages
        if pulled:
            subscriber.acknowledge(subscription=name, ack_ids=[one.ack_id for one in pulled])
        told = [json.loads(one.message.data) for one in pulled]
        found.extend(one for one in told if one["account_id"] == account.account_id)
        return list(found)

    return take


def said(account: Account, count: int, since: datetime, **changes) -> list[dict]:
    """The warehouse's rows of so many conversations, one an hour, by four agents and as many customers as there are."""
    rows = []
    for number in range(count):
        conversation_id = digest("c", account.account_id, str(since), str(number))
        at = since + timedelta(hours=number)
        for place, (question, answer) in enumerate((TALK[number % 4], TALK[(number + 1) % 4])):
            for role, who, text in (("customer", f"c{number}", question), ("agent", f"a{number % 4}", answer)):
                minute = timedelta(minutes=2 * place + (role == "agent"))
                message_id = digest("m", conversation_id, str(minute))
                rows.append(a_row(account, conversation_id, message_id, at + minute, role, who, text) | changes)
    return rows


def a_row(account, conversation_id, message_id, at, role, who, text) -> dict:
    return {
        "event_id": digest("e", message_id),
        "account_id": account.account_id,
        "platform": "custom",
        "conversation_id": conversation_id,
        "message_id": message_id,
        "kind": "message_added",
        "occurred_at": format_instant(at),
        "received_at": format_instant(at),
        "written_at": format_instant(at),
        "role": role,
        "participant_id": digest("participant", account.account_id, who),
        "visibility": "public",
        "content_type": "text/plain",
        "text": text,
        "text_key": text_key(text),
        "text_key_version": TEXT_KEY_VERSION,
    }
