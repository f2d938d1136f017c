"""What every ring may use: the stores, started once a session and only when a test asks for them.

With EARPIECE_TEST_PROJECT the stores are those of a real project, and what cannot run there is skipped with the reason.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests import real_project

# As the engine does for itself, where a test imports numpy before it: the threads of two matrices wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# No test may ask a provider that somebody pays, as the demo does whose environment names one.
for name in ("OPENAI_API_KEY", "AZURE_OPENAI_API_KEY"):
    os.environ.pop(name, None)

# How long an example takes says how busy the machine is; what a test is to say of time it measures itself.
settings.register_profile("any machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

pytest_plugins = ["earpiece_emulators.pytest_stores"]

if real_project.PROJECT:

    @pytest.fixture(scope="session")
    def stores() -> Iterator[real_project.RealStores]:
        yield from real_project.real_stores()

    def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
        here = Path(__file__).parent
        for item in items:
            if reason := real_project.why_not(f"{item.path.relative_to(here).as_posix()}::{item.name}"):
                item.add_marker(pytest.mark.skip(reason=f"not on a real project: {reason}"))
