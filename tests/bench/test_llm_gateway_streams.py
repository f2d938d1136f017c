"""A thousand streams at once on one instance: `pytest tests/bench/test_llm_gateway_streams.py -s`.

Provider, gateway and callers are processes of their own, so that the gateway's memory is its own; its most is what
Linux says (`VmHWM`). The limit is the memory that Cloud Run gives an instance by default.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.waiting import until

from gateway_faults import WORDS, in_own_process  # isort: skip
from gateway_place import address, behave, behaves, cpu_s, our_gateway, provider_process  # isort: skip
from results import tell  # isort: skip

STREAMS = 1_000
MOST_MB = 512 * 1.048576
LLM = {"models": [{"name": "chat", "routes": [{"upstream": "bench", "model": "small"}]}]}


@pytest.mark.parametrize("masks", [False, True], ids=["plain", "masking"])
def test_a_thousand_streams_at_once_fit_into_one_instance(stores: Any, tmp_path: Path, masks: bool):
    llm = {**LLM, "masks_personal_data": masks}
    with provider_process() as provider, our_gateway(stores, provider, tmp_path, llm, {"bench": {}}) as ours:
        before_mb, before_s = most_mb(ours["pid"]), cpu_s(ours)
        behave(provider, "bench", {"text": WORDS, "delay_s": 8, "interval_s": 0.5})
        task = {"model": "chat", "count": STREAMS, "at_once": STREAMS, "is_stream": True, **address(ours)}
        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(in_own_process, **task)
            until(lambda: asking.done() or _open(provider) >= STREAMS, 60, "the streams were not open together")
            together = _open(provider)
            found = asking.result()
        row = {
            "masking": masks,
            "streams": STREAMS,
            "open together": together,
            "ok": found["ends"].get("ok", 0),
            "first_s": found["seconds"][0],
            "last_s": found["seconds"][-1],
            "mb_before": before_mb,
            "most_mb": most_mb(ours["pid"]),
            "cpu_ms_a_stream": (cpu_s(ours) - before_s) * 1000 / STREAMS,
            "load_1min": os.getloadavg()[0],
        }
    tell(f"llm gateway streams{', masking' if masks else ''}", [row])
    assert found["ends"] == {"ok": STREAMS}
    assert together == STREAMS
    assert row["most_mb"] < MOST_MB


def _open(provider: str) -> int:
    told = behaves(provider, "bench")
    return int(told["request_count"] - told["completed_count"] - told["left_count"])


def most_mb(pid: int) -> float:
    """The most memory that a process ever held, in 10^6 bytes."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) * 1024 / 1e6
