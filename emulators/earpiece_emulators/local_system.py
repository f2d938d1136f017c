"""The running local system from outside, as its users meet it: the console, the webhook door and the widget's HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import requests

from earpiece.domain.errors import Unavailable
from earpiece.domain.events import Role
from earpiece.domain.ids import conversation_id
from earpiece.engine.likeness import is_near
from earpiece_emulators.demo_model import DemoModel, demo_model
from earpiece_emulators.places import STATE_VARIABLE, State
from earpiece_emulators.playing import Played, Player
from earpiece_emulators.ports import LOOPBACK
from earpiece_emulators.record import read_record
from earpiece_emulators.samples.conversation import SampleConversation
from earpiece_emulators.samples.material import material

PLATFORM = "custom"
WORKERS = 6
TIMEOUT_S = 10.0
PATIENCE_S = 60.0
BECOMES_KNOWN_S = 10.0  # a door that was asked for an account just before it was made says no for 5 s
TYPED_CHARACTERS = 8
LOCAL_ORIGIN = f"http://{LOOPBACK}:"


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in a conversation: `so_far` is what happened before the agent wrote `agent_wrote`."""

    so_far: SampleConversation
    customer_said: str
    agent_wrote: str


@dataclass(frozen=True, slots=True)
class Suggested:
    text: str
    source: str
    score: float
    is_right: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What was offered at a moment, beside what the agent wrote."""

    suggestions: tuple[Suggested, ...]
    completion: str | None
    is_completed: bool

    @property
    def is_suggested(self) -> bool:
        return any(suggestion.is_right for suggestion in self.suggestions)


class LocalSystem:
    """The run of a state folder, and one account in it."""

    def __init__(self, state: State, account_id: str) -> None:
        record = read_record(state.runtime)
        if record is None:
            raise Unavailable(f"nothing runs from {state.folder}")
        self._state = state
        self._account_id = account_id
        self._units = {process.name: process.address for process in record.processes if process.role == "unit"}
        self._stand_ins = {one.name: one.address for one in record.processes if one.role == "stand_in"}
        os.environ.update(record.environment)  # by which Google's clients find the stores
        self._tokens: dict[str, str] = {}
        self._http = requests.Session()
        self._http.trust_env = False

    def addresses(self) -> dict[str, str]:
        return dict(self._units)

    def create_account(self) -> None:
        canned = files("earpiece_emulators.samples").joinpath(self._account_id, "canned.json")
        self._console("accounts", "create", self._account_id, "--canned", str(canned))
        credentials = json.loads(self._state.credentials.read_bytes())["accounts"][self._account_id]
        self._secret, self._key = credentials["webhook_secret"], credentials["api_key"]

    def desk(self) -> str:
        """The address of the agent's desk."""
        return self._stand_ins["desk"]

    def allow_desk(self) -> None:
        """Let the desk's page call for this account, from where it is now, and know the account's language."""
        now = self._console("settings", "show", "--account", self._account_id)
        kept = [origin for origin in now["allowed_origins"] if not origin.startswith(LOCAL_ORIGIN)]
        origins = ",".join([*kept, self.desk()])
        language = material(self._account_id).facts["locale"][:2]
        changes = (f"allowed_origins={origins}", f"default_language={language}")
        self._console("settings", "set", "--account", self._account_id, *changes)

    def play(self, conversations: Sequence[SampleConversation], say: Callable[[str], None] | None = None) -> Played:
        player = Player(
            self._units["webhook_intake"],
            self._account_id,
            self._secret,
            workers=WORKERS,
            becomes_known_s=BECOMES_KNOWN_S,
            progress=_every_few_seconds(say),
        )
        return player.play(conversations)

    def missing(self, conversations: Sequence[SampleConversation]) -> tuple[int, int]:
        """How many of these conversations are not yet in Firestore, and of their messages not yet in BigQuery."""
        wanted = {
            conversation_id(self._account_id, PLATFORM, told.conversation_id): len(told.standing())
            for told in conversations
        }
        rows = self._row_counts()
        messages = sum(max(count - rows.get(one, 0), 0) for one, count in wanted.items())
        return len(wanted.keys() - self._stored_ids()), messages

    def start_training(self) -> str:
        return str(self._console("training", "start", "--account", self._account_id)["run_id"])

    def training_run(self, run_id: str) -> dict[str, Any]:
        runs = self._console("training", "list", "--account", self._account_id)
        return next((run for run in runs if run["run_id"] == run_id), {"state": "requested", "reason": ""})

    def model(self, version: str) -> dict[str, Any]:
        models = self._console("models", "list", "--account", self._account_id)
        return next((model for model in models if model["version"] == version), {})

    def is_serving(self) -> bool:
        """Whether suggestion_api answers with the account's model in service."""
        (conversation_id,) = self.conversation_ids(1)
        version = self.version_in_service()
        return version is not None and self._suggest(conversation_id, "")["model_version"] == version

    def version_in_service(self) -> str | None:
        """The account's model version in service; None before its first."""
        models = self._console("models", "list", "--account", self._account_id)
        return next((str(model["version"]) for model in models if model["is_in_service"]), None)

    def moments(self, conversation: SampleConversation, most: int) -> Iterator[Moment]:
        """The first turns in which the agent answers the customer."""
        turns = conversation.turns()
        found = 0
        for before, turn in pairwise(turns):
            if found == most:
                return
            if before.actor and turn.actor and (before.actor.role, turn.actor.role) == (Role.CUSTOMER, Role.AGENT):
                assert before.message is not None
                assert turn.message is not None
                so_far = tuple(happening for happening in conversation.happenings if happening.at < turn.at)
                found += 1
                yield Moment(replace(conversation, happenings=so_far), before.message.text, turn.message.text)

    def ask(self, moment: Moment) -> Answer:
        """Play what happened so far, wait until it is visible, and ask as the widget does."""
        self.play([moment.so_far])
        conversation_id = self._visible(moment.so_far)
        offered = self._suggest(conversation_id, "")["suggestions"]
        typed = moment.agent_wrote[:TYPED_CHARACTERS]
        completion = self._suggest(conversation_id, typed)["completion"]
        rest = completion["text"] if completion else None
        suggestions = tuple(
            Suggested(one["text"], one["source"], one["score"], is_near(one["text"], moment.agent_wrote))
            for one in offered
        )
        is_completed = bool(rest and moment.agent_wrote[TYPED_CHARACTERS:].startswith(rest))
        return Answer(suggestions, rest, is_completed)

    def connect_model(self) -> DemoModel:
        """Give the account's assistants a language model: the environment's, else the stand-in of this machine."""
        chosen = demo_model(os.environ, self._stand_ins["model_provider"])
        arguments = ("assistants", "connect", "--account", self._account_id, *chosen.arguments)
        self._console(*arguments, variables=chosen.variables)
        return chosen

    def result(self, conversation: SampleConversation, code: str) -> dict[str, Any]:
        """What an assistant made of a conversation so far; empty while there is nothing."""
        url = f"{self._units['conversation_api']}/v1/conversations/by-platform-id/custom/{conversation.conversation_id}"
        answer = self._http.get(url, headers=self.authorization(), timeout=TIMEOUT_S)
        found = [one for one in answer.json()["assistants"] if one["code"] == code] if answer.ok else []
        return dict(found[0]) if found else {}

    def _visible(self, conversation: SampleConversation) -> str:
        url = f"{self._units['conversation_api']}/v1/conversations/by-platform-id/custom/{conversation.conversation_id}"
        wanted = len(conversation.standing())
        until_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < until_s:
            answer = self._http.get(url, headers=self.authorization(), timeout=TIMEOUT_S)
            if answer.ok and len(answer.json()["messages"]) >= wanted:
                return str(answer.json()["conversation_id"])
            time.sleep(0.1)
        raise Unavailable(f"{conversation.conversation_id} is not visible after {PATIENCE_S:.0f} s")

    def conversation_ids(self, most: int) -> list[str]:
        """Our ids of conversations that are in Firestore."""
        from google.cloud.firestore import Client

        stored = Client(project=os.environ["PROJECT_ID"]).collection("accounts", self._account_id, "conversations")
        return [str(found.id) for found in stored.limit(most).stream()]

    def webhook_secret(self) -> str:
        return str(self._secret)

    def wait_for_message(self, conversation_id: str, message_id: str) -> float:
        """When (Unix seconds) the platform's message is readable through the conversation API."""
        url = f"{self._units['conversation_api']}/v1/conversations/by-platform-id/custom/{conversation_id}"
        until_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < until_s:
            answer = self._http.get(url, headers=self.authorization(), timeout=TIMEOUT_S)
            if answer.ok and message_id in {message["message_id"] for message in answer.json()["messages"]}:
                return time.time()
            time.sleep(0.01)
        raise Unavailable(f"{message_id} is not visible after {PATIENCE_S:.0f} s")

    def _suggest(self, conversation_id: str, draft: str) -> dict[str, Any]:
        url = f"{self._units['suggestion_api']}/v1/conversations/{conversation_id}/suggestions"
        body: dict[str, Any] = {"draft": draft, "deadline_ms": 2000}
        answer = self._http.post(url, json=body, headers=self.authorization(), timeout=TIMEOUT_S)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def authorization(self, agent_id: str = "demo-agent") -> dict[str, str]:
        """The header of an agent's token, asked for once."""
        if agent_id not in self._tokens:
            headers = {"Authorization": f"Bearer {self._key}"}
            url = f"{self._units['conversation_api']}/v1/token"
            answer = self._http.post(url, json={"agent_id": agent_id}, headers=headers, timeout=TIMEOUT_S)
            answer.raise_for_status()
            self._tokens[agent_id] = str(answer.json()["token"])
        return {"Authorization": f"Bearer {self._tokens[agent_id]}"}

    def _stored_ids(self) -> set[str]:
        from google.cloud.firestore import Client

        stored = Client(project=os.environ["PROJECT_ID"]).collection("accounts", self._account_id, "conversations")
        return {found.id for found in stored.select([]).stream(timeout=60)}

    def _row_counts(self) -> dict[str, int]:
        """Messages in BigQuery, by conversation."""
        from earpiece.adapters.bigquery_client import bigquery_client

        client = bigquery_client(os.environ["PROJECT_ID"])
        view = f"`{client.project}.account_{self._account_id}.messages_current`"
        query = f"SELECT conversation_id, COUNT(*) AS found FROM {view} GROUP BY conversation_id"  # noqa: S608
        return {row["conversation_id"]: int(row["found"]) for row in client.query(query).result(timeout=60)}

    def _console(self, *arguments: str, variables: Mapping[str, str] | None = None) -> Any:
        environment = {**os.environ, **(variables or {}), STATE_VARIABLE: str(self._state.folder)}
        command = [str(Path(sys.executable).with_name("earpiece")), *arguments, "--format", "json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unavailable(done.stderr.strip() or f"{' '.join(arguments)} ended with {done.returncode}")
        return json.loads(done.stdout)


def _every_few_seconds(say: Callable[[str], None] | None, pause_s: float = 3.0) -> Any:
    told_s = time.monotonic()

    def progress(sent: int, acknowledged: int, per_s: float) -> None:
        nonlocal told_s
        if say and time.monotonic() - told_s > pause_s:
            told_s = time.monotonic()
            say(f"{acknowledged} of {sent} deliveries acknowledged, {per_s:.0f} per second")

    return progress
