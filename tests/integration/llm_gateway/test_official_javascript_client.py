"""The official JavaScript client works unchanged."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.integration.llm_gateway.place import a_provider

from earpiece_emulators.model_behaviour import Fault

SOURCES = Path(__file__).parent / "javascript"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """With the client that the lock names."""
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        pytest.skip("node and npm are not on this machine")
    installed = tmp_path_factory.mktemp("javascript")
    shutil.copytree(SOURCES, installed, dirs_exist_ok=True)
    command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    made = subprocess.run(command, cwd=installed, capture_output=True, text=True, timeout=120, check=False)
    if made.returncode and any(word in made.stderr for word in ("ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN")):
        pytest.skip("the npm registry cannot be reached")
    assert made.returncode == 0, made.stderr
    return installed


def test_it_calls_streams_embeds_and_raises(folder, caller, place):
    name, broken = a_provider(), a_provider()
    routes = {"chat": name, "broken": broken}
    models = [{"name": key, "routes": [{"upstream": value, "model": "small"}]} for key, value in routes.items()]
    one = caller(name, broken, models=models)
    place.providers.behave(broken, fault=Fault.TRUNCATED, after=2, interval_s=0.05)

    ran = subprocess.run(
        ["node", "calls.mjs", f"{place.gateway.url}/v1"],
        cwd=folder,
        env={**os.environ, "OPENAI_API_KEY": one.key},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "whole": "You said: Hello there",
        "upstream": name,
        "streamed": "You said: Hello there",
        "tool": "find_order",
        "vector": [0.25, -0.5, 0.125],
        "responded": "You said: Hello",
        "models": ["chat", "broken"],
        "unknown": {"kind": "NotFoundError", "status": 404, "code": "model_not_found"},
        "broken": {"kind": "APIError", "status": None, "code": "stream_interrupted"},
    }
