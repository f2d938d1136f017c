"""Whether a gateway may be sent requests."""

from __future__ import annotations

import requests
from tests.integration.llm_gateway.place import running


def test_it_is_alive_without_its_stores_but_not_ready(surroundings, tmp_path):
    nowhere = {**surroundings, "FIRESTORE_EMULATOR_HOST": "127.0.0.1:9"}
    with running(nowhere, tmp_path, probe="/healthz") as gateway:
        answer = requests.get(f"{gateway.url}/readyz", timeout=15)

        assert requests.get(f"{gateway.url}/healthz", timeout=5).ok
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:earpiece:problem:unavailable")
