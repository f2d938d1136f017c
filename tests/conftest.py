"""What every ring may use: the stores, started once a session and only when a test asks for them.

With EARPIECE_TEST_PROJECT the stores are those of a real project, and what cannot run there is skipped with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests import real_project

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
