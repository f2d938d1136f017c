"""Suggestions and completions over HTTP, and the engine alone: `pytest tests/bench/test_suggestion_api.py -s`."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

from earpiece.engine.corpus import TrainingConversation, Turn, corpus_of
from earpiece.engine.model import load
from earpiece.engine.training import train
from earpiece_emulators.samples.generate import generate

from load import Request, in_own_process, percentile  # isort: skip
from results import tell  # isort: skip
from system import local_system  # isort: skip

CONVERSATIONS = 200


def test_suggestions_over_http(tmp_path: Path):
    told = list(generate("lumen", count=CONVERSATIONS, until=datetime.now(UTC)))
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
            make = lambda kind=what: _requests(kind, ids, agents, 600)  # noqa: E731
            in_own_process(url, make, connections=connections, rate_per_s=None)
            found = in_own_process(url, make, connections=connections, rate_per_s=None)
            rows.append({"request": what, "connections": connections, **found})
    tell("suggestion_api", rows)
    tell("the engine alone, in its process", _engine(told, tmp_path / "model"))
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
    rows = []
    for name, ask in (("suggest", lambda c: model.suggest(c, "", 3)), ("complete", lambda c: model.complete(c, "Hel"))):
        taken = []
        for context in contexts:
            began = time.perf_counter()
            ask(context)
            taken.append((time.perf_counter() - began) * 1000)
        rows.append({"call": name, "p50_ms": percentile(taken, 0.5), "p99_ms": percentile(taken, 0.99)})
    return rows
