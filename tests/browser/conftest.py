"""What every test in a browser needs of the machine: one that cannot run fails, and says which command helps."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser.panel_page import PATIENCE_MS

WIDGET = Path(__file__).parents[2] / "run/widget"
BUILT = WIDGET / "assets/manifest.json"


@pytest.fixture(autouse=True, scope="session")
def what_browser_tests_need() -> None:
    if not shutil.which("chromium"):
        pytest.fail("Chromium is missing: sudo apt-get install -y chromium", pytrace=False)
    if not is_built_from(WIDGET / "web/src"):
        pytest.fail("the widget is not built from its sources as they are now: make widget", pytrace=False)


@pytest.fixture(autouse=True, scope="session")
def patience() -> Iterator[None]:
    """Where all of Earpiece runs beside the browser, what takes no second alone may take ten."""
    expect.set_options(timeout=PATIENCE_MS)
    yield
    expect.set_options(timeout=None)


def is_built_from(sources: Path) -> bool:
    """Whether the build is there and no source is newer, as make sees it."""
    if not BUILT.is_file():
        return False
    built_at = BUILT.stat().st_mtime_ns
    return all(file.stat().st_mtime_ns <= built_at for file in sources.rglob("*") if file.is_file())
