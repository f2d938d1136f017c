"""What the benches of the gateway stand on: the stand-in of a provider as a process of its own, our gateway, peers."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.integration.llm_gateway.place import Caller, Place, new_caller, running
from tests.waiting import until

from earpiece.adapters.firestore_client import FirestoreClients
from earpiece.adapters.keyfile_secrets import KeyFileSecrets
from earpiece_emulators.keys import ensure_keys
from earpiece_emulators.model_provider import ModelProvider
from earpiece_emulators.ports import LOOPBACK, choose

from processes_cpu import of_process  # isort: skip


@contextmanager
def provider_process() -> Iterator[str]:
    """Its address; the port is `EARPIECE_BENCH_PROVIDER`, where peers must know it before."""
    port = int(os.environ.get("EARPIECE_BENCH_PROVIDER") or choose(["provider"], {})["provider"])
    process = subprocess.Popen([sys.executable, "-m", "earpiece_emulators.model_provider", str(port)])
    try:
        until(lambda: listens(port), 30, "the provider does not answer")
        yield f"http://{LOOPBACK}:{port}"
    finally:
        process.kill()
        process.wait(10)


def behave(provider: str, name: str, behaviour: Mapping[str, Any]) -> None:
    """How a provider behaves from now on (`model_behaviour.Behaviour`); what it was asked is forgotten."""
    _control(urllib.request.Request(f"{provider}/_control/{name}", json.dumps(behaviour).encode(), method="PUT"))


def behaves(provider: str, name: str) -> dict[str, Any]:
    """What it was asked since."""
    return _control(urllib.request.Request(f"{provider}/_control/{name}"))


def _control(request: urllib.request.Request) -> dict[str, Any]:
    with urllib.request.urlopen(request, timeout=30) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


@contextmanager
def our_gateway(
    stores: Any, provider: str, folder: Path, llm: Mapping[str, Any], upstreams: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """A target: address, key and process. The account has the settings `llm` and these upstreams, by name."""
    keys = ensure_keys(folder / "keys")
    environment = {**stores.need("firestore", "pubsub"), "SECRETS_KEY_FILE": str(keys.secrets), "LOG_LEVEL": "INFO"}
    secrets = KeyFileSecrets(environment["SECRETS_KEY_FILE"])
    with running(environment, folder) as gateway:
        clients = FirestoreClients(environment["PROJECT_ID"])
        place = Place(environment, clients, secrets, gateway, ModelProvider(), provider)
        caller = a_target(place, llm, upstreams)
        yield {"base_url": f"{gateway.url}/v1", "key": caller.key, "pid": gateway.process.pid, "place": place}


def a_target(place: Place, llm: Mapping[str, Any], upstreams: Mapping[str, Any]) -> Caller:
    """Another account on the same gateway."""
    caller = new_caller(place)
    for name in upstreams:
        caller.keep_secret(name)
    caller.change(upstreams=[place.upstream(name, **more) for name, more in upstreams.items()], **llm)
    return caller


def peers() -> dict[str, dict[str, Any]]:
    """Other gateways of the machine, as `EARPIECE_BENCH_GATEWAYS` names them."""
    named = os.environ.get("EARPIECE_BENCH_GATEWAYS")
    return json.loads(Path(named).read_text()) if named else {}


def address(target: Mapping[str, Any]) -> dict[str, Any]:
    return {name: target[name] for name in ("base_url", "key", "headers") if name in target}


def cpu_s(target: Mapping[str, Any]) -> float:
    """Processor seconds of a target's processes so far."""
    return sum(of_process(pid) for pid in _processes(target))


def resident_mb(target: Mapping[str, Any]) -> float:
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in _processes(target))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _processes(target: Mapping[str, Any]) -> list[int]:
    pid = target.get("pid")
    if pid is None:
        return []
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(int(child) for child in children)]
