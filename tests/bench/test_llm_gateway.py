"""What the gateway adds to a call: `pytest tests/bench/test_llm_gateway.py -s`, beside other gateways of the machine.

The peer of every run is the provider asked directly. Other gateways take part when `EARPIECE_BENCH_GATEWAYS` names a
JSON file, with the model `small` routed to the address that `EARPIECE_BENCH_PROVIDER` (a port) gives the provider:

    {"litellm": {"base_url": "http://127.0.0.1:9201/v1", "key": "sk-…", "pid": 1234, "headers": {}}}

Processor time a call is the sturdiest column: it does not count the waiting for a core.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.integration.llm_gateway.place import Place, a_caller, running
from tests.waiting import until

from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.keyfile_secrets import KeyFileSecrets
from earpiece_emulators.keys import ensure_keys
from earpiece_emulators.model_provider import ModelProvider
from earpiece_emulators.ports import LOOPBACK, choose

from gateway_load import in_own_process  # isort: skip
from processes_cpu import of_process  # isort: skip
from results import tell  # isort: skip

ROUNDS = 3
LOADS = ((1, 400, False), (16, 1_500, False), (64, 1_500, False), (64, 400, True))


def test_what_the_gateway_adds_to_a_call(stores: Any, tmp_path: Path):
    with _provider() as url, _gateway(stores, url, tmp_path) as ours:
        targets = {"provider itself": {"base_url": f"{url}/bench/v1", "key": "x"}, "llm_gateway": ours, **_peers()}
        for target in targets.values():
            in_own_process(model="small", count=50, at_once=4, is_stream=False, **_address(target))
        rows = [
            _measured(name, target, *load) for load in LOADS for _ in range(ROUNDS) for name, target in targets.items()
        ]
    tell("llm gateway", rows)
    assert not [row for row in rows if row["failures"]]


def _measured(name: str, target: dict[str, Any], at_once: int, count: int, is_stream: bool) -> dict[str, Any]:
    before = _cpu_s(target)
    found = in_own_process(model="small", count=count, at_once=at_once, is_stream=is_stream, **_address(target))
    cpu_ms = (_cpu_s(target) - before) * 1000 / count
    kind = "stream" if is_stream else "whole"
    return {
        "gateway": name,
        "answer": kind,
        "at_once": at_once,
        **found,
        "cpu_ms_a_call": cpu_ms,
        "rss_mb": _mb(target),
    }


def _address(target: dict[str, Any]) -> dict[str, Any]:
    return {name: target[name] for name in ("base_url", "key", "headers") if name in target}


def _processes(target: dict[str, Any]) -> list[int]:
    pid = target.get("pid")
    if pid is None:
        return []
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(int(child) for child in children)]


def _cpu_s(target: dict[str, Any]) -> float:
    return sum(of_process(pid) for pid in _processes(target))


def _mb(target: dict[str, Any]) -> float:
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in _processes(target))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _peers() -> dict[str, dict[str, Any]]:
    named = os.environ.get("EARPIECE_BENCH_GATEWAYS")
    return json.loads(Path(named).read_text()) if named else {}


@contextmanager
def _provider() -> Iterator[str]:
    """The stand-in of a provider, in a process of its own."""
    port = int(os.environ.get("EARPIECE_BENCH_PROVIDER") or choose(["provider"], {})["provider"])
    process = subprocess.Popen([sys.executable, "-m", "earpiece_emulators.model_provider", str(port)])
    try:
        until(lambda: _listens(port), 30, "the provider does not answer")
        yield f"http://{LOOPBACK}:{port}"
    finally:
        process.kill()
        process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


@contextmanager
def _gateway(stores: Any, provider: str, folder: Path) -> Iterator[dict[str, Any]]:
    keys = ensure_keys(folder / "keys")
    environment = {**stores.need("firestore", "pubsub"), "SECRETS_KEY_FILE": str(keys.secrets)}
    secrets = KeyFileSecrets(environment["SECRETS_KEY_FILE"])
    with running(environment, folder) as gateway:
        clients = FirestoreClients(environment["PROJECT_ID"])
        place = Place(environment, clients, secrets, gateway, ModelProvider(), provider)
        routes = [{"upstream": "bench", "model": "small"}]
        caller = a_caller(
            place, "bench", models=[{"name": "small", "routes": routes}], upstreams=[place.upstream("bench")]
        )
        yield {"base_url": f"{gateway.url}/v1", "key": caller.key, "pid": gateway.process.pid}
