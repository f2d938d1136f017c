"""Suggestions and completions over HTTP, and the engine alone: `pytest tests/bench/test_suggestion_api.py -s`.

Trained on the sample account `lumen`, or on the file (JSONL, gzip allowed) that EARPIECE_BENCH_CONVERSATIONS names.
"""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

from earpiece.engine.corpus import TrainingConversation, Turn, corpus_of
from earpiece.engine.model import load
from earpiece.engine.training import train
from earpiece_emulators.samples.canonical import read_conversations
from earpiece_emulators.samples.conversation import SampleConversation
from earpiece_emulators.samples.generate import generate

from load import Request, in_own_process, percentile  # isort: skip
from processes_cpu import recorded_cpu_seconds  # isort: skip
from results import tell  # isort: skip
from system import local_system  # isort: skip

CONVERSATIONS = 200
REQUESTS = 600


def test_suggestions_over_http(tmp_path: Path):
    told = _conversations()
    with local_system(tmp_path / "run") as system:
        system.play(told)
        while system.missing(told) != (0, 0):
            time.sleep(0.5)
        run_id = system.start_training()
        while system.training_run(run_id)["state"] in ("requested", "running"):
            time.sleep(0.5)
        while not system.is_serving():
            time.sleep(0.5)
        ids = system.conversation_ids(40)
        # Twenty agents, so that no one of them is over the limit of an agent.
        agents = [{**system.authorization(f"agent-{n}"), "content-type": "application/json"} for n in range(20)]
        url = system.addresses()["suggestion_api"]
        rows = []
        for what, connections in (("suggestions", 1), ("suggestions", 8), ("completions", 1), ("completions", 8)):
            make = lambda kind=what: _requests(kind, ids, agents, REQUESTS)  # noqa: E731
            in_own_process(url, make, connections=connections, rate_per_s=None)
            before = recorded_cpu_seconds(tmp_path / "run")["suggestion_api"]
            found = in_own_process(url, make, connections=connections, rate_per_s=None)
            cpu_s = recorded_cpu_seconds(tmp_path / "run")["suggestion_api"] - before
            per_core = {"cpu_ms": 1000 * cpu_s / REQUESTS, "per_core_per_s": REQUESTS / cpu_s}
            rows.append({"request": what, "connections": connections, **found, **per_core})
    engine = _engine(told, tmp_path / "model")
    tell("suggestion_api", rows)
    tell("the engine alone, in its process", engine)
    tell("the engine's share of the unit's processor time", [_share(rows, engine)])
    assert not any(row["failures"] for row in rows)


def _requests(kind: str, ids: list[str], agents: list[dict[str, str]], count: int) -> list[Request]:
    drafts = ("", "H", "He", "Hello", "Thank", "Thank you", "I can", "Let me")
    return [
        (
            f"/v1/conversations/{ids[number % len(ids)]}/{kind}",
            json.dumps({"draft": drafts[number % len(drafts)]}).encode(),
            agents[number % len(agents)],
        )
        for number in range(count)
    ]


def _engine(told, folder: Path) -> list[dict[str, object]]:
    conversations = [
        TrainingConversation(
            one.conversation_id,
            one.customer.participant_id,
            tuple(Turn(turn.actor.role.value, turn.message.text, turn.actor.participant_id) for turn in one.turns()),
        )
        for one in told
    ]
    train(corpus_of(conversations), folder)
    model = load(folder)
    contexts = [[{"role": t.role, "text": t.text} for t in one.turns[:3]] for one in conversations]
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


def _share(rows: list[dict[str, object]], engine: list[dict[str, object]]) -> dict[str, float]:
    """Of a request at one connection: suggestions make all four calls, completions rank and make one."""
    cpu = {row["request"]: float(str(row["cpu_ms"])) for row in rows if row["connections"] == 1}
    calls = {row["call"]: float(str(row["cpu_ms"])) for row in engine}
    return {
        "suggestions": sum(calls.values()) / cpu["suggestions"],
        "completions": (calls["suggest"] + calls["complete"]) / cpu["completions"],
    }


def _conversations() -> list[SampleConversation]:
    if named := os.environ.get("EARPIECE_BENCH_CONVERSATIONS"):
        return list(read_conversations(Path(named), CONVERSATIONS))
    return list(generate("lumen", count=CONVERSATIONS, until=datetime.now(UTC)))
