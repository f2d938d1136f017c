"""The system under fault: intake, relay, warehouse and API as they are, two instances of the writer, five accounts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery, firestore, pubsub_v1

from earpiece_emulators.player import Misbehaviour, Player
from earpiece_emulators.ports import choose
from earpiece_emulators.runtime import Runtime
from earpiece_emulators.samples.conversation import Happening, SampleConversation
from earpiece_emulators.units import UNITS, Kind, Unit

from earpiece.domain.events import EventKind, MessageContent, Participant, Role  # isort: skip
from checker import Fact, Findings, bigquery_rows, check, firestore_events  # isort: skip
from instances import Instance, wait_until  # isort: skip

ROOT = Path(__file__).parents[2]
UNITS_OF_TESTS = Path(__file__).parent / "units"
ACCOUNTS = tuple(f"fault{number}" for number in range(5))
WRITER_POINTS = (
    "writer-before-firestore",
    "writer-after-firestore",
    "writer-before-publish",
    "writer-after-publish",
    "writer-before-acknowledgement",
)
MESSAGES = 18  # a conversation has twenty events: its start, these and its end


@dataclass(frozen=True, slots=True)
class TestUnit(Unit):
    """A unit of the catalogue whose main.py is one of ours."""

    __test__ = False
    variant: str = ""

    def folder(self, root: Path) -> Path:
        return UNITS_OF_TESTS / self.variant


class FaultSystem:
    """Start it with `with`. `variants` puts a main.py of `tests/fault/units` in a unit's place."""

    def __init__(self, folder: Path, variants: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._variants = dict(variants or {})
        self._writer_main = ROOT / "functions" / "conversation_writer" / "main.py"
        if variant := self._variants.pop("conversation_writer", ""):
            self._writer_main = UNITS_OF_TESTS / variant / "main.py"
        self._stack = ExitStack()
        self.writers: list[Instance] = []
        self.acknowledged: set[Fact] = set()
        self._sent: dict[str, list[SampleConversation]] = {}

    def __enter__(self) -> FaultSystem:
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _start(self) -> None:
        ports = list(choose(["writer-0", "writer-1"], {}).values())  # theirs also while they are down
        balanced = {"BACKEND_PORTS": ",".join(map(str, ports))}
        points = {unit: {"FAIL_POINTS_FOLDER": str(self.points(unit))} for unit in ("webhook_intake", "outbox_relay")}
        paths = [str(ROOT / kind / name) for kind, name in _CODE]
        variables = {**points, "conversation_writer": balanced}
        for unit in self._variants:
            variables[unit] = {**variables.get(unit, {}), "PYTHONPATH": os.pathsep.join(paths)}
        self.runtime = self._stack.enter_context(
            Runtime(
                self._folder / "run",
                units=["webhook_intake", "outbox_relay", "conversation_api", "conversation_writer", "warehouse"],
                catalogue=self._catalogue(),
                variables=variables,
                outbox_every_s=2.0,
            )
        )
        environment = {**os.environ, **self.runtime.environment(), "PYTHONPATH": os.pathsep.join(paths)}
        patch = self._stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in self.runtime.environment().items():
            patch.setenv(name, value)  # until this system stops: the tests after it have stores of their own
        for number, port in enumerate(ports):
            place = self._folder / f"writer-{number}"
            place.mkdir(parents=True)
            writer = Instance(self._writer_main, "conversation_writer", port, place, environment)
            self._stack.callback(writer.stop)
            writer.start()
            self.writers.append(writer)
        wait_until(lambda: all(writer.is_ready() for writer in self.writers), "the writers are ready", 180)
        self._credentials = {account: self._create(account, environment) for account in ACCOUNTS}
        self._tokens = {account: self._token(account) for account in ACCOUNTS}

    def points(self, unit: str) -> Path:
        """Where the fail points of a unit of the runtime are armed."""
        folder = self._folder / f"{unit}-points"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def play(
        self,
        conversation_count: int,
        *,
        seed: int,
        duplicates: float = 0.05,
        late: float = 0.10,
        rate: float | None = None,
    ) -> None:
        """Send so many conversations, spread over the accounts, until each delivery is acknowledged."""
        numbers = range(len(self._conversations()), len(self._conversations()) + conversation_count)
        for account, share in _by_account(numbers):
            told = [conversation(account, number) for number in share]
            player = Player(
                self.runtime.address("webhook_intake"),
                account,
                self._credentials[account]["webhook_secret"],
                workers=6,
                deadline_s=300,
                rate_per_s=rate,
                misbehaviour=Misbehaviour(duplicates, late, seed),
            )
            player.play(told)
            self._sent.setdefault(account, []).extend(told)
            for attempt in player.history.attempts:
                assert attempt.is_acknowledged or attempt.status in (0, 500, 502, 503), attempt
                if attempt.is_acknowledged:
                    self.acknowledged.add(_fact(account, attempt.delivery))

    def play_on(self, is_so: Callable[[], bool], what: str, patience_s: float) -> None:
        """Go on playing, slowly, until `is_so`: one who waits to die in a handler needs something to handle.

        A machine that restarts writers more slowly than it drains the topic would have nothing left otherwise.
        """
        ends_s = time.monotonic() + patience_s
        while not is_so():
            assert time.monotonic() < ends_s, f"{what}: not so after {patience_s:.0f} s"
            self.play(1, seed=len(self.acknowledged), rate=10)

    def publish_poison(self, account: str, payloads: Sequence[bytes]) -> None:
        publisher = pubsub_v1.PublisherClient()
        topic = publisher.topic_path(os.environ["PROJECT_ID"], "conversation-event-received")
        for payload in payloads:
            publisher.publish(topic, payload, account_id=account).result(30)

    def settle(self, patience_s: float) -> float:
        """The seconds until every acknowledged fact has reached both stores, or patience ended."""
        wanted = len(self.acknowledged)
        rows = sum(fact[2].startswith("m-") for fact in self.acknowledged)

        def is_settled() -> bool:
            if self.event_count() < wanted:
                return False
            return sum(map(len, bigquery_rows(self.warehouse(), ACCOUNTS).values())) >= rows

        try:
            return wait_until(is_settled, "everything has reached both stores", patience_s)
        except AssertionError:
            return patience_s  # the checker says what is missing

    def findings(self) -> Findings:
        return check(
            self.acknowledged, firestore_events(self.store()), bigquery_rows(self.warehouse(), ACCOUNTS), self._shown
        )

    def event_count(self) -> int:
        return int(self.store().collection_group("events").count().get()[0][0].value)

    def outbox_count(self) -> int:
        return int(self.store().collection_group("outbox").count().get()[0][0].value)

    def dead_letter_count(self) -> int:
        return int(self.store().collection_group("dead_letters").count().get()[0][0].value)

    def store(self) -> firestore.Client:
        return firestore.Client(project=os.environ["PROJECT_ID"])

    def warehouse(self) -> bigquery.Client:
        return bigquery.Client(project=os.environ["PROJECT_ID"], credentials=AnonymousCredentials())

    def _shown(self, account: str, conversation_id: str) -> list[str]:
        url = f"{self.runtime.address('conversation_api')}/v1/conversations/by-platform-id/custom/{conversation_id}"
        answer = requests.get(url, headers={"Authorization": f"Bearer {self._tokens[account]}"}, timeout=30)
        return [message["text"] for message in answer.json()["messages"]] if answer.ok else []

    def _token(self, account: str) -> str:
        url = f"{self.runtime.address('conversation_api')}/v1/token"
        headers = {"Authorization": f"Bearer {self._credentials[account]['api_key']}"}
        answer = requests.post(url, json={"agent_id": "checker"}, headers=headers, timeout=30)
        answer.raise_for_status()
        return str(answer.json()["token"])

    def _create(self, account: str, environment: Mapping[str, str]) -> dict[str, str]:
        command = [Path(sys.executable).with_name("earpiece"), "accounts", "create", account, "--format", "json"]
        done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        created: dict[str, str] = json.loads(done.stdout)
        return created

    def _catalogue(self) -> list[Unit]:
        variants = {"conversation_writer": "balanced_writer", **self._variants}
        return [TestUnit(u.name, u.kind, variants[u.name]) if u.name in variants else u for u in UNITS]

    def _conversations(self) -> list[SampleConversation]:
        return [one for told in self._sent.values() for one in told]


def conversation(account: str, number: int) -> SampleConversation:
    """Twenty events; every ninth message falls into the same instant as the one before it."""
    name = f"c-{number:04}"
    start = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=number)
    customer = Participant(f"customer-{number}", Role.CUSTOMER)
    agent = Participant(f"agent-{number % 7}", Role.AGENT)
    said = [
        Happening(
            EventKind.MESSAGE_ADDED,
            start + timedelta(seconds=place - (place % 9 == 0)),
            agent if place % 2 else customer,
            message=MessageContent(f"m-{place:02}", f"{account}|{name}|m-{place:02}"),
            sequence=place,
        )
        for place in range(1, MESSAGES + 1)
    ]
    begun = Happening(EventKind.STARTED, start, agent)
    ended = Happening(EventKind.ENDED, start + timedelta(minutes=1), agent)
    return SampleConversation(name, customer, (begun, *said, ended), "webchat", "en")


def _fact(account: str, delivery: object) -> Fact:
    kind = getattr(delivery, "type")  # noqa: B009 (a delivery of the player)
    part = delivery.object_id if kind.startswith("message.") else kind.removeprefix("conversation.")  # type: ignore[attr-defined]
    return (account, delivery.conversation_id, part)  # type: ignore[attr-defined]


def _by_account(numbers: Iterable[int]) -> list[tuple[str, list[int]]]:
    listed = list(numbers)
    return [(account, listed[place :: len(ACCOUNTS)]) for place, account in enumerate(ACCOUNTS)]


_CODE = (
    ("functions", "webhook_intake"),
    ("functions", "conversation_writer"),
    ("functions", "outbox_relay"),
    ("run", "conversation_api"),
)


__all__ = ["ACCOUNTS", "WRITER_POINTS", "FaultSystem", "Kind"]
