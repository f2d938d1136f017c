"""Firestore holds every byte for 20 seconds (R-12): what is acknowledged is kept, the rest is asked for again.

A stopped process holds bytes as a stalled proxy does: connections stay open, and nothing is answered.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery, firestore
from tests.waiting import until

from earpiece_emulators.player import Delivery, Misbehaviour, Player
from earpiece_emulators.processes import in_group
from earpiece_emulators.runtime import Runtime
from earpiece_emulators.sending import CONNECTION_FAILED

sys.path.insert(0, str(Path(__file__).parents[1] / "fault"))

from checker import Fact, bigquery_rows, check, firestore_events  # isort: skip
from system import conversation  # isort: skip

STALL_S, PATIENCE_S = 20.0, 60.0
ANSWERED_WITHIN_S = 5.0
# A push that was under way when Pub/Sub stopped is lost for its 60 s, and its next pause is then up to 60 s.
SETTLED_WITHIN_S = 180.0
MOST_MB = 512
KNOWN, UNSEEN = "stallknown", "stallunseen"
UNITS = ["webhook_intake", "outbox_relay", "conversation_writer", "warehouse"]


@dataclass
class System:
    """The units from the door to both stores, with an account that the door knows and one that it has not seen."""

    runtime: Runtime
    secrets: dict[str, str]
    players: list[tuple[str, Player]] = field(default_factory=list)

    def play(self, account: str, numbers: range, rate_per_s: float | None = None) -> None:
        """Send conversations of twenty events, badly ordered and partly twice, until each event is acknowledged."""
        url, bad = self.runtime.address("webhook_intake"), Misbehaviour(0.05, 0.10, seed=12)
        player = Player(url, account, self.secrets[account], workers=4, rate_per_s=rate_per_s, misbehaviour=bad)
        self.players.append((account, player))
        player.play(conversation(account, number) for number in numbers)

    def statuses(self, account: str) -> Counter[int]:
        told = [attempt for owner, player in self.players if owner == account for attempt in player.history.attempts]
        # Who waits to come again finds the connection closed now and then, and has sent nothing then.
        return Counter(attempt.status for attempt in told if attempt.status != CONNECTION_FAILED)

    def longest_s(self) -> float:
        return max(one.ended_at - one.started_at for _, player in self.players for one in player.history.attempts)

    def acknowledged(self) -> set[Fact]:
        return {
            (account, one.delivery.conversation_id, _part(one.delivery))
            for account, player in self.players
            for one in player.history.attempts
            if one.is_acknowledged
        }

    def stop(self, store: str, number: signal.Signals) -> None:
        identity = self.runtime.running(store).identity
        assert identity is not None
        os.killpg(identity.pid, number)

    @contextlib.contextmanager
    def stalled(self, store: str) -> Iterator[None]:
        self.stop(store, signal.SIGSTOP)
        try:
            yield
        finally:
            self.stop(store, signal.SIGCONT)

    def most_mb(self, unit: str) -> float:
        """The most that the unit's processes have held, each for itself: more than they held together."""
        identity = self.runtime.running(unit).identity
        assert identity is not None
        return sum(_peak_kb(process.pid) for process in in_group(identity.pid)) / 1000


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with (
        Runtime(tmp_path / "run", units=UNITS, outbox_every_s=2.0) as runtime,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in runtime.environment().items():
            patch.setenv(name, value)
        yield System(runtime, {account: _create(account) for account in (KNOWN, UNSEEN)})


@pytest.mark.timeout(600)
def test_while_firestore_stalls_nothing_is_promised_that_is_not_kept(system: System):
    system.play(KNOWN, range(3))
    playing = [
        threading.Thread(target=system.play, args=(KNOWN, range(3, 20), 20)),
        threading.Thread(target=system.play, args=(UNSEEN, range(2), 20)),
    ]

    with system.stalled("firestore"):
        began_s = time.monotonic()
        before = system.statuses(KNOWN)[200]
        for thread in playing:
            thread.start()
        until(lambda: system.statuses(KNOWN)[200] > before + 50, PATIENCE_S, "known accounts are not served")
        until(lambda: system.statuses(UNSEEN)[503] > 0, PATIENCE_S, "an account that nobody can look up is not refused")
        with system.stalled("pubsub"):
            until(lambda: system.statuses(KNOWN)[503] > 3, PATIENCE_S, "what nothing can keep is not refused")
            refused = requests.post(
                f"{system.runtime.address('webhook_intake')}/v1/deliveries/{UNSEEN}/custom", json={}, timeout=30
            )
        unseen_meanwhile = system.statuses(UNSEEN)
        until(lambda: time.monotonic() - began_s >= STALL_S, PATIENCE_S)
    for thread in playing:
        thread.join(120)
    wanted = system.acknowledged()
    with contextlib.suppress(AssertionError):  # the checker says what is missing
        until(lambda: _is_in_both_stores(wanted), SETTLED_WITHIN_S)

    assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
    assert int(refused.headers["Retry-After"]) >= 1
    assert set(unseen_meanwhile) == {503}
    assert set(system.statuses(KNOWN)) | set(system.statuses(UNSEEN)) == {200, 503}
    assert system.longest_s() < ANSWERED_WITHIN_S
    assert len(wanted) == 22 * 20
    findings = check(wanted, firestore_events(_firestore()), bigquery_rows(_bigquery(), (KNOWN, UNSEEN)), _in_order)
    assert findings.is_clean, findings
    assert max(system.most_mb(unit) for unit in ("webhook_intake", "conversation_writer")) < MOST_MB


def _part(delivery: Delivery) -> str:
    return delivery.object_id if delivery.type.startswith("message.") else delivery.type.removeprefix("conversation.")


def _create(account: str) -> str:
    command = [Path(sys.executable).with_name("earpiece"), "accounts", "create", account, "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["webhook_secret"])


def _is_in_both_stores(wanted: set[Fact]) -> bool:
    messages = sum(fact[2].startswith("m-") for fact in wanted)
    if int(_firestore().collection_group("events").count().get()[0][0].value) < len(wanted):
        return False
    return sum(map(len, bigquery_rows(_bigquery(), (KNOWN, UNSEEN)).values())) >= messages


def _in_order(account_id: str, platform_conversation_id: str) -> list[str]:
    """The texts of a conversation as our own reading of it shows them."""
    from earpiece.adapters.firestore_client import FirestoreClients
    from earpiece.adapters.firestore_conversations import FirestoreConversations
    from earpiece.domain.accounts import Account
    from earpiece.domain.ids import conversation_id

    account = Account(account_id)
    store = FirestoreConversations(account, FirestoreClients(os.environ["PROJECT_ID"]).of(account))
    found = store.find(conversation_id(account_id, "custom", platform_conversation_id))
    return [turn.text for turn in found.turns()] if found else []


def _firestore() -> firestore.Client:
    return firestore.Client(project=os.environ["PROJECT_ID"])


def _bigquery() -> bigquery.Client:
    return bigquery.Client(project=os.environ["PROJECT_ID"], credentials=AnonymousCredentials())


def _peak_kb(pid: int) -> int:
    # proc(5): VmHWM is the most that was ever resident.
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
