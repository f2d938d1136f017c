"""Suggestions and completions over HTTP, and the engine alone: `pytest tests/bench/test_suggestion_api.py -s`.

Trained on the sample account `lumen`, or on the file (JSONL, gzip allowed) that EARPIECE_BENCH_CONVERSATIONS names.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.firestore_conversations import FirestoreConversations
from earpiece.domain.deliveries import Delivery
from earpiece.engine import load
from earpiece.engine.corpus import TrainingConversation, Turn, corpus_of
from earpiece.engine.model import Model
from earpiece.engine.training import train
from earpiece.platforms import PLATFORMS
from earpiece_emulators.deliveries import deliveries
from earpiece_emulators.runtime import Runtime
from earpiece_emulators.samples.canonical import read_conversations
from earpiece_emulators.samples.conversation import SampleConversation
from earpiece_emulators.samples.generate import generate

from asked import ACCOUNT, AGENTS, create_account, release, token  # isort: skip
from load import Request, in_own_process, percentile  # isort: skip
from processes_cpu import cpu_seconds  # isort: skip
from results import tell  # isort: skip

CONVERSATIONS = 200
IN_FIRESTORE = 40
REQUESTS = 600
ROUNDS = 3
UNIT = "suggestion_api"
# The first request of a turn brings the pack as well; the widget says that it has it in those after.
FIRST, TYPING, COMPLETIONS = KINDS = ("first suggestions of a turn", "suggestions", "completions")


def test_suggestions_over_http(tmp_path: Path):
    told = _conversations()
    conversations = [_to_train_from(one) for one in told]
    train(corpus_of(conversations), tmp_path / "model")
    rows = []
    with Runtime(
        tmp_path / "run", units=[UNIT, "conversation_api"], stores=["firestore", "pubsub", "storage"]
    ) as runtime:
        os.environ.update(runtime.environment())
        key = create_account(runtime).api_key
        ids = [_keep(runtime, one) for one in told[:IN_FIRESTORE]]
        release(runtime, tmp_path / "model", "v1")
        # Twenty agents, so that no one of them is over the limit of an agent.
        agents = [token(runtime, key, f"agent-{number}") for number in range(AGENTS)]
        turns = [(one, _wait_until_it_serves(runtime.address(UNIT), one, agents[0])) for one in ids]
        for _ in range(ROUNDS):
            for what in KINDS:
                for connections in (1, 8):
                    asked = _requests(what, turns, agents, REQUESTS)
                    rows.append({"request": what, "connections": connections, **_measure(runtime, asked, connections)})
    engine = _engine(load(tmp_path / "model"), conversations)
    tell("suggestion_api", rows)
    tell("suggestion_api, processor time", [_noise(rows, what) for what in KINDS])
    tell("the engine alone, in its process", engine)
    tell("the engine's share of the unit's processor time", [_share(rows, engine)])
    assert not any(row["failures"] for row in rows)


def _measure(runtime: Runtime, asked: list[Request], connections: int) -> dict[str, float]:
    before_s = cpu_seconds(runtime, [UNIT])[UNIT]
    found = in_own_process(runtime.address(UNIT), lambda: asked, connections=connections, rate_per_s=None)
    cpu_s = cpu_seconds(runtime, [UNIT])[UNIT] - before_s
    return {**found, "cpu_ms": 1000 * cpu_s / len(asked), "per_core_per_s": len(asked) / cpu_s}


def _keep(runtime: Runtime, told: SampleConversation) -> str:
    """The conversation's events in Firestore, as the writer keeps them; our id of it."""
    store = FirestoreConversations(ACCOUNT, FirestoreClients(runtime.cloud.project).of(ACCOUNT))
    for sent in deliveries(told):
        delivery = Delivery("custom", {"webhook-id": sent.delivery_id}, sent.body, datetime.now(UTC))
        for event in PLATFORMS["custom"].normalise(delivery, ACCOUNT.account_id).events:
            store.append(event)
    return event.conversation_id


