"""Values of invented people, planted in conversations, are searched in all that leaves Firestore: rows, logs, models.

The events in Firestore hold the text by design: they are the conversation.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import conversation_writer.app as writer
import conversation_writer.deps as writer_deps
import conversation_writer.settings as writer_settings
import webhook_intake.app as intake
import webhook_intake.deps as intake_deps
import webhook_intake.settings as intake_settings
from earpiece.domain.accounts import Account
from earpiece.engine.corpus import TrainingConversation, Turn, corpus_of
from earpiece.engine.training import train
from earpiece.platforms.standard_webhooks import sign

PLANTED = (
    "Wilhelmina Oosterveld",
    "wilhelmina.oosterveld@post.example",
    "+31 6 48 29 17 35",
    "NL91ABNA0417164300",
    "4539 1488 0343 6467",
    "111222333",
    "198.51.100.23",
    "Zq7Kp2Xw9Rt4Lm8v",
)
SENTENCE = (
    "Hello, I am Wilhelmina Oosterveld, mail wilhelmina.oosterveld@post.example or call +31 6 48 29 17 35. "
    "My IBAN is NL91ABNA0417164300, card 4539 1488 0343 6467, BSN 111222333, from 198.51.100.23, "
    "see https://shop.example/reset?token=Zq7Kp2Xw9Rt4Lm8v"
)
PARTS = ("Wilhelmina", "Oosterveld", "48 29 17", "0417164300", "1488 0343", "Zq7Kp2Xw9Rt4Lm8v", "198.51.100")


@dataclass
class Topics:
    told: dict[str, list[Any]] = field(default_factory=dict)

    def publish(self, topic: str, messages: Any, *, timeout_s: float) -> None:
        self.told.setdefault(topic, []).extend(messages)


def test_planted_values_are_in_no_row_no_log_no_answer_and_no_model(
    stores: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    stores.need("firestore", "pubsub")
    key_file = tmp_path / "key"
    key_file.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
    environment = {"PROJECT_ID": "earpiece-test", "SECRETS_KEY_FILE": str(key_file), "LOG_LEVEL": "DEBUG"}
    topics = Topics()
    told_settings = intake_settings.Settings.model_validate(environment)
    told_deps = replace(intake_deps.connect(told_settings), publisher=topics)
    kept_settings = writer_settings.Settings.model_validate(environment)
    kept_deps = replace(writer_deps.connect(kept_settings), publisher=topics)
    account = told_deps.accounts.create(Account(f"a{secrets.token_hex(6)}"))
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    told_deps.integrations(account).rotate("custom", secret, keep_old_until=datetime.now(UTC))

    door = intake.create_app(told_settings, told_deps).test_client()
    answers = [_deliver(door, account, secret, body) for body in _deliveries()]
    pushed = writer.create_app(kept_settings, kept_deps).test_client()
    for message in topics.told["conversation-event-received"]:
        assert pushed.post("/events", json=_push(message)).status_code == 204

    rows = [json.loads(message.data) for message in topics.told["warehouse-messages"]]
    assert len(rows) == 2 * 30
    conversations = _training(rows)
    train(corpus_of(conversations), tmp_path / "model")
    logged = "".join(capfd.readouterr())
    assert "event_stored" in logged

    found = {
        "rows": _planted_in(json.dumps(rows, ensure_ascii=False)),
        "logs": _planted_in(logged + secret[:0]),
        "answers": _planted_in("".join(answers)),
        "model": [
            (path.name, value)
            for path in (tmp_path / "model").iterdir()
            for value in _planted_in(path.read_bytes().decode("utf-8", "replace"))
        ],
    }
    assert found == {"rows": [], "logs": [], "answers": [], "model": []}
    assert secret.removeprefix("whsec_") not in logged


def _planted_in(text: str) -> list[str]:
    return [value for value in (*PLANTED, *PARTS) if value.casefold() in text.casefold()]


def _deliveries() -> list[dict[str, Any]]:
    """Thirty conversations in which the customer says all of it, and agents repeat it; and one that is refused."""
    named = {"id": "p-1", "role": "customer", "name": PLANTED[0], "email": PLANTED[1], "phone": PLANTED[2]}
    made = []
    for number in range(30):
        for role, author, text in (
            ("customer", "p-1", SENTENCE),
            ("agent", f"a-{number % 6}", f"Thank you, Wilhelmina. I noted: {SENTENCE}"),
        ):
            made.append(
                {
                    "type": "message.created",
                    "timestamp": f"2026-11-{1 + number % 28:02}T10:00:0{int(role == 'agent')}Z",
                    "data": {
                        "conversation": {"id": f"c-{number}"},
                        "message": {"id": f"m-{role}", "role": role, "author_id": author, "text": text},
                        "participants": [named],
                    },
                }
            )
    made.append({**made[0], "timestamp": f"not a time, says {SENTENCE}"})
    return made


def _deliver(door: Any, account: Account, secret: str, body: dict[str, Any]) -> str:
    raw = json.dumps(body).encode()
    timestamp = int(time.time())
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, "msg_1", timestamp, raw),
        "content-type": "application/json",
    }
    answer = door.post(f"/v1/deliveries/{account.account_id}/custom", data=raw, headers=headers)
    return str(answer.get_data(as_text=True))


def _push(message: Any) -> dict[str, Any]:
    data = base64.b64encode(message.data).decode()
    return {"message": {"messageId": "1", "data": data, "attributes": dict(message.attributes)}, "subscription": "s"}


def _training(rows: list[dict[str, Any]]) -> list[TrainingConversation]:
    by_conversation: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_conversation.setdefault(row["conversation_id"], []).append(row)
    return [
        TrainingConversation(
            name,
            # Different customers by the count, so that what one person said could be mined if masking failed.
            name,
            tuple(Turn(row["role"], row["text"], row["participant_id"]) for row in told),
        )
        for name, told in by_conversation.items()
    ]
