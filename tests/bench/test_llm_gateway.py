"""What the gateway adds to a call: `pytest tests/bench/test_llm_gateway.py -s`, beside other gateways of the machine.

The peer of every run is the provider asked directly. Other gateways take part when `EARPIECE_BENCH_GATEWAYS` names a
JSON file, with the model `small` routed to the address that `EARPIECE_BENCH_PROVIDER` (a port) gives the provider:

    {"litellm": {"base_url": "http://127.0.0.1:9201/v1", "key": "sk-…", "pid": 1234, "headers": {}}}

A slow one may be given fewer calls (`"calls_share": 0.2`). `llm_gateway, masking` is the same instance for an account
that has its personal data masked. Processor time a call is the sturdiest column: it does not count waiting for a core.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from gateway_load import in_own_process  # isort: skip
from gateway_place import a_target, address, cpu_s, our_gateway, peers, provider_process, resident_mb  # isort: skip
from results import tell  # isort: skip

ROUNDS = 3
LOADS = ((1, 400, False), (16, 1_500, False), (64, 1_500, False), (64, 400, True))
LLM = {"models": [{"name": "small", "routes": [{"upstream": "bench", "model": "small"}]}]}


@pytest.mark.timeout(3_600)
def test_what_the_gateway_adds_to_a_call(stores: Any, tmp_path: Path):
    with provider_process() as url, our_gateway(stores, url, tmp_path, LLM, {"bench": {}}) as ours:
        masking = a_target(ours["place"], {**LLM, "masks_personal_data": True}, {"bench": {}})
        targets = {
            "provider itself": {"base_url": f"{url}/bench/v1", "key": "x"},
            "llm_gateway": ours,
            "llm_gateway, masking": {**ours, "key": masking.key},
            **peers(),
        }
        for target in targets.values():
            in_own_process(model="small", count=50, at_once=4, is_stream=False, **address(target))
        rows = [
            _measured(name, target, *load) for load in LOADS for _ in range(ROUNDS) for name, target in targets.items()
        ]
    tell("llm gateway", rows)
    assert not [row for row in rows if row["failures"]]


def _measured(name: str, target: dict[str, Any], at_once: int, count: int, is_stream: bool) -> dict[str, Any]:
    count = int(count * target.get("calls_share", 1))
    before_s = cpu_s(target)
    found = in_own_process(model="small", count=count, at_once=at_once, is_stream=is_stream, **address(target))
    cpu_ms = (cpu_s(target) - before_s) * 1000 / count
    kind = "stream" if is_stream else "whole"
    return {
        "gateway": name,
        "answer": kind,
        "at_once": at_once,
        **found,
        "cpu_ms_a_call": cpu_ms,
        "rss_mb": resident_mb(target),
        "load_1min": os.getloadavg()[0],
    }
