"""What every test in a browser needs of the machine: one that cannot run fails, and says which command helps."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

BUILT = Path(__file__).parents[2] / "run/widget/assets/manifest.json"


@pytest.fixture(autouse=True, scope="session")
def what_browser_tests_need() -> None:
    if not shutil.which("chromium"):
        pytest.fail("Chromium is missing: sudo apt-get install -y chromium", pytrace=False)
    if not BUILT.is_file():
        pytest.fail("the widget is not built: make widget", pytrace=False)
