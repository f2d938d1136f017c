"""From a conversation's end to its summary in the conversation API: `pytest tests/bench/test_summary.py -s`.

Conversations of 50 turns end one after the other, then four at a time. The language model is the stand-in, which is
told to take as long as a hosted one might: what lies above that is ours.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import requests

from earpiece_emulators.demo_model import STAND_IN
from earpiece_emulators.demo_showing import SUMMARIZER
from earpiece_emulators.local_system import LocalSystem
from earpiece_emulators.places import State
from earpiece_emulators.record import read_record
from earpiece_emulators.samples.canonical import from_canonical
from earpiece_emulators.samples.conversation import SampleConversation
from earpiece_emulators.samples.generate import generate

from load import percentile  # isort: skip
from results import tell  # isort: skip
from system import local_system  # isort: skip

TURNS = 50
EACH = 20
PROVIDER_S = 2.0
PATIENCE_S = 90.0
PAUSE_S = 0.05


def test_a_summary_after_fifty_turns(tmp_path: Path):
    told = list(_long_conversations(2 * EACH + 1))
    rows = []
    with local_system(tmp_path / "run") as system:
        system.connect_model()
        _let_the_provider_take(tmp_path / "run", PROVIDER_S)
        _summarised_s(system, told[0])  # until every unit knows of the model
        for at_once, ended in ((1, told[1 : EACH + 1]), (4, told[EACH + 1 :])):
            taken = _all_summarised_s(system, ended, at_once)
            row = {"p50_s": percentile(taken, 0.5), "p95_s": percentile(taken, 0.95), "max_s": max(taken)}
            rows.append({"turns": TURNS, "at_once": at_once, "provider_s": PROVIDER_S, "ended": len(taken), **row})
    tell("summary", rows)


def _all_summarised_s(system: LocalSystem, ended: Sequence[SampleConversation], at_once: int) -> list[float]:
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda one: _summarised_s(system, one), ended))


def _summarised_s(system: LocalSystem, conversation: SampleConversation) -> float:
    """From the acknowledgement of its end until the conversation shows the summary."""
    assert system.play([conversation]).refused == 0
    ended_s = time.monotonic()
    while (result := system.result(conversation, SUMMARIZER)).get("state") != "done" or result["is_stale"]:
        assert time.monotonic() < ended_s + PATIENCE_S, result
        time.sleep(PAUSE_S)
    return time.monotonic() - ended_s


def _let_the_provider_take(folder: Path, delay_s: float) -> None:
    record = read_record(State(folder).runtime)
    assert record is not None
    address = next(process.address for process in record.processes if process.name == "model_provider")
    answer = requests.put(f"{address}/_control/{STAND_IN}", json={"delay_s": delay_s}, timeout=10)
    answer.raise_for_status()


def _long_conversations(count: int) -> Iterator[SampleConversation]:
    """What several conversations said, as one of 50 turns each."""
    turns = [
        {"role": turn.actor.role.value, "text": turn.message.text}
        for one in generate("lumen", count=20 * count, until=datetime.now(UTC))
        for turn in one.turns()
        if turn.actor and turn.message
    ]
    for number in range(count):
        said = turns[number * TURNS : (number + 1) * TURNS]
        yield from_canonical({"conversation_id": f"long-{number}", "turns": said}, position=number)