def _wait_until_it_serves(url: str, conversation_id: str, agent: Mapping[str, str]) -> int:
    """The number of events that its answers are based on."""
    import requests

    asked = {"draft": "", "deadline_ms": 2000}
    until_s = time.monotonic() + 60
    while time.monotonic() < until_s:
        path = f"{url}/v1/conversations/{conversation_id}/suggestions"
        answer = requests.post(path, json=asked, headers=dict(agent), timeout=10).json()
        if answer.get("model_version") == "v1":
            return int(answer["based_on"])
        time.sleep(0.2)
    raise AssertionError("the model does not serve")


def _to_train_from(told: SampleConversation) -> TrainingConversation:
    turns = tuple(Turn(turn.actor.role.value, turn.message.text, turn.actor.participant_id) for turn in told.turns())
    return TrainingConversation(told.conversation_id, told.customer.participant_id, turns)


def _requests(
    kind: str, turns: Sequence[tuple[str, int]], agents: Sequence[dict[str, str]], count: int
) -> list[Request]:
    drafts = ("", "H", "He", "Hello", "Thank", "Thank you", "I can", "Let me")
    path = "completions" if kind == COMPLETIONS else "suggestions"
    listed: list[Request] = []
    for number in range(count):
        conversation_id, based_on = turns[number % len(turns)]
        # Long enough that a first answer brings its pack, however many wait: what comes late would look like speed.
        more = {"pack_based_on": based_on} if kind == TYPING else {"deadline_ms": 2000} if kind == FIRST else {}
        body = json.dumps({"draft": drafts[number % len(drafts)], **more}).encode()
        listed.append((f"/v1/conversations/{conversation_id}/{path}", body, agents[number % len(agents)]))
    return listed


def _engine(model: Model, conversations: Sequence[TrainingConversation]) -> list[dict[str, object]]:
    contexts: list[Any] = [[{"role": t.role, "text": t.text} for t in one.turns[:3]] for one in conversations]
    calls = {
        "suggest": lambda context: model.suggest(context, "", 3),
        "complete": lambda context: model.complete(context, "Hel"),
        "urls": lambda context: model.urls(context, 3),
        "pack": model.pack,
    }
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for context in contexts:  # as in a request: the first call ranks, the others find that done
        for name, ask in calls.items():
            began_s = time.thread_time()
            ask(context)
            taken[name].append((time.thread_time() - began_s) * 1000)
    return [
        {"call": name, "p50_ms": percentile(ms, 0.5), "p99_ms": percentile(ms, 0.99), "cpu_ms": sum(ms) / len(ms)}
        for name, ms in taken.items()
    ]


def _noise(rows: list[dict[str, Any]], what: str) -> dict[str, object]:
    """Of the rounds at one connection: processor time of a request, and the largest over the smallest."""
    found = sorted(float(row["cpu_ms"]) for row in rows if row["request"] == what and row["connections"] == 1)
    return {"request": what, "cpu_ms": found[len(found) // 2], "noise": found[-1] / found[0]}


def _share(rows: list[dict[str, object]], engine: list[dict[str, object]]) -> dict[str, float]:
    """Of a request at one connection: a turn's first makes all four calls, a completion ranks and makes one."""
    cpu = {what: float(str(_noise(rows, what)["cpu_ms"])) for what in KINDS}
    calls = {row["call"]: float(str(row["cpu_ms"])) for row in engine}
    return {
        FIRST: sum(calls.values()) / cpu[FIRST],
        TYPING: (sum(calls.values()) - calls["pack"]) / cpu[TYPING],
        COMPLETIONS: (calls["suggest"] + calls["complete"]) / cpu[COMPLETIONS],
    }


def _conversations() -> list[SampleConversation]:
    if named := os.environ.get("EARPIECE_BENCH_CONVERSATIONS"):
        return list(read_conversations(Path(named), CONVERSATIONS))
    return list(generate("lumen", count=CONVERSATIONS, until=datetime.now(UTC)))
