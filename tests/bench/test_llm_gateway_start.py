"""How soon a new instance listens and first answers a call: `pytest tests/bench/test_llm_gateway_start.py -s`.

Other gateways take part when `EARPIECE_BENCH_STARTS` names a JSON file; each is started anew in every round, and its
model `small` goes to the port `EARPIECE_BENCH_PROVIDER`:

    {"portkey": {"command": ["node", "…"], "port": 9302, "base_url": "http://127.0.0.1:9302/v1", "key": "x"}}

A round before the measured ones compiles Python's sources, as a container's build does.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

from tests.integration.llm_gateway.place import UNIT, Place, a_caller
from tests.waiting import until

from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.keyfile_secrets import KeyFileSecrets
from earpiece_emulators.keys import ensure_keys
from earpiece_emulators.launches import clean_environment
from earpiece_emulators.model_provider import ModelProvider
from earpiece_emulators.places import REPOSITORY
from earpiece_emulators.ports import choose
from earpiece_emulators.units import unit_launch

from gateway_place import listens, provider_process  # isort: skip
from processes_cpu import of_process  # isort: skip
from results import tell  # isort: skip

ROUNDS = 7
LISTENS_S, ANSWERS_S = 1.0, 2.5


def test_how_soon_an_instance_answers(stores: Any, tmp_path: Path):
    with provider_process() as provider:
        targets = {"llm_gateway": _ours(stores, provider, tmp_path), **_peers()}
        _round(targets["llm_gateway"])  # compiles our own sources, as a container's build does
        rows = [
            {"gateway": name, **_round(target), "load_1min": os.getloadavg()[0]}
            for _ in range(ROUNDS)
            for name, target in targets.items()
        ]
    tell("llm gateway start", rows)
    ours = [row for row in rows if row["gateway"] == "llm_gateway"]
    waits = max(1.0, min(row["load_1min"] for row in ours) / (os.cpu_count() or 1))  # for a core
    assert min(row["listens_s"] for row in ours) < LISTENS_S * waits
    assert min(row["answers_s"] for row in ours) < ANSWERS_S * waits


def _round(target: dict[str, Any]) -> dict[str, float]:
    environment = {**clean_environment(), **target.get("environment", {})}
    began_s = time.perf_counter()
    process = subprocess.Popen(
        target["command"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=target.get("folder"),
    )
    try:
        until(lambda: listens(target["port"]), 60, "it does not listen")
        listens_s = time.perf_counter() - began_s
        until(lambda: _answers(target), 60, "it does not answer")
        return {
            "listens_s": listens_s,
            "answers_s": time.perf_counter() - began_s,
            "cpu_s": of_process(process.pid),
        }
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def _answers(target: dict[str, Any]) -> bool:
    body = json.dumps({"model": "small", "messages": [{"role": "user", "content": "hi"}]}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {target['key']}"}
    headers |= target.get("headers", {})
    request = urllib.request.Request(f"{target['base_url']}/chat/completions", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _ours(stores: Any, provider: str, folder: Path) -> dict[str, Any]:
    keys = ensure_keys(folder / "keys")
    environment = {**stores.need("firestore", "pubsub"), "SECRETS_KEY_FILE": str(keys.secrets)}
    port = choose(["gateway-start"], {})["gateway-start"]
    launch = unit_launch(UNIT, REPOSITORY, port, environment)
    clients, secrets = FirestoreClients(environment["PROJECT_ID"]), KeyFileSecrets(environment["SECRETS_KEY_FILE"])
    place = Place(environment, clients, secrets, None, ModelProvider(), provider)  # type: ignore[arg-type]
    routes = [{"upstream": "bench", "model": "small"}]
    caller = a_caller(place, "bench", models=[{"name": "small", "routes": routes}])
    compiled = {"PYTHONPYCACHEPREFIX": str(folder / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
    return {
        "command": list(launch.command),
        "folder": str(launch.folder),
        "environment": {**launch.environment, **compiled},
        "port": port,
        "base_url": f"{launch.address}/v1",
        "key": caller.key,
    }


def _peers() -> dict[str, dict[str, Any]]:
    named = os.environ.get("EARPIECE_BENCH_STARTS")
    return json.loads(Path(named).read_text()) if named else {}
